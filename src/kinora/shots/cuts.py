"""Hard cuts: a step out of the ordinary, to a picture that was not there before and does not go away again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinora.shots.block import Block
from kinora.shots.flashes import is_flash, without_flash_edges
from kinora.shots.transition import Transition, cut_at

_LEAST_STEP = 3.5  # grey levels; a cut between two dark, flat pictures is hardly more
_CONTEXT_FRAMES = 6
_STEP_OVER_CONTEXT = 1.5
_LEAST_UNLIKENESS = 0.24
_SAME_STRUCTURE = 0.12
_LEAST_EVIDENCE = 0.345
_FLAT_CONTRAST = 12.0
_RESTLESS, _HARDLY_ALIKE = 0.12, 0.56
_BIG_STEP = 70.0  # with pictures too flat to compare, brightness and colour alone decide


def find_cuts(block: Block) -> list[Transition]:
    """Return the hard cuts of a block, in order."""
    candidates = _candidates(block)
    unlike = block.unlikeness(candidates - 1, candidates)
    cuts = []
    for frame, strength in zip(candidates.tolist(), unlike.tolist(), strict=True):
        if strength < _LEAST_UNLIKENESS and block.steps_N[frame] < _BIG_STEP:
            continue
        if strength < _SAME_STRUCTURE and max(block.contrast_N[frame - 1 : frame + 1]) > _FLAT_CONTRAST:
            continue  # what structure there is was found again: only the light changed
        if cut_evidence(block, frame, strength) > _LEAST_EVIDENCE and not is_flash(block, frame, strength):
            cuts.append(cut_at(frame, strength))
    return without_flash_edges(block, cuts)


def cut_evidence(block: Block, frame: int, strength: float) -> float:
    """Return the unlikeness across a step, raised where tones and colours change and where nothing else moves."""
    tones, colours = block.palette_change(frame - 1, frame)
    is_flat = min(block.contrast_N[frame - 1 : frame + 1]) <= _FLAT_CONTRAST
    palette = 0.03 * min(tones, 12.0 if is_flat else 3.0) + 0.006 * min(colours, 15.0)
    if not is_flat:
        # Pictures with structure that stays are one scene in another light.
        palette *= min(1.0, max(0.0, (strength - 0.1) / 0.2))
    isolation = _isolation(block, frame)
    evidence = strength + palette + 0.015 * isolation
    if evidence <= _LEAST_EVIDENCE:
        return evidence
    around = surroundings(block, frame)
    if around.lower > _RESTLESS and isolation < 1.2 and strength < _HARDLY_ALIKE:
        return 0.0  # where everything moves, one step among equals says little
    return evidence - 0.6 * around.usual


def _candidates(block: Block) -> NDArray[np.intp]:
    steps = block.steps_N
    large = np.flatnonzero(steps > _LEAST_STEP)
    near = np.array([offset for offset in range(-_CONTEXT_FRAMES, _CONTEXT_FRAMES + 1) if offset])
    around = large[:, None] + near
    is_there = (around >= 1) & (around < len(steps))
    context = np.where(is_there, steps[np.clip(around, 0, len(steps) - 1)], np.nan)
    context[~is_there.any(axis=1)] = 0.0  # a film of two frames has no context
    return large[steps[large] > _STEP_OVER_CONTEXT * np.nanmedian(context, axis=1)]


def _isolation(block: Block, frame: int) -> float:
    """Return how many times larger a step is than any other around it, 6 at most."""
    before = block.steps_N[max(1, frame - _CONTEXT_FRAMES) : frame]
    after = block.steps_N[frame + 1 : frame + 1 + _CONTEXT_FRAMES]
    largest = max(before.max(initial=0.0), after.max(initial=0.0))
    return min(6.0, float(block.steps_N[frame] / (largest + 1.0)))


@dataclass(frozen=True)
class Surroundings:
    """How unlike neighbouring frames are just before or just after a step, whichever is more."""

    lower: float  # of the two middle values: a flash makes two odd steps of four, and does not raise it
    usual: float


def surroundings(block: Block, frame: int) -> Surroundings:
    lower = usual = 0.0
    for near in (np.arange(max(1, frame - 4), frame), np.arange(frame + 1, min(len(block), frame + 5))):
        if len(near) < 2:
            continue
        unlike = np.sort(block.quick_unlikeness(near - 1, near))
        below = float(unlike[(len(unlike) - 1) // 2])
        lower = max(lower, below)
        usual = max(usual, min(float(np.median(unlike)), 2 * below + 0.05))
    return Surroundings(lower, usual)
