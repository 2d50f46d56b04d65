"""The files of a video: `/media/<public_id>/<file>`, each request checked against who may watch.

Only the shapes in `_SHAPES` exist; paths are built from the numbers found in them, never from the text that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from kinora.library.access import can_watch
from kinora.library.models import SubtitleTrack, Video, Visibility
from kinora.library.studio.downloads import may_download, may_fetch_original
from kinora.library.studio.thumbnail import picture_of
from kinora.moments.moment import Cue
from kinora.moments.subtitles import cues_to_webvtt
from kinora.site.age import is_gated
from kinora.site.content_types import content_type_of_original
from kinora.site.picture_at import picture_at
from kinora.site.ranges import Served, serve_file

_JPEG, _VTT = "image/jpeg", "text/vtt; charset=utf-8"
_MANIFEST, _SEGMENT = "application/vnd.apple.mpegurl", "video/mp4"
_NUMBER = "(0|[1-9][0-9]{0,5})"
_SEGMENTS = r"(media\.m3u8|init\.mp4|[0-9]{5}\.m4s)"

Builder = Callable[[Path, re.Match[str]], Served]


def _in_hls(folder: Path, found: re.Match[str]) -> Served:
    """Return a file of one rendition; both groups match nothing but the listed shapes."""
    rendition, name = found.groups()
    content_type = _MANIFEST if name.endswith(".m3u8") else _SEGMENT
    return Served(folder / "hls" / rendition / name, content_type)


_SHAPES: tuple[tuple[re.Pattern[str], Builder], ...] = (
    (
        re.compile(rf"covers/{_NUMBER}\.jpg"),
        lambda folder, found: Served(folder / "covers" / f"{int(found[1])}.jpg", _JPEG),
    ),
    (
        re.compile(rf"scrub/sprite-{_NUMBER}\.jpg"),
        lambda folder, found: Served(folder / "scrub" / f"sprite-{int(found[1])}.jpg", _JPEG),
    ),
    (re.compile(r"scrub/scrub\.vtt"), lambda folder, _: Served(folder / "scrub" / "scrub.vtt", _VTT)),
    (re.compile(r"hls/main\.m3u8"), lambda folder, _: Served(folder / "hls" / "main.m3u8", _MANIFEST)),
    (re.compile(rf"hls/(0p|[1-9][0-9]{{1,3}}p(?:-av1)?)/{_SEGMENTS}"), _in_hls),
)
_AT = re.compile(r"at/([0-9]{1,9})\.jpg")  # the picture at so many milliseconds
_SUBTITLES = re.compile(r"subtitles/([1-9][0-9]{0,17})\.vtt")


@require_safe
def media_file(request: HttpRequest, public_id: str, file: str) -> HttpResponseBase:
    """Serve one file of a video; whatever may not be watched looks as if it did not exist."""
    video = get_object_or_404(Video.objects.defer("description", "recipe", "tags"), public_id=public_id)
    if not can_watch(request.user, video) or is_gated(request, video):
        raise Http404
    response = _respond(request, video, file)
    if response is None:
        raise Http404
    return _guarded(response, video)


def _respond(request: HttpRequest, video: Video, file: str) -> HttpResponseBase | None:
    if file == "original":
        return _original(request, video)
    if file == "poster.jpg":
        return serve_file(request, Served(picture_of(video), _JPEG))
    if found := _SUBTITLES.fullmatch(file):
        return _subtitles(video, int(found[1]))
    if found := _AT.fullmatch(file):
        return serve_file(request, Served(picture_at(video, int(found[1]) / 1000), _JPEG))
    for shape, build in _SHAPES:
        if found := shape.fullmatch(file):
            return serve_file(request, build(video.folder, found))
    return None


def _original(request: HttpRequest, video: Video) -> HttpResponseBase | None:
    """Serve the file as it came; only known media types may be shown by a browser, all else is a download."""
    if not may_fetch_original(request.user, video):
        return None
    content_type = content_type_of_original(video)
    is_download = content_type is None or ("download" in request.GET and may_download(request.user, video))
    served = Served(video.original_path, content_type or "application/octet-stream", is_download, may_be_held=True)
    response = serve_file(request, served)
    if response is not None and is_download:
        disposition = content_disposition_header(True, Path(video.original_name).name or "video")
        response["Content-Disposition"] = disposition or "attachment"
    return response


def _subtitles(video: Video, track_id: int) -> HttpResponse:
    track = get_object_or_404(SubtitleTrack, pk=track_id, video=video)
    rows = track.cues.values_list("start_seconds", "end_seconds", "text", "speaker")
    return HttpResponse(cues_to_webvtt([Cue(*row) for row in rows]), content_type=_VTT)


def _guarded(response: HttpResponseBase, video: Video) -> HttpResponseBase:
    """Add what keeps a stranger's bytes from acting as a page, and keeps private ones out of shared caches.

    `no-cache` means "ask again each time": a file may be replaced and a video made private; the answer is mostly a 304.
    """
    whose = "public" if video.visibility == Visibility.PUBLIC else "private"
    response["Cache-Control"] = f"{whose}, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; media-src 'self'; img-src 'self'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
