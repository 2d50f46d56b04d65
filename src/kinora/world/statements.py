"""What a track says about place, direction and speed, in the words of the captions.

Thresholds stand between the worlds' own classes as the camera sees them (`sample_objects`), in clips of two seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
_LEAST_ACROSS = 0.055  # shorter sides a second
_LEAST_DEEP = 0.018  # growth of the logarithm of nearness a second
_ACROSS_SLOW, _ACROSS_FAST = 0.15, 0.305
_DEEP_SLOW, _DEEP_FAST = 0.105, 0.28
_HORIZON = -0.275  # where the horizon of a scene of things usually is
_DEEP_TO_ACROSS = 0.3  # how far aside perspective drags what comes or goes
_EARLY_SECONDS = 0.52
_LEFT, _RIGHT, _MIDDLE = -0.09, 0.09, 0.17


@dataclass(frozen=True)
class Sighted:
    """Places of a thing (T): shorter sides from the picture's centre, y down; NaN where it is unseen."""

    seconds_T: Array
    x_T: Array
    y_T: Array
    radius_T: Array

    def mean(self) -> Array:
        """Return mean x, y and radius."""
        return np.array([np.nanmean(column) for column in (self.x_T, self.y_T, self.radius_T)], np.float32)

    def slope(self) -> Array:
        """Return what x, y and log radius gain a second, by least squares."""
        seen = ~np.isnan(self.x_T)
        if seen.sum() < 2:
            return np.zeros(3, np.float32)
        time = self.seconds_T[seen] - self.seconds_T[seen].mean()
        columns = (self.x_T[seen], self.y_T[seen], np.log(np.maximum(self.radius_T[seen], 1e-3)))
        return np.array([(time * column).sum() / (time * time).sum() for column in columns], np.float32)

    def halfway(self) -> Array:
        """Return x and y at the seen frame nearest the middle of the clip, where a moving camera looks straight."""
        seen = np.flatnonzero(~np.isnan(self.x_T))
        frame = seen[np.abs(seen - (len(self.x_T) - 1) / 2).argmin()]
        return np.array([self.x_T[frame], self.y_T[frame]], np.float32)


def direction_seen(track: Sighted) -> str | None:
    """Return left, right, towards or away; None where it stays."""
    across, deep = float(track.slope()[0]), nearing(track)
    if max(abs(across) / _LEAST_ACROSS, abs(deep) / _LEAST_DEEP) < 1:
        return None
    if abs(across) > _DEEP_TO_ACROSS * abs(deep) and abs(across) > _LEAST_ACROSS:
        return "left" if across < 0 else "right"
    return "towards" if deep > 0 else "away"


def nearing(track: Sighted) -> float:
    """Return the growth a second of the logarithm of 1 / depth: what stands on the ground sinks from the horizon."""
    below = max(float(track.mean()[1]) - _HORIZON, 0.05)
    return float(track.slope()[1]) / below


def first_direction(track: Sighted) -> str | None:
    """Return left or right for how a thing sets off, before it hits anything."""
    seen = np.flatnonzero(~np.isnan(track.x_T))
    early = seen[track.seconds_T[seen] <= track.seconds_T[seen[0]] + _EARLY_SECONDS]
    gain = float(track.x_T[early[-1]] - track.x_T[early[0]])
    if abs(gain) < 0.04:
        return None
    return "left" if gain < 0 else "right"


def speed_seen(track: Sighted, direction: str) -> str | None:
    """Return slow or fast; None for neither."""
    if direction in ("left", "right"):
        value, slow, fast = abs(float(track.slope()[0])), _ACROSS_SLOW, _ACROSS_FAST
    else:
        value, slow, fast = abs(nearing(track)), _DEEP_SLOW, _DEEP_FAST
    if value < slow:
        return "slow"
    return "fast" if value > fast else None


def place_holds(track: Sighted, place: str) -> bool:
    """Say whether a thing stands where a word says."""
    x, y = (float(value) for value in track.halfway())
    feet = y + float(np.nanmedian(track.radius_T))
    if place == "left":
        return x < _LEFT
    if place == "right":
        return x > _RIGHT
    if place == "middle":
        return abs(x) < _MIDDLE
    return feet > 0.16 if place == "near" else feet < 0.06


def is_left_of(first: Sighted, second: Sighted) -> bool:
    """Say whether one thing stands to the left of another."""
    return bool(first.halfway()[0] < second.halfway()[0])
