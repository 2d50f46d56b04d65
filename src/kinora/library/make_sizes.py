"""What a wish leaves open and its material decides: size, length and rate."""

from __future__ import annotations

import math
from dataclasses import replace

from kinora import config
from kinora.errors import InputError, KinoraError
from kinora.generate.condition import Request
from kinora.generate.families.table import row_of
from kinora.generate.operations import Material
from kinora.library.make_model import folder_of_model

_SMALL_SIZES = ("64x64", "96x64", "64x96", "128x64", "64x128", "96x96", "128x96", "96x128", "128x128")
_LARGE_SIZES = ("512x288", "512x512", "704x480", "768x512", "832x480", "480x832", "1280x720")
_SMALL_SIDE, _LARGE_SIDE = 128, 832  # longer sides that are taken where something is given
_USUAL = Request()
LEFT_OPEN = {"width": 0, "height": 0, "seconds": -1.0, "fps": 0.0}  # in an order's settings
_MOST_FPS = 120.0


def sizes(model: str = "") -> tuple[str, ...]:
    """Return the sizes that a model, or the library's own, was made for."""
    try:
        is_own = row_of(folder_of_model(model or config.current().video_model)).is_own
    except KinoraError:
        is_own = True
    return _SMALL_SIZES if is_own else _LARGE_SIZES


def nearest_size(width: int, height: int, model: str = "") -> str:
    """Return the size whose shape is nearest to that of what is given; the first where nothing is."""
    offered = sizes(model)
    if not width or not height:
        return offered[0]
    side = _SMALL_SIDE if offered is _SMALL_SIZES else _LARGE_SIDE
    full = [size for size in offered if max(_numbers(size)) == side]
    return min(full, key=lambda size: abs(math.log(_numbers(size)[0] / _numbers(size)[1] * height / width)))


def decided(settings: Request, operation: str, material: Material) -> Request:
    """Return the settings with what they leave open (`LEFT_OPEN`) decided by what is given.

    In-betweens of a video double its rate over its whole length.

    Raises:
        InputError: in-betweens were asked at a rate that has no room for any.
    """
    source = next((one for one in material.sources if one.width), None)
    if not settings.width and not settings.height:
        size = nearest_size(source.width if source else 0, source.height if source else 0, settings.model)
        settings = replace(settings, width=_numbers(size)[0], height=_numbers(size)[1])
    fps, seconds = settings.fps or _USUAL.fps, settings.seconds if settings.seconds >= 0 else _USUAL.seconds
    if operation == "interpolate" and len(material.videos) == 1 and material.videos[0].fps:
        video = material.videos[0]
        fps = settings.fps or min(_MOST_FPS, 2 * video.fps)
        if fps < 1.5 * video.fps:
            raise InputError(
                f"in-betweens at {fps:g} frames a second were asked of a video that has {video.fps:g}",
                hint=f"leave the rate out for twice its own, or give {2 * video.fps:g} or more",
            )
        if settings.seconds < 0:
            seconds = max(0.0, video.duration_seconds - video.at_seconds - 1.0 / video.fps)
    return replace(settings, fps=fps, seconds=seconds)


def _numbers(size: str) -> tuple[int, int]:
    width, height = size.split("x")
    return int(width), int(height)
