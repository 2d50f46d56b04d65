"""The sound wave as a picture needs it: how loud each 1/25 s is. For use inside confined children."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

PEAKS_A_SECOND = 25
PEAKS_NAME = "peaks.bin"


def write_peaks(path: Path, out_dir: Path, duration_seconds: float, report: Callable[[float, str], None]) -> int:
    """Write `peaks.bin`, one byte a 1/25 s: the loudest sample there, 255 is full scale. Return how many there are.

    Raises:
        UnreadableMedia: the file has no sound that can be decoded.
    """
    from kinora.media.sound import SAMPLE_RATE_HZ, mono_16khz  # here: pages read the constants and load no decoder

    samples, num_peaks = SAMPLE_RATE_HZ // PEAKS_A_SECOND, 0
    with (out_dir / PEAKS_NAME).open("wb") as file:
        for block in mono_16khz(path):
            padded = np.zeros(-(-len(block) // samples) * samples, dtype=np.float32)
            padded[: len(block)] = np.abs(block)
            loudest = padded.reshape(-1, samples).max(axis=1)
            file.write(np.clip(loudest * 255, 0, 255).astype(np.uint8).tobytes())
            num_peaks += len(loudest)
            report(min(1.0, num_peaks / PEAKS_A_SECOND / max(duration_seconds, 1.0)), "Drawing the sound wave")
    return num_peaks
