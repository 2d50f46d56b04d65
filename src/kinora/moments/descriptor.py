"""A picture → a vector by which look-alikes are found, without any network: layout, edges and colours.

Three parts, each found in most copy detectors of the last decades, side by side in one unit vector:
- edges: a grid of histograms of edge directions (Dalal & Triggs 2005), what survives changes of colour and light
- layout: the low frequencies of small luma and chroma pictures (MPEG-7 colour layout), the composition
- colours: a soft histogram of chroma and light (MPEG-7 scalable colour), what survives crops and movement
A last number holds what a flat picture lacks in detail, so that black frames resemble black frames and nothing else.

The weights were chosen and the cut-off was measured by `benchmarks/look_alikes`. numpy only, some ms a picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float32]

_SIDE = 64  # the picture is squashed to this square
_BAR_LEVEL = 28  # of 255: the brightest a bar may be after encoding
_BAR_STEP = 6.0  # how much brighter on average the picture begins beside a bar
_MAX_BAR_SHARE = 0.3  # of an axis, each side
_CELLS = 4
_DIRECTIONS = 8
_LAYOUT = ((8, 6), (4, 4), (4, 4))  # rows and columns of low frequencies kept of Y, Cb, Cr
_CHROMA_BINS = 6
_LIGHT_BINS = 8

EDGES_DIM = _CELLS * _CELLS * _DIRECTIONS
LAYOUT_DIM = sum(rows * columns for rows, columns in _LAYOUT)
COLOURS_DIM = _CHROMA_BINS * _CHROMA_BINS + _LIGHT_BINS
DESCRIPTOR_DIM = EDGES_DIM + LAYOUT_DIM + COLOURS_DIM + 1
DESCRIPTOR_NAME = "kinora-layout-edges-colours-1"

WEIGHTS = (0.62, 0.62, 0.48)  # of edges, layout, colours; their squares sum to at most 1

_FLAT = 8.0 / 255.0  # standard deviation of light and of colours; benchmarks/look_alikes leaves such pictures out

# Measured by benchmarks/look_alikes on one frame a second of real clips: 99 % of unrelated pairs lie below the cut-off.
LOOK_ALIKE_CUTOFF = 0.63
_UNRELATED = 0.34  # the median of unrelated pairs
_SAME = 0.95  # re-encoded, scaled, lighter or darker copies lie above


def look_alike_score(similarity: float) -> float:
    """Return a similarity on the scale of scores: 0 for unrelated pictures, 0.5 at the cut-off, 1 for copies."""
    points = (-1.0, _UNRELATED, LOOK_ALIKE_CUTOFF, _SAME, 1.0)
    return float(np.interp(similarity, points, (0.0, 0.0, 0.5, 1.0, 1.0)))


def is_flat(rgb: Rgb) -> bool:
    """Return whether a picture is nearly one colour: black, white, a fade; any other such picture looks like it."""
    return bool(_to_ycc(_squashed(rgb)).std(axis=(0, 1)).max() < _FLAT)


def picture_descriptor(rgb: Rgb) -> npt.NDArray[np.float16]:
    """Return the unit vector (DESCRIPTOR_DIM,) of a picture (H, W, 3); its cosine to another's is their similarity."""
    return joined(parts_of(rgb), WEIGHTS)


def parts_of(rgb: Rgb) -> tuple[_Floats, _Floats, _Floats]:
    """Return edges, layout and colours of a picture, each of length 1 or, where it has little of them, shorter."""
    ycc = _to_ycc(_squashed(rgb))
    return _edges(ycc[..., 0]), _layout(ycc), _colours(ycc)


def joined(parts: Sequence[_Floats], weights: Sequence[float]) -> npt.NDArray[np.float16]:
    """Return the weighted parts and what they lack as one unit vector."""
    vector = np.concatenate([part * np.float32(weight) for part, weight in zip(parts, weights, strict=True)])
    lacking = math.sqrt(max(0.0, 1.0 - float(vector @ vector)))
    whole = np.append(vector, np.float32(lacking))
    unit: npt.NDArray[np.float16] = (whole / np.linalg.norm(whole)).astype(np.float16)
    return unit


