"""The decode pass behind shot detection: every frame as a 64x36 luma and a 16x9 chroma picture, made from the planes.

Scaling whole frames with swscale costs as much as decoding them. Here a few rows and columns of each plane are summed
into a fixed grid, which costs about a tenth; only the frames that somebody asks to see become RGB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from kinora.errors import Bug, UnreadableMedia
from kinora.media.deinterlace import deinterlaced
from kinora.media.demux import MAX_PIXELS, open_media
from kinora.media.facts import MediaFile
from kinora.media.picture import PictureMaker, Rgb
from kinora.media.timing import packets

LUMA_HEIGHT, LUMA_WIDTH = 36, 64
CHROMA_HEIGHT, CHROMA_WIDTH = 9, 16
_SAMPLES_PER_CELL = 4

Gray = NDArray[np.uint8]
# Formats whose first plane is luma of 8 to 16 bits, one component a plane (or U and V together in the second).
_SEMI_PLANAR = frozenset({"nv12", "nv21", "p010le", "p016le"})
_FALLBACK_FORMAT = "yuv420p"


@dataclass(frozen=True, eq=False)
class ReducedFrame:
    """One shown frame, small; `seconds` counts from the first shown frame.

    `luma_HW` is 36x64 and `chroma_HWC` 9x16x2, both uint8 and stretched to that grid whatever the picture's shape.
    `rgb` makes the upright picture; the decoder's frame lives as long as this does, so hold few of them.
    """

    frame_index: int
    seconds: float
    luma_HW: Gray
    chroma_HWC: Gray
    rgb: Callable[[], Rgb] = field(repr=False)


def reduced_frames(path: Path, facts: MediaFile, *, picture_height: int | None = None) -> Iterator[ReducedFrame]:
    """Decode the picture stream once, in shown order, and yield every frame reduced.

    What a damaged file still gives is given; the pass ends where the decoder can't go on. Without a `picture_height`
    frames are only compared: the loop filter is left out (faster, too blocky to show) and `rgb` refuses.

    Raises:
        UnreadableMedia: no picture stream, or not one frame could be decoded.
    """
    if facts.video is None:
        raise UnreadableMedia(f"{path.name} has no picture: only a file with a video stream has shots")
    clock = _Clock(float(1 / facts.video.frame_rate) if facts.video.frame_rate else 1 / 25)
    maker: PictureMaker | None = None
    num_frames = 0
    with open_media(path) as container:
        stream = _video_stream(container, facts.video.stream_index, shows_pictures=picture_height is not None)
        pictures = _decoded(container, stream)
        if picture_height is not None and facts.video.is_interlaced:
            pictures = deinterlaced(pictures)
        for picture in pictures:
            if maker is None and picture_height is not None:
                maker = PictureMaker(stream, picture, height=picture_height)
            luma, chroma = reduce_picture(picture)
            yield ReducedFrame(num_frames, clock.seconds_of(picture), luma, chroma, partial(_rgb, maker, picture))
            num_frames += 1
    if num_frames == 0:
        raise UnreadableMedia(f"{path.name}: no frame of its picture stream can be decoded; the file is damaged")


def _rgb(maker: PictureMaker | None, picture: av.VideoFrame) -> Rgb:
    if maker is None:
        raise Bug("this pass was asked for no pictures; give it a picture_height")
    return maker.picture(picture)


def _video_stream(container: InputContainer, stream_index: int, *, shows_pictures: bool) -> VideoStream:
    stream = container.streams[stream_index]
    if not isinstance(stream, VideoStream):
        raise Bug(f"stream {stream_index} is no picture stream")
    stream.thread_type = "AUTO"
    # Pictures nobody refers to may go unfiltered in any case: the flaw does not spread.
    stream.codec_context.options = {
        "skip_loop_filter": "noref" if shows_pictures else "all",
        "max_pixels": str(MAX_PIXELS),
    }
    return stream


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    """Yield the stream's frames; what can't be decoded is passed over, a broken container ends the pass."""
    for packet in chain(packets(container, (stream,)), (None,)):
        try:
            frames = stream.codec_context.decode(packet)
        except (av.FFmpegError, ValueError):
            continue
        yield from (frame for frame in frames if not frame.is_corrupt)


class _Clock:
    """Turns timestamps into seconds from the first frame, strictly rising even where the file's are not."""

    def __init__(self, nominal_step_seconds: float) -> None:
        self._step = nominal_step_seconds
        self._zero: float | None = None
        self._last = -nominal_step_seconds

    def seconds_of(self, picture: av.VideoFrame) -> float:
        if picture.pts is None or picture.time_base is None:
            self._last += self._step
            return self._last
        time_base = picture.time_base
        absolute = picture.pts * time_base.numerator / time_base.denominator
        if self._zero is None:
            self._zero = absolute - (self._last + self._step)
        seconds = absolute - self._zero
        self._last = seconds if seconds > self._last else self._last + min(self._step, 0.001)
        return self._last


