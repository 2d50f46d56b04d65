"""Where a video of one's own reappears, as a fragment of its edit page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kinora.library.copies import copies_of_video
from kinora.library.models import Job, Video, VideoState
from kinora.library.queue import ACTIVE
from kinora.site.views.my_videos import own_video


@login_required
@never_cache
@require_safe
def video_copies(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return what is known by now; the fragment asks again while the video is compared."""
    return render(request, "parts/copies.html", copies_context(request.user, own_video(request, public_id)))


def copies_context(user: Any, video: Video) -> dict[str, Any]:
    """Return what the fragment shows."""
    report = copies_of_video(video, user)
    is_coming = (
        video.state == VideoState.PROCESSING
        or Job.objects.filter(video=video, kind="copies", state__in=ACTIVE).exists()
    )
    return {"video": video, "report": report, "is_waiting": is_coming and not report.is_complete}
