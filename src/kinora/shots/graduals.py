"""Dissolves and fades: frames that are a rising mixture of the frame before and the frame after.

For frames a < i < b of a dissolve, frame_i = (1 - alpha) frame_a + alpha frame_b with alpha rising evenly. A pan
between two views never looks like that: its middle frames are neither. A fade is a dissolve with one plain colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinora.shots.block import Block, Indices
from kinora.shots.transition import Transition

_LENGTHS = (5, 7, 9, 12, 15, 19, 24, 30, 37, 46, 57, 70, 86, 105)
MAX_GRADUAL_FRAMES = _LENGTHS[-1]
_FRACTIONS = np.arange(1, 8) / 8
_MOST_MISFIT = 0.2
_MOST_STEP_OVER_MEAN = 3.0
_LEAST_CHANGE = 30.0  # mean squared grey levels between both ends
_LEAST_CHANGE_OVER_CONTRAST = 0.2  # unrelated pictures: about 1; a picture with something moving in it: near 0
_LEAST_EVIDENCE = 0.17
_FLASH_FRAMES = 6
_ALIKE, _SAME = 0.35, 0.15
_PLAIN_CONTRAST = 3.0
_HELD_CONTRAST = 20.0
_FAINT, _SAME_PICTURE = 0.15, 0.9
HOLD_SECONDS = 0.4


@dataclass(frozen=True, eq=False)
class Windows:
    """How well each window [first, last] is a mixture of its two ends."""

    first: Indices
    last: Indices
    change: NDArray[np.float64]
    residual: NDArray[np.float64]
    unevenness: NDArray[np.float64]

    @property
    def score(self) -> NDArray[np.float64]:
        """How much changes, less what the mixture does not explain."""
        return self.change * (1 - 2 * self.residual - 2 * self.unevenness)

    def kept(self, mask: NDArray[np.bool_]) -> Windows:
        return Windows(*(values[mask] for values in vars(self).values()))


def fit_windows(block: Block, first: Indices, last: Indices) -> Windows:
    """Fit mixtures to windows of frames, from inner products alone."""
    inner = first[:, None] + np.rint(_FRACTIONS * (last - first)[:, None]).astype(np.intp)
    expected = (inner - first[:, None]) / (last - first)[:, None]
    start, end = first[:, None], last[:, None]
    products = block.products_NN
    change = np.maximum(block.distance(first, last), 1e-6)[:, None]
    along = products[inner, end] - products[inner, start] - products[start, end] + products[start, start]
    alpha = along / change
    off = np.maximum(block.distance(inner, start) - alpha**2 * change, 0.0) / change
    return Windows(first, last, change[:, 0], off.mean(axis=1), np.abs(alpha - expected).max(axis=1))


def find_graduals(block: Block) -> list[Transition]:
    """Return the dissolves and fades of a block, in order; a fade out and in again over a short hold is one fade."""
    windows = _all_windows(block)
    contrast = block.contrast_N[windows.first] ** 2 + block.contrast_N[windows.last] ** 2
    windows = windows.kept(
        (windows.residual + windows.unevenness < _MOST_MISFIT)
        & (windows.change > _LEAST_CHANGE)
        & (windows.change > _LEAST_CHANGE_OVER_CONTRAST * contrast)
    )
    found: list[Transition] = []
    refused = np.zeros(len(windows.first), bool)
    for best in np.argsort(-windows.score).tolist():
        first, last = int(windows.first[best]), int(windows.last[best])
        if refused[best] or any(first < other.end_frame and other.start_frame - 1 < last for other in found):
            continue
        if not _is_change(block, windows, best):
            # Nothing within can change more than the whole, which does not.
            refused |= (windows.first >= first) & (windows.last <= last)
        elif _is_even(block, first, last) and not _is_flash(block, first, last):
            found.append(_transition(block, first, last, float(windows.score[best])))
    return _joined_fades(block, sorted(found))


def _is_even(block: Block, first: int, last: int) -> bool:
    """Return whether no single step does most of the change: that would be a cut with motion around it."""
    steps = block.steps_N[first + 1 : last + 1]
    return bool(steps.max() < _MOST_STEP_OVER_MEAN * steps.mean())


def _is_change(block: Block, windows: Windows, at: int) -> bool:
    """Return whether both ends differ by more than the mixture leaves unexplained."""
    first, last = windows.first[at : at + 1], windows.last[at : at + 1]
    tones, _ = block.palette_change(int(first[0]), int(last[0]))
    misfit = float(2 * windows.residual[at] + windows.unevenness[at])
    return float(block.unlikeness(first, last)[0]) + 0.02 * min(tones, 12.0) - misfit > _LEAST_EVIDENCE


def _is_flash(block: Block, first: int, last: int) -> bool:
    """Return whether what a short fade leads to (or comes from) was there just before (or comes back just after)."""
    if last - first > _FLASH_FRAMES:
        return False
    before = np.arange(max(0, first - _FLASH_FRAMES), first)
    after = np.arange(last + 1, min(len(block), last + 1 + _FLASH_FRAMES))
    return _is_among(block, last, before, first) or _is_among(block, first, after, last)


def _is_among(block: Block, frame: int, others: Indices, far: int) -> bool:
    """Return whether one of the others shows what `frame` shows; `far` is a frame that does not."""
    here = np.full(len(others), frame)
    unlike = block.quick_unlikeness(here, others)
    is_near = block.distance(here, others) < 0.3 * block.distance(np.array([frame]), np.array([far]))
    return bool(np.any(unlike < np.where(is_near, _ALIKE, _SAME)))


def _transition(block: Block, first: int, last: int, strength: float) -> Transition:
    """Return the dissolve or fade of a window; a fade ends where its colour is plain, however long that is held."""
    is_plain = block.contrast_N < _PLAIN_CONTRAST
    if _is_remainder(block, last, first):
        return Transition(first + 1, last, "fade", last, strength)
    if not is_plain[first] and not is_plain[last]:
        return Transition(first + 1, last, "dissolve", (first + last + 1) // 2, strength)
    while is_plain[first] and is_plain[first + 1] and first + 2 < last:
        first += 1
    while is_plain[last] and is_plain[last - 1] and first + 2 < last:
        last -= 1
    return Transition(first + 1, last, "fade", first + 1 if is_plain[first] else last, strength)


def _is_remainder(block: Block, frame: int, full: int) -> bool:
    """Return whether a frame is but a faint rest of another: a fade that ends just short of black."""
    if not _PLAIN_CONTRAST <= block.contrast_N[frame] < _FAINT * block.contrast_N[full]:
        return False
    rest, whole = block.small_NHW[frame].ravel(), block.small_NHW[full].ravel()
    return bool(np.corrcoef(rest, whole)[0, 1] > _SAME_PICTURE)


def _joined_fades(block: Block, found: list[Transition]) -> list[Transition]:
    """Join a fade to one colour with the fade from it when the colour is held for less than a moment."""
    joined: list[Transition] = []
    for later in found:
        earlier = joined[-1] if joined else None
        if earlier is not None and _is_one_fade(block, earlier, later):
            middle = (earlier.end_frame + later.start_frame) // 2
            strength = max(earlier.strength, later.strength)
            joined[-1] = Transition(earlier.start_frame, later.end_frame, "fade", middle, strength)
        else:
            joined.append(later)
    return joined


def _is_one_fade(block: Block, earlier: Transition, later: Transition) -> bool:
    hold = later.start_frame - earlier.end_frame
    if "fade" not in (earlier.kind, later.kind) or hold > HOLD_SECONDS * block.frame_rate:
        return False
    between = block.contrast_N[earlier.end_frame - 1 : later.start_frame + 1]
    return bool(between.min() < _PLAIN_CONTRAST and between.max() < _HELD_CONTRAST)


def _all_windows(block: Block) -> Windows:
    firsts, lasts = [], []
    for length in _LENGTHS:
        first = np.arange(0, len(block) - length, max(1, length // 8))
        firsts.append(first)
        lasts.append(first + length)
    return fit_windows(block, np.concatenate(firsts), np.concatenate(lasts))
