"""How long to train, and the learning rate on the way."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Budget:
    """A training's length in seconds, in steps, or both: whichever ends first. Earlier runs count.

    `clock` gives seconds: on a CPU that others share, give processor time, so that waiting is not counted as training.
    """

    def __init__(
        self, *, max_seconds: float = math.inf, max_steps: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_seconds = max_seconds
        self._max_steps = max_steps  # 0: no limit
        self._clock = clock
        self._started = clock()
        self.seconds_before = 0.0

    @property
    def seconds_spent(self) -> float:
        """Return the training time of this run and those it resumes."""
        return self.seconds_before + self._clock() - self._started

    def done(self, step: int) -> float:
        """Return the share of the budget that is used up, in [0, 1]."""
        by_steps = step / self._max_steps if self._max_steps else 0.0
        return min(1.0, max(by_steps, self.seconds_spent / self._max_seconds))


def learning_rate_factor(step: int, done: float, *, warm_up_steps: int = 100, decay_from: float = 0.6) -> float:
    """Return the factor: warm-up, constant, then a cosine fall to 2 % (a run can be made longer while it is flat)."""
    warm = min(1.0, (step + 1) / warm_up_steps)
    if done <= decay_from:
        return warm
    fallen = (done - decay_from) / (1.0 - decay_from)
    return warm * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, fallen))))
