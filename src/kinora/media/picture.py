"""A decoded frame becomes an upright SDR picture of square pixels at a reduced size."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from kinora.media.colour import HDR_TRANSFERS, SPACES
from kinora.media.tone_map import tone_mapped
from kinora.media.upright import Turn, plausible_aspect, shown_size, turn_of, turned

_HD_LINES = 720  # from here on an untagged picture is meant as BT.709, below as BT.601
_BT709 = 1

Rgb = NDArray[np.uint8]


class PictureMaker:
    """Turns every frame of one stream into pictures of one size, decided by its first frame."""

    def __init__(self, stream: VideoStream, first: VideoFrame, *, height: int) -> None:
        self._turn = turn_of(first)
        self.width, self.height = _reduced(stream, first, self._turn, height)

    def picture(self, frame: VideoFrame) -> Rgb:
        """Return the frame as HxWx3 RGB; transparent parts lie over black."""
        width, height = (self.height, self.width) if self._turn.swaps_axes else (self.width, self.height)
        return turned(_coloured(frame, width, height), self._turn)


def picture_of(stream: VideoStream, frame: VideoFrame, *, height: int) -> Rgb:
    """Return one frame as an upright picture, at most `height` high."""
    return PictureMaker(stream, frame, height=height).picture(frame)


def _reduced(stream: VideoStream, first: VideoFrame, turn: Turn, height: int) -> tuple[int, int]:
    aspect = plausible_aspect(stream.sample_aspect_ratio)
    full_width, full_height = shown_size(first.width, first.height, aspect, turn)
    if full_height <= height:
        return full_width, full_height
    return max(1, round(Fraction(full_width * height, full_height))), height


def _coloured(frame: VideoFrame, width: int, height: int) -> Rgb:
    if frame.color_trc in HDR_TRANSFERS:
        return tone_mapped(_scaled(frame, width, height, "rgb48le").astype(np.uint16, copy=False), frame.color_trc)
    if any(component.is_alpha for component in frame.format.components):
        rgba = _scaled(frame, width, height, "rgba").astype(np.uint16)
        return ((rgba[..., :3] * rgba[..., 3:] + 127) // 255).astype(np.uint8)
    return _scaled(frame, width, height, "rgb24").astype(np.uint8, copy=False)


def _scaled(frame: VideoFrame, width: int, height: int, pixel_format: str) -> NDArray[np.uint8] | NDArray[np.uint16]:
    is_tagged = frame.colorspace in SPACES
    source = None if is_tagged or frame.format.is_rgb or frame.height < _HD_LINES else _BT709
    is_smaller = width * 4 <= frame.width * 3
    scaled = frame.reformat(
        width=width,
        height=height,
        format=pixel_format,
        src_colorspace=source,
        interpolation="AREA" if is_smaller else "BICUBIC",
    )
    array: NDArray[np.uint8] | NDArray[np.uint16] = scaled.to_ndarray()  # type: ignore[assignment]
    return array
