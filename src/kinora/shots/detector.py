"""The detector: takes reduced frames one by one, gives the transitions between shots.

Frames are kept only as long as a test may look at them, so memory does not grow with the film.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinora.shots.block import Block
from kinora.shots.cuts import find_cuts
from kinora.shots.graduals import MAX_GRADUAL_FRAMES, find_graduals
from kinora.shots.likeness import Floats
from kinora.shots.transition import Transition, cuts_beside

_OWN_FRAMES = 512
_MARGIN_FRAMES = MAX_GRADUAL_FRAMES + 40


class TransitionDetector:
    """Looks at overlapping blocks; each block answers for the transitions whose boundary is in its own middle part."""

    def __init__(self, *, frame_rate: float) -> None:
        self._frame_rate = frame_rate
        self._luma: list[NDArray[np.uint8]] = []
        self._chroma: list[NDArray[np.uint8]] = []
        self._first_held = 0
        self._first_own = 0
        self._found: list[Transition] = []
        self._interest: list[Floats] = []

    def add(self, luma_HW: NDArray[np.uint8], chroma_HWC: NDArray[np.uint8]) -> None:
        """Take the next frame: 36x64 luma, 9x16x2 chroma."""
        self._luma.append(luma_HW)
        self._chroma.append(chroma_HWC)
        if self._first_held + len(self._luma) == self._first_own + _OWN_FRAMES + _MARGIN_FRAMES:
            self._look(self._first_own + _OWN_FRAMES)

    def finish(self) -> list[Transition]:
        """Return all transitions, in order, none overlapping."""
        if self._luma:
            self._look(self._first_held + len(self._luma))
        return _tidied(self._found)

    def interest(self) -> Floats:
        """Return for every frame how well it would show its shot: contrast, less what moves. Call after `finish`."""
        return np.concatenate(self._interest) if self._interest else np.zeros(0, np.float32)

    def _look(self, own_end: int) -> None:
        block = Block(np.stack(self._luma), np.stack(self._chroma), self._frame_rate)
        own = slice(self._first_own - self._first_held, own_end - self._first_held)
        self._interest.append((block.contrast_N - block.steps_N)[own])
        graduals = find_graduals(block)
        for found in [*graduals, *cuts_beside(find_cuts(block), graduals)]:
            moved = found.moved(self._first_held)
            if self._first_own <= moved.boundary_frame < own_end:
                self._found.append(moved)
        self._first_own = own_end
        num_done = max(0, own_end - _MARGIN_FRAMES - self._first_held)
        self._first_held += num_done
        del self._luma[:num_done], self._chroma[:num_done]


def _tidied(found: list[Transition]) -> list[Transition]:
    """Return them in order; where two blocks saw one transition differently, the first stands."""
    graduals: list[Transition] = []
    for one in sorted(found):
        if one.kind != "cut" and (not graduals or one.start_frame >= graduals[-1].end_frame):
            graduals.append(one)
    cuts = cuts_beside([one for one in found if one.kind == "cut"], graduals)
    return sorted([*graduals, *cuts], key=lambda one: one.boundary_frame)
