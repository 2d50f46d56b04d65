"""Pairs of landmarks that agree on where one picture lies in the other; for sound, on how far its pitch is shifted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIZE_STEPS = 2  # bins an octave
_SHIFT_STEP = 0.15  # of a picture's height
_PITCH_STEP = 1 / 12  # octaves
_NEAR = 0.06  # heights: how far a landmark may lie from where it should
_NEAR_PITCH = 1.5 / 12
_LEAST_SPREAD = 0.2  # heights, in both pictures, by standard deviation times two along the longer side


def agreeing(pairs: NDArray[Any], *, by: str) -> NDArray[np.bool_]:
    """Return which pairs agree with what most agree on."""
    if by == "sound":
        shift = pairs["uy"] - pairs["y"]
        near: NDArray[np.bool_] = np.abs(shift - _fullest((shift / _PITCH_STEP)[:, None]) * _PITCH_STEP) <= _NEAR_PITCH
        return near
    octaves = np.log2(pairs["usize"] / pairs["size"])
    scale = 2.0**octaves
    shifts = np.stack([octaves * _SIZE_STEPS, (pairs["ux"] - scale * pairs["x"]) / _SHIFT_STEP,
                       (pairs["uy"] - scale * pairs["y"]) / _SHIFT_STEP], axis=1)  # fmt: skip
    centre = _fullest(shifts)
    inside: NDArray[np.bool_] = (np.abs(shifts - centre) <= 1.01).all(axis=1)
    for _ in range(3):
        if len(np.unique(pairs["a"][inside])) < 4:
            break
        inside = _near_fit(pairs, inside)
    return inside


def _fullest(values_ND: NDArray[Any]) -> NDArray[Any]:
    """Return the middle of the fullest bin, bins being of size one and looked at shifted by half as well."""
    best, middle = -1, np.asarray(values_ND[0])
    for shift in (0.0, 0.5):
        whole = np.clip(np.floor(values_ND + shift), -500, 500).astype(np.int64) + 500
        numbers = whole @ (1001 ** np.arange(whole.shape[1], dtype=np.int64))
        _, firsts, counts = np.unique(numbers, return_index=True, return_counts=True)
        fullest = int(counts.argmax())
        if counts[fullest] > best:
            best, middle = int(counts[fullest]), whole[firsts[fullest]] - 500 + 0.5 - shift
    return middle


def _near_fit(pairs: NDArray[Any], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which pairs lie near the line of least squares of those inside, along each axis by itself."""
    near: NDArray[np.bool_] = np.abs(np.log2(pairs["usize"] / pairs["size"])) < 3
    for one, other in (("x", "ux"), ("y", "uy")):
        given, wanted = pairs[one][inside], pairs[other][inside]
        spread = float(given.std())
        slope = float(np.mean((given - given.mean()) * (wanted - wanted.mean())) / spread**2) if spread > 0.02 else 1.0
        if not 0.15 < slope < 7:
            return inside
        at = wanted.mean() + slope * (pairs[one] - given.mean())
        near &= np.abs(pairs[other] - at) <= _NEAR * max(1.0, slope)
    return near


def spread_in_both(pairs: NDArray[Any]) -> bool:
    """Return whether what agrees is spread over a part of at least one picture that no logo or line of text fills."""
    one = 2 * max(float(pairs["x"].std()), float(pairs["y"].std()))
    other = 2 * max(float(pairs["ux"].std()), float(pairs["uy"].std()))
    return max(one, other) >= _LEAST_SPREAD * 1.5 and min(one, other) >= _LEAST_SPREAD / 2
