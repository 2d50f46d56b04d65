"""Saving a video as a file, where its owner allows it: `/watch/<public_id>/download/<name>`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from kinora.errors import UnreadableMedia
from kinora.library.access import can_watch
from kinora.library.models import Video
from kinora.library.studio.downloads import ORIGINAL, SOUND, Download, download_named, folders_of, may_download
from kinora.media.joined import Joined, joined
from kinora.site.age import is_gated
from kinora.site.ranges import Served, busy, limit_stalls, long_answers, serve_file


@require_safe
def download(request: HttpRequest, public_id: str, name: str) -> HttpResponseBase:
    """Send a file to save; whatever may not be watched or saved looks as if it did not exist."""
    video = get_object_or_404(Video, public_id=public_id)
    if not can_watch(request.user, video) or is_gated(request, video) or not may_download(request.user, video):
        raise Http404
    chosen = download_named(video, name)
    if chosen is None:
        raise Http404
    response = _original(request, video) if name == ORIGINAL else _joined(request, video, chosen)
    response["Content-Disposition"] = content_disposition_header(True, chosen.file_name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _original(request: HttpRequest, video: Video) -> HttpResponseBase:
    served = Served(video.original_path, "application/octet-stream", is_download=True, may_be_held=True)
    response = serve_file(request, served)
    if response is None:
        raise Http404
    return response


def _joined(request: HttpRequest, video: Video, chosen: Download) -> HttpResponseBase:
    try:
        made = joined(folders_of(video, chosen))
    except (UnreadableMedia, OSError) as error:
        raise Http404 from error
    content_type = "audio/mp4" if chosen.name == SOUND else "video/mp4"
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type=content_type)
    elif not long_answers().acquire(blocking=False):
        return busy()
    else:
        limit_stalls(request)
        response = StreamingHttpResponse(_Held(made, long_answers().release), content_type=content_type)
    response["Content-Length"] = str(made.size_bytes)
    return response


class _Held:
    """The bytes of a joined file; its place among the long answers is given back once, however it ends."""

    def __init__(self, made: Joined, when_closed: Callable[[], None]) -> None:
        self._blocks, self._when_closed = made.blocks(), [when_closed]

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        while self._when_closed:
            self._when_closed.pop()()
