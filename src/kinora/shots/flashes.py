"""Flashes: a few frames of more light (or of black), after which the old picture comes back, or another one stands.

A flash is told by the pictures on both sides of the bright frames, at every gap that a flash may last. If they show
the same, no step of it is a cut; if they do not, there is one cut, however many steps the light makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kinora.shots.block import Block
from kinora.shots.transition import Transition

_MOST_FRAMES = 6
_CAME_BACK = 0.4  # of the squared distance between the picture and the flash
_RETURNED = 0.65  # of the unlikeness at the step: less means that the old picture came back
_SAME, _ALIKE = 0.15, 0.35
_LIGHT, _BLACKED_OUT = 40.0, 26.0
_HIDES_MOST = 0.45
_ONE_SIGNED = 0.8  # share of all change that is brightening (or darkening): more than movement leaves
_FLAT_CONTRAST = 12.0
_WASHED_FRAMES = 4
_WASHED_LIGHT, _WHITE = 0.4, 235.0  # share of the way to white that a washed-out picture is lighter, at least


def is_flash(block: Block, frame: int, strength: float) -> bool:
    """Return whether the step to `frame`, as unlike as `strength`, belongs to a flash within one picture.

    A picture that comes back after a few frames of something else (a one-frame shot) is no flash: there some cells
    become brighter and others darker.
    """
    before, after = _sides(block, frame)
    same = _shows_same(block, before, after, strength)
    pairs = zip(before[same].tolist(), after[same].tolist(), strict=True)
    return any(_only_lightens(block, first, range(first + 1, last), strength) for first, last in pairs)


def _sides(block: Block, frame: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return all pairs of frames with 1 to `_MOST_FRAMES` frames between them, the step at either end or within."""
    pairs = [
        (before, before + length + 1)
        for length in range(1, _MOST_FRAMES + 1)
        for before in range(frame - length - 1, frame)
        if before >= 0 and before + length + 1 < len(block)
    ]
    before, after = np.array(pairs, np.intp).reshape(-1, 2).T
    return before, after


def _shows_same(block: Block, before: NDArray[np.intp], after: NDArray[np.intp], strength: float) -> NDArray[np.bool_]:
    """Return which pairs show one picture, allowing for what moves meanwhile."""
    if len(before) == 0:
        return np.zeros(0, bool)
    furthest = np.array([_furthest(block, int(a), int(b)) for a, b in zip(before, after, strict=True)])
    is_near = block.distance(before, after) < _CAME_BACK * furthest
    most_unlike = np.where(is_near, _ALIKE, min(_SAME, _RETURNED * strength))
    shows_same: NDArray[np.bool_] = block.unlikeness(before, after) < most_unlike
    return shows_same


def _furthest(block: Block, before: int, after: int) -> float:
    between = np.arange(before + 1, after)
    return float(block.distance(np.full(len(between), before), between).max())


def _only_lightens(block: Block, plain: int, between: range, strength: float) -> bool:
    """Return whether these frames are a washed-out (or blacked-out) view of the plain one.

    Where they hide most of it, one must be much lighter (or all black): else any other picture might do.
    """
    frames = list(between)
    change = block.small_NHW[frames] - block.small_NHW[plain]
    lighter = float(np.maximum(change, 0.0).sum())
    share = lighter / (float(np.abs(change).sum()) + 1e-6)
    brightness = block.brightness_N[frames]
    if 1 - share > _ONE_SIGNED:
        return bool(strength < _HIDES_MOST or np.all(brightness < _BLACKED_OUT))
    return bool(
        share > _ONE_SIGNED and (strength < _HIDES_MOST or brightness.max() > block.brightness_N[plain] + _LIGHT)
    )


def without_flash_edges(block: Block, cuts: Sequence[Transition]) -> list[Transition]:
    """Return the cuts, less those where a flash that goes off over a cut begins or ends."""
    kept: list[Transition] = []
    for cut in cuts:
        earlier = kept[-1].start_frame if kept else None
        if earlier is not None and cut.start_frame - earlier <= _WASHED_FRAMES:
            between = range(earlier, cut.start_frame)
            if _is_washed_out(block, earlier - 1, between):
                kept.pop()
            elif _is_washed_out(block, cut.start_frame, between):
                continue
        kept.append(cut)
    return kept


def _is_washed_out(block: Block, plain: int, between: range) -> bool:
    """Return whether all these frames are much lighter than the plain one and show it faintly or nothing at all."""
    frames = np.array(between)
    light = block.brightness_N[plain]
    if np.any(block.brightness_N[frames] < light + _WASHED_LIGHT * (_WHITE - light)):
        return False
    is_blank = block.contrast_N[frames] < _FLAT_CONTRAST
    is_faint = block.contrast_N[frames] < block.contrast_N[plain]
    unlike = block.quick_unlikeness(frames, np.full(len(frames), plain))
    return bool(np.all(is_blank | (is_faint & (unlike < _SAME))))
