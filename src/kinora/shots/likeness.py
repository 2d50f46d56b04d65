"""How alike two reduced frames are, whatever moved between them.

A pan or a running person changes every pixel, yet each part of the picture is still there, a little aside. So each of
twelve blocks looks for its best match nearby; only what is nowhere to be found counts. Brightness is left out on
purpose: a lamp switched on is no cut.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_PAIRS_AT_ONCE = 32  # so that their windows stay in the cache
_BLOCK_ROWS, _BLOCK_COLUMNS = 3, 4
_REACH_ROWS, _REACH_COLUMNS = 3, 5
# Variance (grey levels squared) that compression and noise leave in a flat block.
_NOISE_VARIANCE = 3.0
# A block's weight is its contrast, within bounds: one bright thing entering a plain picture is not all of it.
_LEAST_WEIGHT, _MOST_WEIGHT = 2.0, 20.0


def halved(luma_NHW: NDArray[np.uint8] | Floats) -> Floats:
    """Average 2x2 cells: (N, 36, 64) to (N, 18, 32)."""
    quarters = luma_NHW.reshape(len(luma_NHW), luma_NHW.shape[1] // 2, 2, luma_NHW.shape[2] // 2, 2)
    result: Floats = quarters.mean(axis=(2, 4), dtype=np.float32)
    return result


def unlikeness(first_KHW: Floats, second_KHW: Floats) -> Floats:
    """Return for each of K pairs of (18, 32) pictures how much of the first is nowhere in the second, 0 to about 1.

    Block-wise structure similarity (the covariance term of SSIM, with its constant for flat blocks), the best over
    shifts of up to 3 rows and 5 columns, weighted by contrast.
    """
    if len(first_KHW) == 0:
        return np.zeros(0, np.float32)
    parts = range(0, len(first_KHW), _PAIRS_AT_ONCE)
    return np.concatenate(
        [_unlikeness(first_KHW[at : at + _PAIRS_AT_ONCE], second_KHW[at : at + _PAIRS_AT_ONCE]) for at in parts]
    )


def _unlikeness(first: Floats, second: Floats) -> Floats:
    here = _windows(first, 0, 0)  # (K, 3, 4, 1, 48)
    there = _windows(second, _REACH_ROWS, _REACH_COLUMNS)  # (K, 3, 4, shifts, 48)
    mean, variance = _moments(here)
    other_mean, other_variance = _moments(there)
    covariance = (there @ here.swapaxes(-1, -2))[..., 0] / here.shape[-1] - mean * other_mean
    spread = np.sqrt((variance + _NOISE_VARIANCE) * (other_variance + _NOISE_VARIANCE))
    likeness = (covariance + _NOISE_VARIANCE) / spread
    best = likeness.argmax(-1)[..., None]
    best_likeness = np.take_along_axis(likeness, best, -1)[..., 0]
    best_variance = np.take_along_axis(other_variance, best, -1)[..., 0]
    contrast = np.sqrt(np.maximum(variance[..., 0], best_variance))
    weight = np.minimum(contrast, _MOST_WEIGHT) + _LEAST_WEIGHT
    result: Floats = 1.0 - (best_likeness * weight).sum((1, 2)) / weight.sum((1, 2))
    return result


def _moments(windows: Floats) -> tuple[Floats, Floats]:
    mean: Floats = windows.mean(-1)
    squares = np.einsum("krcsp,krcsp->krcs", windows, windows) / windows.shape[-1]
    return mean, np.maximum(squares - mean * mean, 0.0)


def _windows(pictures: Floats, reach_rows: int, reach_columns: int) -> Floats:
    """Return every block of each picture at every shift: (K, block rows, block columns, shifts, pixels)."""
    padded = np.pad(pictures, ((0, 0), (reach_rows,) * 2, (reach_columns,) * 2), mode="edge")
    height, width = pictures.shape[1] // _BLOCK_ROWS, pictures.shape[2] // _BLOCK_COLUMNS
    per_picture, per_row, per_pixel = padded.strides
    shifts = (2 * reach_rows + 1, 2 * reach_columns + 1)
    view = np.lib.stride_tricks.as_strided(
        padded,
        (len(pictures), _BLOCK_ROWS, _BLOCK_COLUMNS, *shifts, height, width),
        (per_picture, per_row * height, per_pixel * width, per_row, per_pixel, per_row, per_pixel),
        writeable=False,
    )
    result: Floats = view.reshape(len(pictures), _BLOCK_ROWS, _BLOCK_COLUMNS, shifts[0] * shifts[1], height * width)
    return result
