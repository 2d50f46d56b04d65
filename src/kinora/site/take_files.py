"""The files of a take, for its owner alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from kinora.library.models import Take
from kinora.site.ranges import Served, serve_file

_TYPES = {
    "clip.mp4": "video/mp4",
    "preview.webp": "image/webp",
    "latents.safetensors": "application/octet-stream",
}


def serve_take_file(request: HttpRequest, take: Take, file: str) -> HttpResponseBase | None:
    """Return one file of a take, None where there is none of that name."""
    if file not in _TYPES:
        return None
    response = serve_file(request, Served(take.folder / file, _TYPES[file]))
    if response is not None:
        response["Cache-Control"] = "private, no-cache"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; media-src 'self'; img-src 'self'; sandbox"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
