"""Pairs of landmarks → one offset and speed, and the stretches that they support."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinora.moments.copy_prints import Marks

_SPEEDS = np.arange(0.88, 1.1401, 0.02)
_OFFSET_STEP = 0.5  # seconds
_NEAR_SECONDS = 0.8
_LEAST_PAIRS = 4
_LEAST_VOTES = 1.5
_PREFERS_ONE = 0.85  # another speed than 1 must explain so much more
_GAP_SECONDS = 3.0
_MOST_OF_A_FRAME = 12  # landmarks of a picture that count


@dataclass(frozen=True)
class Line:
    """Where an instant of one film lies in the other: `speed` times it, plus `offset_seconds`."""

    speed: float
    offset_seconds: float

    def at(self, seconds: float) -> float:
        return max(0.0, self.speed * seconds + self.offset_seconds)

    def holds(self, pairs: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which pairs lie on it."""
        near: NDArray[np.bool_] = np.abs(pairs["u"] - self.speed * pairs["t"] - self.offset_seconds) <= _NEAR_SECONDS
        return near


def fitted_line(pairs: NDArray[Any]) -> Line | None:
    """Return the line that most pairs support; a landmark that pairs with several shares its vote among them."""
    _, who, counts = np.unique(pairs["a"], return_inverse=True, return_counts=True)
    weights = 1 / counts[who]
    best, line = 0.0, None
    for speed in _SPEEDS:
        offsets = (pairs["u"] - speed * pairs["t"]) / _OFFSET_STEP
        for shift in (0.0, 0.5):
            offset, votes = _fullest(np.floor(offsets + shift).astype(np.int64), weights)
            weight = votes * (1.0 if abs(speed - 1) < 1e-6 else _PREFERS_ONE)
            if votes >= _LEAST_VOTES and weight > best:
                best, line = weight, Line(float(speed), (offset + 0.5 - shift) * _OFFSET_STEP)
    return _refined(pairs, line) if line is not None else None


def _fullest(bins: NDArray[np.int64], weights: NDArray[Any]) -> tuple[int, float]:
    first = int(bins.min())
    votes = np.bincount(bins - first, weights=weights)
    best = int(votes.argmax())
    return best + first, float(votes[best])


def _refined(pairs: NDArray[Any], line: Line) -> Line:
    """Move the offset, and the speed where there is length enough to tell, to the middle of what lies on the line."""
    for _ in range(2):
        own = pairs[line.holds(pairs)]
        if len(own) < _LEAST_PAIRS:
            return line
        speed = line.speed
        t, u = own["t"].astype(float), own["u"].astype(float)
        if abs(speed - 1) > 1e-6 and t.std() > 1.0:
            speed = float(np.clip(np.cov(t, u)[0, 1] / t.var(ddof=1), speed - 0.015, speed + 0.015))
        line = Line(speed, float(np.median(u - speed * t)))
    return line


def supported_stretches(pairs: NDArray[Any], asked: Marks, *, by: str) -> list[tuple[float, float]]:
    """Return the stretches of the film asked about in which pictures, or half seconds of sound, are supported."""
    if by == "picture":
        return _runs(*_supported_pictures(pairs, asked))
    halves, counts = np.unique(np.floor(pairs["t"] * 2).astype(np.int64), return_counts=True)
    return _runs(halves[counts >= 1] / 2 + 0.25, 0.5)


def _supported_pictures(pairs: NDArray[Any], asked: Marks) -> tuple[NDArray[Any], float]:
    """Return the seconds of the pictures with at least two landmarks that agree, and how far pictures are apart."""
    seconds, place = np.unique(pairs["t"], return_inverse=True)
    num = np.array([len(np.unique(pairs["a"][place == number])) for number in range(len(seconds))])
    every = np.unique(asked["seconds"])
    step = float(np.median(np.diff(every))) if len(every) > 1 else 1.0
    return seconds[num >= 2], step


def _runs(seconds: NDArray[Any], step: float) -> list[tuple[float, float]]:
    if not len(seconds):
        return []
    breaks = np.nonzero(np.diff(seconds) > _GAP_SECONDS)[0]
    starts = seconds[np.concatenate([[0], breaks + 1])]
    ends = seconds[np.concatenate([breaks, [len(seconds) - 1]])]
    return [(max(0.0, float(a) - step / 2), float(b) + step / 2) for a, b in zip(starts, ends, strict=True)]
