"""Scrub thumbnails: sprite sheets of small pictures and the WebVTT file that says which part shows which second.

Frames come in time order from the one decode pass. For a long video the interval grows: whenever the sheets are full,
every second thumbnail is let go and the interval doubles, so the length need not be known before.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kinora.media.covers import save_jpeg
from kinora.timebase import format_timecode

THUMBNAIL_WIDTH = 160
COLUMNS = 10
ROWS = 10
MAX_SHEETS = 4
VTT_NAME = "scrub.vtt"
_JPEG_QUALITY = 70


@dataclass(frozen=True)
class Scrub:
    """What was written: the sheets in order, the WebVTT file, and the seconds between two thumbnails."""

    vtt: Path
    sheets: tuple[Path, ...]
    num_thumbnails: int
    interval_seconds: float


class ScrubWriter:
    """Collects thumbnails as frames pass by; `close` writes them. Holds at most `MAX_SHEETS` sheets in memory."""

    def __init__(self, out_dir: Path, *, every_seconds: float = 1.0, max_sheets: int = MAX_SHEETS) -> None:
        self._out_dir = out_dir
        self._interval_seconds = every_seconds
        self._max_thumbnails = max_sheets * COLUMNS * ROWS
        self._thumbnails: list[tuple[float, Image.Image]] = []

    def add(self, seconds: float, rgb: NDArray[np.uint8]) -> None:
        """Take a frame (HxWx3) shown at `seconds`, if its turn has come."""
        if self._thumbnails and seconds < self._next_seconds():
            return
        if len(self._thumbnails) == self._max_thumbnails:
            self._thumbnails = self._thumbnails[::2]
            self._interval_seconds *= 2
            if seconds < self._next_seconds():
                return
        self._thumbnails.append((seconds, _thumbnail(rgb, self._size_for(rgb))))

    def close(self, *, duration_seconds: float) -> Scrub | None:
        """Write sheets and WebVTT; None when no frame came."""
        if not self._thumbnails:
            return None
        self._out_dir.mkdir(parents=True, exist_ok=True)
        per_sheet = COLUMNS * ROWS
        num_sheets = -(-len(self._thumbnails) // per_sheet)
        sheets = tuple(
            self._write_sheet(number, self._thumbnails[number * per_sheet : (number + 1) * per_sheet])
            for number in range(num_sheets)
        )
        vtt = self._write_vtt(duration_seconds)
        return Scrub(vtt, sheets, len(self._thumbnails), self._interval_seconds)

    def _next_seconds(self) -> float:
        # A small slack: with frames at 0.999 s a whole second must not be missed.
        return self._thumbnails[-1][0] + self._interval_seconds * 0.95

    def _size_for(self, rgb: NDArray[np.uint8]) -> tuple[int, int]:
        """Return the size of the first thumbnail, which all later ones take: a sheet is a grid."""
        if self._thumbnails:
            return self._thumbnails[0][1].size
        height, width = rgb.shape[:2]
        # Portrait thumbnails get the height that landscape ones have as width, so both are of a kind.
        scale = THUMBNAIL_WIDTH / max(width, height, 1)
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _write_sheet(self, number: int, thumbnails: list[tuple[float, Image.Image]]) -> Path:
        width, height = thumbnails[0][1].size
        rows = -(-len(thumbnails) // COLUMNS)
        sheet = Image.new("RGB", (width * min(COLUMNS, len(thumbnails)), height * rows))
        for place, (_, picture) in enumerate(thumbnails):
            sheet.paste(picture, (place % COLUMNS * width, place // COLUMNS * height))
        return save_jpeg(sheet, self._out_dir / sheet_name(number), quality=_JPEG_QUALITY)

    def _write_vtt(self, duration_seconds: float) -> Path:
        width, height = self._thumbnails[0][1].size
        starts = [0.0] + [seconds for seconds, _ in self._thumbnails[1:]]
        last_end = max(duration_seconds, starts[-1] + 0.001)
        cues = ["WEBVTT\n"]
        for place, start in enumerate(starts):
            end = starts[place + 1] if place + 1 < len(starts) else last_end
            number, tile = divmod(place, COLUMNS * ROWS)
            box = f"{tile % COLUMNS * width},{tile // COLUMNS * height},{width},{height}"
            times = " --> ".join(format_timecode(at, with_milliseconds=True) for at in (start, end))
            cues.append(f"{times}\n{sheet_name(number)}#xywh={box}\n")
        unfinished = self._out_dir / f".{VTT_NAME}.part"
        unfinished.write_text("\n".join(cues), encoding="utf-8")
        os.replace(unfinished, self._out_dir / VTT_NAME)
        return self._out_dir / VTT_NAME


class ShownFrame(Protocol):
    """A frame and when it is shown; `frames.Frame` is one."""

    @property
    def seconds(self) -> float: ...
    @property
    def rgb(self) -> NDArray[np.uint8]: ...


def write_scrub(
    frames: Iterable[ShownFrame],
    out_dir: Path,
    *,
    every_seconds: float = 1.0,
    duration_seconds: float = 0.0,
) -> Scrub | None:
    """Write `sprite-<n>.jpg` and `scrub.vtt` of frames in time order; None when there is no frame."""
    writer, last_seconds = ScrubWriter(out_dir, every_seconds=every_seconds), 0.0
    for frame in frames:
        last_seconds = frame.seconds
        writer.add(frame.seconds, frame.rgb)
    return writer.close(duration_seconds=duration_seconds or last_seconds + every_seconds)


def sheet_name(number: int) -> str:
    return f"sprite-{number}.jpg"


def _thumbnail(rgb: NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    picture = Image.fromarray(np.ascontiguousarray(rgb), "RGB")
    return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
