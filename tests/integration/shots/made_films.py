"""Small films made on the spot: textured pictures by number, and a tone."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 180, 320


@cache
def picture(number: int) -> NDArray[np.uint8]:
    """Return a picture of soft coloured patches; each number has its own."""
    rng = np.random.default_rng(number)
    patches = np.kron(rng.uniform(20, 235, (12, 16, 3)), np.ones((15, 20, 1)))
    for axis in (0, 1):
        patches = (patches + np.roll(patches, 2, axis) + np.roll(patches, -2, axis)) / 3
    return patches.astype(np.uint8)


def write_film(path: Path, frames: Sequence[NDArray[np.uint8]], *, milliseconds: Sequence[int] | None = None) -> Path:
    """Write an H.264 film at 25 frames a second, or with each frame at its own millisecond."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "16", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for index, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24")
            frame.pts = milliseconds[index] if milliseconds else index * 40
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sound_file(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000))
    return path