def _squashed(rgb: Rgb) -> _Floats:
    """Return the picture without black bars, averaged to 64×64, values 0–255."""
    thinned = rgb[:: _stride(rgb.shape[0]), :: _stride(rgb.shape[1])]
    whole = _without_bars(np.ascontiguousarray(thinned)).astype(np.float32)
    height, width = whole.shape[:2]
    rows = _averaging(height) @ whole.reshape(height, width * 3)
    small: _Floats = _averaging(width) @ rows.reshape(_SIDE, width, 3)
    return small


def _stride(length: int) -> int:
    """Return the step that leaves at least four pixels for each of the 64 parts."""
    return max(1, length // (_SIDE * 4))


def _without_bars(rgb: Rgb) -> Rgb:
    """Cut off letterbox and pillarbox bars: flat, near black, with a sharp edge; a night sky has none."""
    brightest = np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])
    top, bottom = _inside_bars(brightest.max(axis=1), brightest.mean(axis=1))
    left, right = _inside_bars(brightest.max(axis=0), brightest.mean(axis=0))
    return rgb[top:bottom, left:right]


def _inside_bars(peaks: npt.NDArray[np.uint8], means: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Return the first line and the one after the last that lie inside the bars of one axis."""
    lit = np.flatnonzero(peaks > _BAR_LEVEL)
    if not len(lit):
        return 0, len(peaks)
    start, end = int(lit[0]), int(lit[-1]) + 1
    most = int(len(peaks) * _MAX_BAR_SHARE)
    is_bar = 2 <= start <= most and means[min(start + 1, end - 1)] > means[start - 2] + _BAR_STEP
    ends_in_bar = 2 <= len(peaks) - end <= most and means[max(end - 2, start)] > means[end + 1] + _BAR_STEP
    return start if is_bar else 0, end if ends_in_bar else len(peaks)


@lru_cache(maxsize=64)
def _averaging(length: int) -> _Floats:
    """Return the matrix (64, length) that averages an axis down, or stretches it, to 64 parts."""
    starts = (np.arange(_SIDE) * length / _SIDE).reshape(_SIDE, 1)
    pixels = np.arange(length)[None, :]
    overlap = np.minimum(starts + length / _SIDE, pixels + 1) - np.maximum(starts, pixels)
    shares = np.clip(overlap, 0, None)
    matrix: _Floats = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return matrix


_TO_YCC = np.array([[0.299, -0.168736, 0.5], [0.587, -0.331264, -0.418688], [0.114, 0.5, -0.081312]], dtype=np.float32)


def _to_ycc(rgb: _Floats) -> _Floats:
    """Return luma in [0, 1] and chroma in [-0.5, 0.5]."""
    ycc: _Floats = np.matmul(rgb / np.float32(255.0), _TO_YCC)
    return ycc


def _with_floor(part: _Floats, floor: float) -> _Floats:
    """Return the part at length 1, or shorter where it is hardly more than noise."""
    length = float(np.linalg.norm(part))
    return part / np.float32(max(length, 1e-9)) * np.float32(length / math.hypot(length, floor))


def _edges(luma: _Floats) -> _Floats:
    """Return the directions of edges in each cell of a 4×4 grid, (128,)."""
    down = np.zeros_like(luma)
    across = np.zeros_like(luma)
    down[1:-1] = luma[2:] - luma[:-2]
    across[:, 1:-1] = luma[:, 2:] - luma[:, :-2]
    strength = np.sqrt(down * down + across * across)
    turn = (np.arctan2(down, across) / np.pi) % 1.0 * _DIRECTIONS  # unsigned: a negative has the same edges
    lower = turn.astype(np.intp)
    share = turn - lower
    votes = np.zeros((_SIDE * _SIDE, _DIRECTIONS), dtype=np.float32)
    pixels = np.arange(_SIDE * _SIDE)
    votes[pixels, lower.ravel() % _DIRECTIONS] = (strength * (1 - share)).ravel()
    votes[pixels, (lower.ravel() + 1) % _DIRECTIONS] += (strength * share).ravel()
    by_row = _WINDOWS @ votes.reshape(_SIDE, _SIDE * _DIRECTIONS)
    cells = _WINDOWS @ by_row.reshape(_CELLS, _SIDE, _DIRECTIONS) / _SIDE
    strong = np.sqrt(cells)
    centred = strong - strong.mean(axis=(0, 1), keepdims=True) * 0.5 - strong.mean() * 0.5
    return _with_floor(centred.ravel().astype(np.float32), 0.25)


def _windows() -> _Floats:
    """Return four overlapping triangular windows over 64 pixels, (4, 64), so that a small shift changes little."""
    centres = (np.arange(_CELLS) + 0.5) * _SIDE / _CELLS
    reach = _SIDE / _CELLS
    distance = np.abs(np.arange(_SIDE)[None, :] + 0.5 - centres[:, None])
    windows: _Floats = np.clip(1 - distance / reach, 0, 1).astype(np.float32)
    return windows


_WINDOWS = _windows()


def _cosines() -> _Floats:
    """Return the first 8 rows of the orthonormal cosine transform of 64 samples, (8, 64)."""
    frequency = np.arange(8).reshape(8, 1)
    rows = np.cos(np.pi * (np.arange(_SIDE)[None, :] + 0.5) * frequency / _SIDE) * np.sqrt(2 / _SIDE)
    rows[0] /= np.sqrt(2)
    cosines: _Floats = rows.astype(np.float32)
    return cosines


_COSINES = _cosines()


def _layout(ycc: _Floats) -> _Floats:
    """Return the low frequencies of the three planes, roots taken, (80,)."""
    parts = []
    for plane, (rows, columns), gain in zip(range(3), _LAYOUT, (1.0, 2.0, 2.0), strict=True):
        frequencies = _COSINES[:rows] @ ycc[..., plane] @ _COSINES[:columns].T / _SIDE * gain
        if plane == 0:
            frequencies[0, 0] = (frequencies[0, 0] - 0.4) * 0.3  # light itself says little
        parts.append(frequencies.ravel())
    all_of_them = np.concatenate(parts)
    return _with_floor(np.sign(all_of_them) * np.sqrt(np.abs(all_of_them)), 0.4)


def _colours(ycc: _Floats) -> _Floats:
    """Return how often each chroma and each light occurs, roots taken, (44,)."""
    light = _soft_histogram(ycc[..., 0].ravel(), 0.0, 1.0, _LIGHT_BINS)
    stretched = np.sign(ycc[..., 1:]) * np.sqrt(np.abs(ycc[..., 1:]) * 2)  # most colours are pale
    blue = _soft_memberships(stretched[..., 0].ravel(), -1.0, 1.0, _CHROMA_BINS)
    red = _soft_memberships(stretched[..., 1].ravel(), -1.0, 1.0, _CHROMA_BINS)
    chroma = (blue.T @ red / len(blue)).ravel()
    joined = np.concatenate([np.sqrt(chroma), 0.6 * np.sqrt(light)])
    centred = joined - joined.mean()
    return _with_floor(centred.astype(np.float32), 0.1)


def _soft_histogram(values: _Floats, low: float, high: float, bins: int) -> _Floats:
    histogram: _Floats = _soft_memberships(values, low, high, bins).mean(axis=0)
    return histogram


def _soft_memberships(values: _Floats, low: float, high: float, bins: int) -> _Floats:
    """Return how far each value belongs to each bin, (N, bins); a value between two centres belongs to both."""
    place = np.clip((values - low) / (high - low), 0, 1) * np.float32(bins - 1)
    lower = np.minimum(place.astype(np.intp), bins - 2)
    share = place - lower
    memberships = np.zeros((len(values), bins), dtype=np.float32)
    rows = np.arange(len(values))
    memberships[rows, lower] = 1 - share
    memberships[rows, lower + 1] = share
    return memberships
