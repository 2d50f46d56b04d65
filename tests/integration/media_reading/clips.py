"""Clips that tests make: the top half of each frame spells its number in eight black or white bars, the bottom half is
red at the left and blue at the right, so that order, time, orientation and colour can be read back from a picture."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

WIDTH, HEIGHT, BITS = 192, 96, 8
GOP = 12


@dataclass(frozen=True)
class Look:
    """How a clip is encoded."""

    rate: int = 25
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    rotation: int = 0  # counter-clockwise, as FFmpeg's display matrix has it
    gop: int = GOP


def numbered(number: int) -> np.ndarray:
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    bar = WIDTH // BITS
    for bit in range(BITS):
        if number >> bit & 1:
            rgb[: HEIGHT // 2, bit * bar : (bit + 1) * bar] = 255
    rgb[HEIGHT // 2 :, : WIDTH // 2] = (220, 20, 20)
    rgb[HEIGHT // 2 :, WIDTH // 2 :] = (20, 20, 220)
    return rgb


def number_in(rgb: np.ndarray) -> int:
    height, width = rgb.shape[:2]
    bars = rgb[: height * 2 // 5, :, :].mean(axis=(0, 2)).reshape(-1)
    edges = np.linspace(0, width, BITS + 1).astype(int)
    means = [bars[a + 2 : b - 2].mean() for a, b in itertools.pairwise(edges)]
    return sum(1 << bit for bit, mean in enumerate(means) if mean > 128)


def write_clip(path: Path, pts_ms: Sequence[int], look: Look = Look(), *, sound_seconds: float = 0.0) -> Path:
    """Write frames numbered from 0 at these milliseconds; with sound, a tone of that length from 0 on."""
    options = {"preset": "ultrafast", "crf": "12", "g": str(look.gop), "bf": "0"} if look.codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(look.codec, rate=look.rate, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, look.pixel_format
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.gop_size = look.gop
        if look.rotation:
            stream.set_display_rotation(look.rotation)
        sound = container.add_stream("aac", rate=44100, layout="stereo") if sound_seconds else None
        for number, at in enumerate(pts_ms):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="rgb24").reformat(format=look.pixel_format)
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            _write_tone(container, sound, sound_seconds)
    return path


def steady(num_frames: int, rate: int = 25) -> list[int]:
    return [round(1000 * number / rate) for number in range(num_frames)]


def _write_tone(container: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    at = np.arange(int(44100 * seconds)) / 44100
    tone = (0.5 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)
    for start in range(0, len(tone), 1024):
        piece = np.ascontiguousarray(np.stack([tone[start : start + 1024]] * 2))
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 44100, start, Fraction(1, 44100)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def ffmpeg(*arguments: str | Path) -> None:
    """Run the carried FFmpeg on files of the test's own."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True, capture_output=True)
