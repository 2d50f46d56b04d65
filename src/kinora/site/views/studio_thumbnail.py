"""Choosing the picture that stands for a video."""

from __future__ import annotations

import math
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kinora.errors import InputError
from kinora.library.models import Video
from kinora.library.studio.thumbnail import choose_cover, choose_frame, choose_upload, forget_thumbnail
from kinora.media.images import MAX_BYTES
from kinora.site.playing import source_of
from kinora.site.views.my_videos import own_video
from kinora.timebase import parse_timecode

_NUM_COVERS = 48


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thumbnail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the covers, the video to pause, and the field for one's own picture; take the choice."""
    video = own_video(request, public_id)
    if request.method == "POST":
        _choose(request, video)
        messages.success(request, _("The thumbnail is changed."))
        return redirect("thumbnail", public_id)
    context = {"video": video, "covers": _covers(video), "room": {"source": vars(source_of(video))}}
    return render(request, "studio/thumbnail.html", context)


def _choose(request: HttpRequest, video: Video) -> None:
    how, file = request.POST.get("how", ""), request.FILES.get("picture")
    if how == "cover":
        choose_cover(video, _whole(request.POST.get("cover", "")))
    elif how == "frame":
        choose_frame(video, _seconds(request.POST.get("seconds", "")))
    elif how == "upload" and isinstance(file, UploadedFile):
        choose_upload(video, file.read(MAX_BYTES + 1))
    elif how == "machine":
        forget_thumbnail(video)
    else:
        raise InputError("No picture was chosen.", hint="Choose a cover, a frame, or a file.")


def _covers(video: Video) -> list[Any]:
    """Return covers from all over the video, at most 48."""
    rows = list(video.shots.values("index", "cover_seconds"))
    step = max(1, math.ceil(len(rows) / _NUM_COVERS))
    return rows[::step]


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise InputError(f"{text[:20]!r} is no cover", hint="Choose one of those shown.")
    return int(text)


def _seconds(text: str) -> float:
    try:
        return float(parse_timecode(text.strip()))
    except InputError as error:
        raise InputError(f"{text[:20]!r} is no time", hint="Write it as 75, 1:15 or 1:15.5.") from error
