"""A picture → landmarks by which it is found again: small upright patches at points that stand out, as 64-bit codes.

Points are extremes of differences of Gaussians on a ladder of sizes (Lowe 2004), a patch is 4x4 histograms of eight
edge directions under square root (Arandjelović & Zisserman 2012), a code the signs of 64 directions in which the same
patch changes little after editing and other patches differ much (fitted by `benchmarks/copies/fit_codes.py`). A crop, a
border, another size or a picture within the picture moves landmarks; light, contrast and lost colour leave them alone.

numpy and OpenCV's filters only, some ms a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.moments.copy_prints import KEY_BITS, MARK, Codes, Marks

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]

MOST_LANDMARKS = 64
_SHORT_SIDE = 160  # the picture's shorter side, in pixels, when its points are looked for
_LEVELS = (1.0, 0.7071, 0.5, 0.3536, 0.25)
_SHARES = (0.32, 0.26, 0.2, 0.14, 0.08)  # of the landmarks, by level
_PATCH = 18  # pixels of a level; gradients leave 16 x 16
_LEAST_CONTRAST = 2.5  # grey levels of the difference of Gaussians
_CELLS, _DIRECTIONS = 4, 8
_BLOCKS, _LEAST_DETAIL = 8, 5.0
LEAST_SHARE_WITH_DETAIL = 0.16  # of the picture's blocks: with less it is black, plain or a logo, and never matches
_BAR_SPREAD = 3.0


@dataclass(frozen=True, eq=False)
class Landmarks:
    """The landmarks of one picture: marks (see `copy_prints`) without their seconds, and how much of it has detail.

    Places and sizes are in heights of the picture with its bars; `share_with_detail` is in [0, 1].
    """

    marks: Marks
    share_with_detail: float


def landmarks_of(rgb_HWC: NDArray[np.uint8], *, most: int = MOST_LANDMARKS) -> Landmarks:
    """Return a picture's landmarks, the strongest of every size; none where too little of it has detail."""
    gray: Gray = cv2.cvtColor(rgb_HWC, cv2.COLOR_RGB2GRAY)
    height = gray.shape[0]
    top, bottom, left, right = _without_bars(gray)
    inside = gray[top:bottom, left:right]
    scale = _SHORT_SIDE / min(inside.shape)
    small = _resized(inside, scale).astype(np.float32)
    share = share_with_detail(small) * inside.size / gray.size  # of all: a logo on black is mostly black
    if share < LEAST_SHARE_WITH_DETAIL:
        return Landmarks(np.zeros(0, MARK), share)
    found = [_level(small, size, max(3, round(most * part))) for size, part in zip(_LEVELS, _SHARES, strict=True)]
    patches = np.concatenate([patches for patches, _ in found])
    places = np.concatenate([places for _, places in found])
    marks = np.zeros(len(patches), MARK)
    marks["code"], marks["weak"] = codes_of(described(patches))
    marks["mirror"], marks["mirror_weak"] = codes_of(described(patches[:, :, ::-1]))
    marks["x"], marks["y"] = (places[:, 0] / scale + left) / height, (places[:, 1] / scale + top) / height
    marks["size"] = places[:, 2] / scale / height
    return Landmarks(marks, share)


