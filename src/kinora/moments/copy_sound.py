"""Sound → landmarks by which it is found again: peaks of its spectrogram with what lies around them, as 64-bit codes.

The spectrogram has a logarithmic frequency axis, so that faster or slower playing moves a patch as a whole; a patch is
half a second by an octave and a half, described as a picture's patch is (see `copy_pictures`). Level and equalising
change edges little. Silence has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.moments.copy_pictures import Floats, codes_of, described
from kinora.moments.copy_prints import MARK, Marks, none_at_all

SAMPLE_RATE_HZ = 16_000
_WINDOW, _HOP = 2048, 480  # 128 ms, 30 ms
_LOWEST_HZ, _OCTAVES, _PER_OCTAVE = 200.0, 4.8, 12
_PATCH = 18
_MOST_A_SECOND = 14
_FLOOR_DB = -65.0  # below the loudest of the film: silence
_LEAST_CONTRAST_DB = 2.0
_SILENT = 1e-4  # root mean square of a block that is taken for silence


def sound_marks(blocks: Iterable[Floats]) -> Marks:
    """Return the landmarks of sound of one channel and 16 kHz, given in blocks in [-1, 1]."""
    samples = np.concatenate([*blocks, np.zeros(0, np.float32)])
    if len(samples) < 2 * _WINDOW or float(np.sqrt(np.mean(samples**2))) < _SILENT:
        return none_at_all()
    spectrogram = spectrogram_of(samples)
    ys, xs = _peaks(spectrogram)
    if not len(ys):
        return none_at_all()
    half = _PATCH // 2
    windows = np.lib.stride_tricks.sliding_window_view(spectrogram, (_PATCH, _PATCH))
    marks = np.zeros(len(ys), MARK)
    codes = [codes_of(described(windows[ys[i : i + 4096] - half, xs[i : i + 4096] - half]))
             for i in range(0, len(ys), 4096)]  # fmt: skip
    marks["code"], marks["weak"] = (np.concatenate(part) for part in zip(*codes, strict=True))
    marks["seconds"] = (xs * _HOP + _WINDOW / 2) / SAMPLE_RATE_HZ
    marks["y"] = ys / _PER_OCTAVE
    return marks[np.argsort(marks["seconds"], kind="stable")]


def spectrogram_of(samples: Floats) -> Floats:
    """Return loudness in decibels, (rows a twelfth of an octave apart, columns 30 ms apart)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    window = np.hanning(_WINDOW).astype(np.float32)
    columns = []
    for start in range(0, len(frames), 512):
        power = np.abs(np.fft.rfft(frames[start : start + 512] * window, axis=1)).astype(np.float32) ** 2
        columns.append(power @ _bands())
    power = np.concatenate(columns).T
    loud: Floats = 10 * np.log10(power + 1e-9)
    floored: Floats = np.maximum(loud, loud.max() + _FLOOR_DB).astype(np.float32)
    return floored


@cache
def _bands() -> Floats:
    """Return how much each frequency counts for each band, triangles on the logarithmic axis, (1025, bands)."""
    num = round(_OCTAVES * _PER_OCTAVE)
    centres = _LOWEST_HZ * 2 ** (np.arange(num) / _PER_OCTAVE)
    step = SAMPLE_RATE_HZ / _WINDOW
    hertz = np.arange(_WINDOW // 2 + 1) * step
    widths = np.maximum(centres * (2 ** (1 / _PER_OCTAVE) - 1), 1.5 * step)
    weights = np.maximum(0, 1 - np.abs(hertz[:, None] - centres) / widths)
    bands: Floats = (weights / weights.sum(axis=0)).astype(np.float32)
    return bands


def _peaks(spectrogram: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of what stands out, the strongest of every second."""
    strength = spectrogram - cv2.GaussianBlur(spectrogram, (0, 0), 4)
    peaks = (strength >= cv2.dilate(strength, np.ones((7, 9), np.uint8))) & (strength > _LEAST_CONTRAST_DB)
    half = _PATCH // 2
    peaks[:half], peaks[:, :half], peaks[-half:], peaks[:, -half:] = False, False, False, False
    ys, xs = np.nonzero(peaks)
    seconds = xs * _HOP // SAMPLE_RATE_HZ
    order = np.lexsort((-strength[ys, xs], seconds))
    rank = np.arange(len(order)) - np.searchsorted(seconds[order], seconds[order])
    kept = order[rank < _MOST_A_SECOND]
    return ys[kept], xs[kept]
