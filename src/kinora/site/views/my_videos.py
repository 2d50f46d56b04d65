"""One's own videos: the list, and the live stages of each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora.errors import NotFound
from kinora.library.access import can_edit, videos_of
from kinora.library.models import Job, Video, VideoState, Visibility
from kinora.library.status import stages_of
from kinora.site.people import person
from kinora.site.views.jobs import steer_job

PAGE_SIZE = 30


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
    """Return the person's videos by state, visibility and words of the title, and the filters that were understood."""
    found = videos_of(person(request)).select_related("channel")
    chosen = {"state": request.GET.get("state", ""), "visibility": request.GET.get("visibility", "")}
    chosen["title"] = request.GET.get("title", "").replace("\0", "")[:200]
    if chosen["state"] in VideoState.values:
        found = found.filter(state=chosen["state"])
    if chosen["visibility"] in Visibility.values:
        found = found.filter(visibility=chosen["visibility"])
    for word in chosen["title"].split()[:8]:
        found = found.filter(title__icontains=word)
    return found, chosen


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
        "is_filtered": any(chosen.values()),
        "states": VideoState.choices,
        "visibilities": Visibility.choices,
        "more_url": f"?{urlencode({**chosen, 'offset': offset + PAGE_SIZE})}" if len(rows) > PAGE_SIZE else "",
    }
    template = "parts/my_video_rows.html" if request.headers.get("HX-Request") else "videos.html"
    return render(request, template, context)


@never_cache
@login_required
@require_safe
def stages(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show how far a video is; the page asks again every second while something runs."""
    video = own_video(request, public_id)
    shown = stages_of(video)
    is_active = video.state == VideoState.PROCESSING or any(stage.is_active for stage in shown)
    return render(request, "parts/stages.html", {"video": video, "stages": shown, "is_active": is_active})


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
    return render(request, "parts/stages.html", {"video": video, "stages": stages_of(video), "is_active": True})
