"""The page before a video behind a password. It tells nothing of the video but that there is one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kinora.library.access import can_watch, is_locked
from kinora.library.models import Video
from kinora.library.people.locks import open_with
from kinora.site.opened import remember_opened


class VideoLocked(Http404):
    """A password stands before the video; everywhere but on its page it looks as if it did not exist."""

    def __init__(self, video: Video) -> None:
        super().__init__()
        self.video = video


def locked_page(request: HttpRequest, video: Video, error: str = "") -> HttpResponse:
    """Ask for the password; `t` and `end` of the address are kept for afterwards."""
    context = {"public_id": video.public_id, "query": _moment_of(request), "error": error}
    response = render(request, "watch/locked.html", context, status=403)
    response["Cache-Control"] = "private, no-store"
    return response


@sensitive_post_parameters("password")
@never_cache
@require_POST
def open_video(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the password and go to the video."""
    video = Video.objects.filter(public_id=public_id).first()
    if video is None or not (is_locked(request.user, video) or can_watch(request.user, video)):
        raise Http404
    if is_locked(request.user, video):
        if open_with(video, request.POST.get("password", "")) is None:
            return locked_page(request, video, _("That is not the password."))
        remember_opened(request, video)
    return redirect(reverse("watch", args=[video.public_id]) + _moment_of(request))


def _moment_of(request: HttpRequest) -> str:
    moment = {name: request.GET[name][:12] for name in ("t", "end") if request.GET.get(name)}
    return f"?{urlencode(moment)}" if moment else ""
