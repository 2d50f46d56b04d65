"""Write a clip: RGB frames and stereo sound to an MP4 of H.264 and AAC, with title and chapters.

Try it: `write_clip(Path("black.mp4"), (np.zeros((720, 1280, 3), np.uint8) for _ in range(50)), None, ClipFormat())`
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from kinora.errors import InputError
from kinora.media.facts import Chapter

if TYPE_CHECKING:
    from av.container.core import Chapter as AvChapter  # a type only: the compiled module has no such name

_MILLISECONDS = Fraction(1, 1000)
_SOUND_BLOCK_SAMPLES = 1024


@dataclass(frozen=True)
class ClipFormat:
    """How a clip is encoded; width and height are even."""

    width: int = 1280
    height: int = 720
    frame_rate: Fraction = Fraction(25)
    sample_rate_hz: int = 48_000
    crf: int = 21
    preset: str = "superfast"
    num_threads: int = 0  # 0: as the encoder sees fit
    longest_gop_seconds: float = 4.0


@dataclass(frozen=True)
class ClipWords:
    """What is written into the file beside picture and sound."""

    title: str = ""
    chapters: Sequence[Chapter] = field(default=())
    comment: str = ""


def write_clip(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    sound: NDArray[np.float32] | None,
    clip_format: ClipFormat,
    words: ClipWords | None = None,
) -> Path:
    """Write frames (HxWx3) and sound (num_samples x 2, in [-1, 1]) by rename: a broken-off clip leaves no file.

    Raises:
        InputError: a frame is not of the format's size.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with av.open(str(unfinished), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            _describe(container, words or ClipWords())
            _write(container, frames, sound, clip_format)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _describe(container: OutputContainer, words: ClipWords) -> None:
    if words.title:
        container.metadata["title"] = words.title
    if words.comment:
        container.metadata["comment"] = words.comment
    container.set_chapters([_chapter(number, chapter) for number, chapter in enumerate(words.chapters)])


def _chapter(number: int, chapter: Chapter) -> AvChapter:
    return {
        "id": number,
        "start": round(chapter.start_seconds * 1000),
        "end": round(chapter.end_seconds * 1000),
        "time_base": _MILLISECONDS,
        "metadata": {"title": chapter.title},
    }


def _write(
    container: OutputContainer,
    frames: Iterable[NDArray[np.uint8]],
    sound: NDArray[np.float32] | None,
    clip_format: ClipFormat,
) -> None:
    """Write both streams side by side in time, so that a player need not seek to and fro."""
    picture = _Picture(container, clip_format)
    voice = _Sound(container, sound, clip_format.sample_rate_hz) if sound is not None else None
    for number, rgb in enumerate(frames):
        picture.write(rgb)
        if voice:
            voice.write_until(float((number + 1) / clip_format.frame_rate))
    picture.close()
    if voice:
        voice.close()


class _Picture:
    def __init__(self, container: OutputContainer, clip_format: ClipFormat) -> None:
        self._container = container
        self._shape = (clip_format.height, clip_format.width, 3)
        stream = container.add_stream("libx264", rate=clip_format.frame_rate)
        stream.width, stream.height, stream.pix_fmt = clip_format.width, clip_format.height, "yuv420p"
        stream.options = {"preset": clip_format.preset, "crf": str(clip_format.crf)}
        stream.gop_size = round(clip_format.longest_gop_seconds * clip_format.frame_rate)
        context = stream.codec_context
        context.thread_count = clip_format.num_threads
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709, as H.273 numbers it
        context.color_range = 1  # limited
        self._stream = stream

    def write(self, rgb: NDArray[np.uint8]) -> None:
        if rgb.shape != self._shape or rgb.dtype != np.uint8:
            raise InputError(f"a frame is {rgb.dtype} of {rgb.shape}; expected uint8 of {self._shape}")
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
        shown = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=1)
        self._container.mux(self._stream.encode(shown))

    def close(self) -> None:
        self._container.mux(self._stream.encode(None))


class _Sound:
    def __init__(self, container: OutputContainer, sound: NDArray[np.float32], sample_rate_hz: int) -> None:
        if sound.ndim != 2 or sound.shape[1] != 2:
            raise InputError(f"the sound has the shape {sound.shape}; expected (num_samples, 2)")
        self._container = container
        self._planes = np.ascontiguousarray(np.clip(sound, -1.0, 1.0).astype(np.float32).T)
        self._rate_hz = sample_rate_hz
        self._place = 0
        self._stream = container.add_stream("aac", rate=sample_rate_hz, layout="stereo")
        self._stream.bit_rate = 128_000

    def write_until(self, seconds: float) -> None:
        """Write whole blocks up to `seconds`."""
        end = min(round(seconds * self._rate_hz), self._planes.shape[1])
        while self._place + _SOUND_BLOCK_SAMPLES <= end:
            self._write_block(self._place + _SOUND_BLOCK_SAMPLES)

    def close(self) -> None:
        if self._place < self._planes.shape[1]:
            self._write_block(self._planes.shape[1])
        self._container.mux(self._stream.encode(None))

    def _write_block(self, end: int) -> None:
        block = np.ascontiguousarray(self._planes[:, self._place : end])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = self._rate_hz, self._place, Fraction(1, self._rate_hz)
        self._container.mux(self._stream.encode(frame))
        self._place = end