def share_with_detail(gray_HW: Floats) -> float:
    """Return which share of an 8x8 grid's blocks is not plain."""
    high, wide = (size // _BLOCKS * _BLOCKS for size in gray_HW.shape)
    blocks = gray_HW[:high, :wide].reshape(_BLOCKS, high // _BLOCKS, _BLOCKS, wide // _BLOCKS)
    return float((blocks.std(axis=(1, 3)) > _LEAST_DETAIL).mean())


def _without_bars(gray: Gray) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of the picture inside plain bars at its edges."""
    rows, columns = gray.std(axis=1) > _BAR_SPREAD, gray.std(axis=0) > _BAR_SPREAD
    if rows.sum() < 16 or columns.sum() < 16:
        return 0, gray.shape[0], 0, gray.shape[1]
    top, left = int(rows.argmax()), int(columns.argmax())
    return top, gray.shape[0] - int(rows[::-1].argmax()), left, gray.shape[1] - int(columns[::-1].argmax())


def _resized(gray: Gray, scale: float) -> Gray:
    size = (max(_PATCH + 2, round(gray.shape[1] * scale)), max(_PATCH + 2, round(gray.shape[0] * scale)))
    small: Gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return small


def _level(small: Floats, size: float, most: int) -> tuple[Floats, Floats]:
    """Return the patches (N, 18, 18) and places (N, 3) of the strongest points of one size, in pixels of `small`."""
    shape = (max(_PATCH + 2, round(small.shape[1] * size)), max(_PATCH + 2, round(small.shape[0] * size)))
    level = small if size == 1.0 else cv2.resize(small, shape, interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(level, (0, 0), 1.2)
    strength = np.abs(near - cv2.GaussianBlur(level, (0, 0), 2.4))
    half = _PATCH // 2
    peaks = (strength >= cv2.dilate(strength, np.ones((7, 7), np.uint8))) & (strength > _LEAST_CONTRAST)
    peaks[:half], peaks[:, :half], peaks[-half:], peaks[:, -half:] = False, False, False, False
    ys, xs = np.nonzero(peaks)
    order = np.argsort(-strength[ys, xs], kind="stable")[:most]
    ys, xs = ys[order], xs[order]
    windows = np.lib.stride_tricks.sliding_window_view(near, (_PATCH, _PATCH))
    patches: Floats = windows[ys - half, xs - half] if len(ys) else np.zeros((0, _PATCH, _PATCH), np.float32)
    places = np.stack([xs / size, ys / size, np.full(len(ys), _PATCH / size)], axis=1).astype(np.float32)
    return patches, places


def described(patches_NHW: NDArray[Any]) -> Floats:
    """Return the histograms of edge directions of patches, (N, 128) unit vectors under square root."""
    across = patches_NHW[:, 1:-1, 2:] - patches_NHW[:, 1:-1, :-2]
    down = patches_NHW[:, 2:, 1:-1] - patches_NHW[:, :-2, 1:-1]
    strength = np.hypot(across, down)
    turn = np.arctan2(down, across) * (_DIRECTIONS / (2 * np.pi)) % _DIRECTIONS
    steps = np.arange(_DIRECTIONS, dtype=np.float32)
    apart = np.abs(turn[..., None] - steps)
    near = np.maximum(0, 1 - np.minimum(apart, _DIRECTIONS - apart)) * strength[..., None]
    sums = np.einsum("nhwd,hc,we->nced", near, _pooling(), _pooling(), optimize=True).reshape(len(patches_NHW), -1)
    sums = sums / (np.linalg.norm(sums, axis=1, keepdims=True) + 1e-6)
    sums = np.minimum(sums, 0.25)
    vectors: Floats = np.sqrt(sums / (sums.sum(axis=1, keepdims=True) + 1e-6)).astype(np.float32)
    return vectors


@cache
def _pooling() -> Floats:
    """Return how much each of the 16 rows counts for each of the 4 cells, falling to nothing a cell further."""
    rows = (np.arange(_PATCH - 2) + 0.5) / ((_PATCH - 2) / _CELLS) - 0.5
    weights = np.maximum(0, 1 - np.abs(rows[:, None] - np.arange(_CELLS))).astype(np.float32)
    fading = np.exp(-(((np.arange(_PATCH - 2) - 7.5) / 9.0) ** 2) / 2)
    pooling: Floats = (weights * fading[:, None]).astype(np.float32)
    return pooling


def codes_of(vectors_ND: Floats) -> tuple[Codes, NDArray[np.uint16]]:
    """Return the codes of described patches, and the three weakest bits of their keys (five bits each)."""
    mean, directions = _directions()
    if not len(vectors_ND):
        return np.zeros(0, np.uint64), np.zeros(0, np.uint16)
    sides = (vectors_ND - mean) @ directions
    codes: Codes = np.packbits(sides > 0, axis=1, bitorder="little").view("<u8").reshape(-1)
    weakest = np.argsort(np.abs(sides[:, :KEY_BITS]), axis=1)[:, :3].astype(np.uint16)
    weak: NDArray[np.uint16] = (weakest[:, 0] | weakest[:, 1] << 5 | weakest[:, 2] << 10).astype(np.uint16)
    return codes, weak


@cache
def _directions() -> tuple[Floats, Floats]:
    """Return mean and directions, fitted on pictures (`benchmarks/copies/fit_codes.py`); spectrograms use them too."""
    rows = np.load(Path(__file__).with_name("copy_directions.npy"), allow_pickle=False).astype(np.float32)
    return rows[0], rows[1:].T
