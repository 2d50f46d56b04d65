"""Which frames are kept as pictures: one a second, and one of every shot however short."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from kinora.media.reduced import ReducedFrame

_LEAST_JUMP = 8.0
_JUMP_OVER_USUAL = 2.5
_SETTLE_FRAMES = 2  # right after a cut, codecs still sharpen the picture
_PLAIN_CONTRAST = 4.0
_MAX_EXTRA_PER_SECOND = 8


class Sampler:
    """Decides as frames pass by, one frame late at most; whether a jump is a cut is known only later."""

    def __init__(self, every_seconds: float) -> None:
        self._every_seconds = every_seconds
        self._next_due = 0.0
        self._before: ReducedFrame | None = None
        self._frames_since_jump: int | None = None
        self._usual_step = 0.0
        self.num_jumps = 0  # so far: at least one for every cut
        self._extra_seconds: deque[float] = deque(maxlen=_MAX_EXTRA_PER_SECOND)

    def chosen(self, frame: ReducedFrame) -> list[ReducedFrame]:
        """Return the frames to keep, now that `frame` has come: none, it, or the one before it."""
        kept = []
        if self._has_jumped(frame):
            if self._frames_since_jump is not None and self._before is not None and self._may_add(self._before):
                kept.append(self._before)
            self._frames_since_jump = 0
            self.num_jumps += 1
        elif self._frames_since_jump is not None:
            self._frames_since_jump += 1
        if frame.seconds + 1e-6 >= self._next_due:
            kept.append(frame)
            self._next_due += self._every_seconds * (1 + (frame.seconds - self._next_due) // self._every_seconds)
        elif self._frames_since_jump == _SETTLE_FRAMES and self._may_add(frame):
            kept.append(frame)
        if self._frames_since_jump == _SETTLE_FRAMES:
            self._frames_since_jump = None
        self._before = frame
        return kept

    def _has_jumped(self, frame: ReducedFrame) -> bool:
        if self._before is None:
            return False
        step = mean_change(self._before.luma_HW, frame.luma_HW)
        has_jumped = step > max(_LEAST_JUMP, _JUMP_OVER_USUAL * self._usual_step)
        if not has_jumped:
            self._usual_step += 0.1 * (step - self._usual_step)
        return has_jumped

    def _may_add(self, frame: ReducedFrame) -> bool:
        if frame.luma_HW.std() < _PLAIN_CONTRAST:
            return False
        extra = self._extra_seconds
        if len(extra) == extra.maxlen and frame.seconds - extra[0] < 1.0:
            return False
        extra.append(frame.seconds)
        return True


def mean_change(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Return the mean absolute difference in grey levels."""
    return float(np.abs(first.astype(np.int16) - second).mean())


def local_change(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Return how much the most changed twentieth of the picture changed, 0 to 1: a line of words counts in full."""
    change = np.sort(np.abs(first.astype(np.int16) - second), axis=None)
    return float(change[-max(1, change.size // 20) :].mean() / 255)
