"""Reading renditions back: whole streams put together from their segments, box by box where the clock matters."""

from __future__ import annotations

import io
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from kinora.media.cmaf import segments_of

RED, GREEN, BLUE = (200, 30, 30), (30, 180, 30), (30, 30, 200)


def ffmpeg(*arguments: str | Path) -> None:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True, timeout=120)


def whole_stream(folder: Path) -> bytes:
    """Return initialisation segment and media segments as one file."""
    parts = [folder / "init.mp4", *(segment.path for segment in segments_of(folder))]
    return b"".join(part.read_bytes() for part in parts)


@dataclass(frozen=True)
class Decoded:
    """Frames of a rendition (n, H, W, 3) with their seconds from the first one."""

    rgb: list[NDArray[np.uint8]]
    seconds: list[float]


def decoded(folder: Path) -> Decoded:
    with av.open(io.BytesIO(whole_stream(folder))) as container:
        frames = list(container.decode(video=0))
    first = float(frames[0].time or 0)
    return Decoded([frame.to_ndarray(format="rgb24") for frame in frames], [float(f.time or 0) - first for f in frames])


def decoded_samples(folder: Path) -> NDArray[np.float32]:
    """Return the left channel."""
    with av.open(io.BytesIO(whole_stream(folder))) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def length_seconds(folder: Path) -> float:
    return sum(segment.duration_seconds for segment in segments_of(folder))


def boxes(data: bytes, inside: tuple[str, ...] = ("moov", "trak", "edts", "moof", "traf")) -> list[tuple[str, bytes]]:
    """Return every box of an MP4 as (type, body), the ones named `inside` opened."""
    found, place = [], 0
    while place + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        if size < 8:
            break
        name, body = kind.decode("latin-1"), data[place + 8 : place + size]
        found += boxes(body, inside) if name in inside else [(name, body)]
        place += size
    return found


def corner_colours(rgb: NDArray[np.uint8]) -> list[tuple[int, int, int]]:
    """Return the mean colours of the four quarters: upper left, upper right, lower left, lower right."""
    height, width = rgb.shape[:2]
    rows, columns = ((slice(4, side // 2 - 4), slice(side // 2 + 4, -4)) for side in (height, width))
    means = [rgb[row, column].reshape(-1, 3).mean(axis=0) for row in rows for column in columns]
    return [(round(mean[0]), round(mean[1]), round(mean[2])) for mean in means]
