"""One's own videos: the list, and the live stages of each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora.errors import NotFound
from kinora.library.access import can_edit, videos_of
from kinora.library.models import Comments, Job, Video, VideoState, Visibility
from kinora.library.status import stages_of
from kinora.library.studio.bulk import change_many
from kinora.library.studio.categories import CATEGORIES, category_choices
from kinora.library.studio.licences import LICENCES, licence_choices
from kinora.library.studio.redo import REDONE
from kinora.library.studio.storage import total_bytes, with_storage
from kinora.site.people import person
from kinora.site.views.jobs import steer_job

PAGE_SIZE = 30
_FILTERS: dict[str, Callable[[], Collection[str]]] = {
    "state": lambda: VideoState.values,
    "visibility": lambda: Visibility.values,
    "category": lambda: tuple(CATEGORIES),
    "licence": lambda: tuple(one.name for one in LICENCES),
}
_ORDERS = {
    "newest": ("-created_at", "-id"),
    "oldest": ("created_at", "id"),
    "title": ("title", "-id"),
    "longest": ("-duration_seconds", "-id"),
    "largest": ("-stored_bytes", "-id"),
}
_SORTS = [
    ("newest", gettext_lazy("Newest first")), ("oldest", gettext_lazy("Oldest first")),
    ("title", gettext_lazy("By title")), ("longest", gettext_lazy("Longest first")),
    ("largest", gettext_lazy("Largest first")),
]  # fmt: skip


def own_video(request: HttpRequest, public_id: str) -> Video:
    """Return a video that this person may change; any other is not told apart from none.

    Raises:
        NotFound: no such video, or not theirs.
    """
    video = Video.objects.select_related("channel", "owner").filter(public_id=public_id).first()
    if video is None or not can_edit(request.user, video):
        raise NotFound("There is no such video among yours.", hint="See your videos.")
    return video


def _filtered(request: HttpRequest) -> tuple[QuerySet[Video], dict[str, str]]:
    """Return the person's videos by what they asked for, in the order asked for, and what was understood of it."""
    found = with_storage(videos_of(person(request))).select_related("channel")
    chosen = {name: request.GET.get(name, "").replace("\0", "")[:200] for name in (*_FILTERS, "title", "sort")}
    for name, accepted in _FILTERS.items():
        if chosen[name] in accepted():
            found = found.filter(**{name: chosen[name]})
        else:
            chosen[name] = ""
    for word in chosen["title"].split()[:8]:
        found = found.filter(title__icontains=word)
    if chosen["sort"] not in _ORDERS:
        chosen["sort"] = ""
    return found.order_by(*_ORDERS[chosen["sort"] or "newest"]), chosen


@never_cache
@login_required
@require_safe
def my_videos(request: HttpRequest) -> HttpResponse:
    found, chosen = _filtered(request)
    text = request.GET.get("offset", "")
    offset = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    rows = list(found[offset : offset + PAGE_SIZE + 1])
    context: dict[str, Any] = {
        "videos": rows[:PAGE_SIZE],
        "chosen": chosen,
        "more_url": f"?{urlencode({**chosen, 'offset': offset + PAGE_SIZE})}" if len(rows) > PAGE_SIZE else "",
    }
    if request.headers.get("HX-Request"):
        return render(request, "parts/my_video_rows.html", context)
    return render(request, "videos.html", context | _around(request, chosen))


def _around(request: HttpRequest, chosen: dict[str, str]) -> dict[str, Any]:
    """Return what stands around the rows: filters, what can be done to many, and what all takes together."""
    return {
        "is_filtered": any(value for name, value in chosen.items() if name != "sort"),
        "states": VideoState.choices,
        "visibilities": Visibility.choices,
        "categories": category_choices()[1:],
        "licences": licence_choices(),
        "comments": Comments.choices,
        "redone": REDONE.items(),
        "sorts": _SORTS,
        "total_bytes": total_bytes(videos_of(person(request))),
    }


@login_required
@require_POST
def change_videos(request: HttpRequest) -> HttpResponse:
    """Do one thing to the videos that were ticked."""
    action = request.POST.get("action", "")
    value = request.POST.get(f"value-{action}", "")
    changed = change_many(person(request), request.POST.getlist("video"), action, value)
    if changed.num_changed:
        told = ngettext("%(num)d video changed.", "%(num)d videos changed.", changed.num_changed)
        messages.success(request, told % {"num": changed.num_changed})
    for one in changed.refused[:5]:
        messages.error(request, f"{one.title or one.id}: {one.reason}")
    if len(changed.refused) > 5:
        messages.error(request, _("%(num)d more stayed as they were.") % {"num": len(changed.refused) - 5})
    return redirect("my_videos")


@never_cache
@login_required
@require_safe
def stages(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show how far a video is; the page asks again every second while something runs."""
    video = own_video(request, public_id)
    return render(request, "parts/stages.html", {"video": video, **stages_context(video)})


def stages_context(video: Video) -> dict[str, Any]:
    """Return what `parts/stages.html` shows beside the video: its stages, and whether they are on their way or over."""
    shown = stages_of(video)
    return {
        "stages": shown,
        "is_active": video.state == VideoState.PROCESSING or any(stage.is_active for stage in shown),
        "all_done": video.state == VideoState.READY and all(stage.state == "done" for stage in shown),
    }


@login_required
@require_POST
def steer_video_job(request: HttpRequest, public_id: str, job_id: int, verb: str) -> HttpResponse:
    """Cancel or retry a stage of one's own video."""
    video = own_video(request, public_id)
    job = Job.objects.filter(pk=job_id, video=video).first()
    if job is None:
        raise NotFound("There is no such job of this video.", hint="Reload the page.")
    steer_job(job, verb)
    return stages_after(request, public_id)


def stages_after(request: HttpRequest, public_id: str) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect("edit_video", public_id)
    video = own_video(request, public_id)
    return render(request, "parts/stages.html", {"video": video, **stages_context(video), "is_active": True})