def reduce_picture(picture: av.VideoFrame) -> tuple[Gray, Gray]:
    """Return a frame's 36x64 luma and 9x16x2 chroma (U, V; 128 is grey)."""
    if not _has_readable_luma(picture.format):
        picture = picture.reformat(width=256, height=144, format=_FALLBACK_FORMAT, interpolation="BILINEAR")
    # p010 keeps its ten bits at the top of sixteen, the planar formats at the bottom.
    name = picture.format.name
    depth = 16 if name == "p010le" else picture.format.components[0].bits
    luma = _reduced_plane(_plane(picture, 0, depth), (LUMA_HEIGHT, LUMA_WIDTH), depth)
    return luma, _chroma(picture, depth)


def _has_readable_luma(pixel_format: av.VideoFormat) -> bool:
    name = pixel_format.name
    if name.endswith("be") or name.startswith("grayf"):
        return False
    if pixel_format.is_rgb or pixel_format.has_palette or pixel_format.is_bit_stream:
        return False
    return name in _SEMI_PLANAR or name.startswith(("yuv4", "yuvj4", "yuva4", "gray"))


def _plane(picture: av.VideoFrame, index: int, depth: int) -> NDArray[np.uint8] | NDArray[np.uint16]:
    plane = picture.planes[index]
    values: NDArray[Any] = np.frombuffer(memoryview(plane), np.dtype("<u2") if depth > 8 else np.uint8)
    rows = values.reshape(-1, plane.line_size // values.itemsize)
    return rows[: plane.height, : plane.width * (2 if picture.format.name in _SEMI_PLANAR and index else 1)]


def _chroma(picture: av.VideoFrame, depth: int) -> Gray:
    grid = (CHROMA_HEIGHT, CHROMA_WIDTH)
    if picture.format.name in _SEMI_PLANAR:
        both = _plane(picture, 1, depth)
        pair = [both[:, 0::2], both[:, 1::2]]
        if picture.format.name == "nv21":
            pair.reverse()
    elif len(picture.planes) >= 3:
        pair = [_plane(picture, 1, depth), _plane(picture, 2, depth)]
    else:
        return np.full((*grid, 2), 128, np.uint8)
    return np.stack([_reduced_plane(plane, grid, depth) for plane in pair], axis=-1)


def _reduced_plane(plane: NDArray[np.uint8] | NDArray[np.uint16], grid: tuple[int, int], depth: int) -> Gray:
    """Average 4x4 evenly spread pixels of each cell; rows are summed first, where memory is contiguous."""
    rows, columns = _picks(plane.shape[0], grid[0]), _picks(plane.shape[1], grid[1])
    picked = (plane[rows] >> (depth - 8)).astype(np.uint8) if depth > 8 else plane[rows]
    by_row = picked.reshape(grid[0], _SAMPLES_PER_CELL, -1).sum(axis=1, dtype=np.uint16)
    cells = by_row[:, columns].reshape(*grid, _SAMPLES_PER_CELL).sum(axis=2, dtype=np.uint16)
    mean: Gray = (cells // (_SAMPLES_PER_CELL * _SAMPLES_PER_CELL)).astype(np.uint8)
    return mean


@lru_cache(maxsize=64)
def _picks(size: int, num_cells: int) -> NDArray[np.intp]:
    num_picks = num_cells * _SAMPLES_PER_CELL
    picks: NDArray[np.intp] = ((np.arange(num_picks) + 0.5) * size / num_picks).astype(np.intp)
    return picks
