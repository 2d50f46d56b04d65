"""HDR to SDR, in numpy on reduced pictures: PQ or HLG light of BT.2020 becomes BT.709 as a screen shows it.

Transfer functions: ITU-R BT.2100 (tables 4 and 5). Highlights roll off by the Möbius curve that FFmpeg's `tonemap` has.
A table-driven swscale does the same but takes five seconds to build its tables for each size.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from kinora.media.colour import HLG, PQ

_WHITE_NITS = 203.0  # BT.2408: where SDR white lies in an HDR picture
_PEAK_NITS = 1000.0
_KNEE = 0.3  # below this share of white nothing is changed
_LEVELS = 4096
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)


def tone_mapped(rgb48: NDArray[np.uint16], transfer: int) -> NDArray[np.uint8]:
    """Return an SDR picture (HxWx3, 0..255) of an HDR one (HxWx3, 0..65535) with BT.2020 primaries."""
    light = _light_table(transfer)[rgb48 >> 4]
    if transfer == HLG:
        light *= _hlg_system_gain(light)[..., None]
    light = np.maximum(light @ _BT2020_TO_BT709.T, 0.0)
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    light *= _rolled_off(brightest) / brightest
    shown: NDArray[np.uint8] = _screen_table()[np.clip(light * (_LEVELS - 1), 0, _LEVELS - 1).astype(np.uint16)]
    return shown


@cache
def _light_table(transfer: int) -> NDArray[np.float32]:
    """Return light by signal: for PQ shares of SDR white, for HLG scene light in [0, 1]."""
    signal = np.linspace(0, 1, _LEVELS)
    if transfer == PQ:
        root = signal ** (1 / 78.84375)
        nits = 10000 * (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
        return (nits / _WHITE_NITS).astype(np.float32)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12).astype(np.float32)


def _hlg_system_gain(scene: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the factor from scene light to shares of SDR white on a 1000 nit screen (system gamma 1.2)."""
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593], dtype=np.float32)
    gain: NDArray[np.float32] = np.maximum(luminance, 1e-6) ** np.float32(0.2) * np.float32(_PEAK_NITS / _WHITE_NITS)
    return gain


def _rolled_off(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return light with everything up to the peak brought below 1, unchanged under the knee."""
    peak = _PEAK_NITS / _WHITE_NITS
    a = -(_KNEE**2) * (peak - 1) / (_KNEE**2 - 2 * _KNEE + peak)
    b = (_KNEE**2 - 2 * _KNEE * peak + peak) / (peak - 1)
    rolled = (b * b + 2 * b * _KNEE + _KNEE**2) / (b - a) * (light + a) / (light + b)
    return np.where(light <= _KNEE, light, rolled).astype(np.float32)


@cache
def _screen_table() -> NDArray[np.uint8]:
    """Return 8-bit screen values by linear light (gamma 2.2)."""
    return np.round(255 * np.linspace(0, 1, _LEVELS) ** (1 / 2.2)).astype(np.uint8)
