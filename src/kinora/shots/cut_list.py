"""Transitions become shots: contiguous, none empty, each with the second that shows it best."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from kinora.shots.graduals import HOLD_SECONDS
from kinora.shots.likeness import Floats
from kinora.shots.shot import Shot
from kinora.shots.transition import Transition

_MIDDLE_SHARE = 0.7  # frames near a shot's edges are less typical of it


def shots_between(transitions: Sequence[Transition], seconds: Sequence[float], interest_N: Floats) -> tuple[Shot, ...]:
    """Return the shots of a film whose frames are shown at `seconds`; a fade from or to black at its ends is no cut."""
    end_seconds = seconds[-1] + typical_step(seconds)
    kept = [one for one in _without_plain_moments(transitions, seconds) if _divides(one, seconds, end_seconds)]
    edges: list[Transition | None] = [None, *kept, None]
    return tuple(
        _shot(index, opening, closing, (seconds, end_seconds), interest_N)
        for index, (opening, closing) in enumerate(pairwise(edges))
    )


def _without_plain_moments(transitions: Sequence[Transition], seconds: Sequence[float]) -> list[Transition]:
    """Join a fade out with the cut that ends a short black, and a cut to black with the fade in that ends it."""
    joined: list[Transition] = []
    for later in transitions:
        earlier = joined[-1] if joined else None
        if earlier is not None and _is_plain_moment(earlier, later, seconds):
            boundary = later.boundary_frame if later.kind == "cut" else earlier.boundary_frame
            joined[-1] = Transition(earlier.start_frame, later.end_frame, "fade", boundary)
        else:
            joined.append(later)
    return joined


def _is_plain_moment(earlier: Transition, later: Transition, seconds: Sequence[float]) -> bool:
    is_out = earlier.kind == "fade" and earlier.boundary_frame == earlier.end_frame and later.kind == "cut"
    is_in = earlier.kind == "cut" and later.kind == "fade" and later.boundary_frame == later.start_frame
    hold = seconds[min(later.start_frame, len(seconds) - 1)] - seconds[min(earlier.end_frame, len(seconds) - 1)]
    return (is_out or is_in) and hold <= HOLD_SECONDS


def typical_step(seconds: Sequence[float]) -> float:
    """Return how long a frame usually stays: the last one's length, which no timestamp tells."""
    return float(np.median(np.diff(seconds))) if len(seconds) > 1 else 0.04


def _divides(one: Transition, seconds: Sequence[float], end_seconds: float) -> bool:
    if not 0 < one.boundary_frame < len(seconds):
        return False
    at = seconds[one.boundary_frame]
    return one.kind != "fade" or (at >= HOLD_SECONDS and end_seconds - at >= HOLD_SECONDS)


def _shot(
    index: int,
    opening: Transition | None,
    closing: Transition | None,
    times: tuple[Sequence[float], float],
    interest_N: Floats,
) -> Shot:
    seconds, film_end = times

    def at(frame: int) -> float:
        return seconds[frame] if frame < len(seconds) else film_end

    start = opening.boundary_frame if opening else 0
    end = closing.boundary_frame if closing else len(seconds)
    clear = (max(start, opening.end_frame if opening else 0), min(end, closing.start_frame if closing else end))
    return Shot(
        index=index,
        start_frame=start,
        end_frame=end,
        start_seconds=at(start),
        end_seconds=at(end),
        transition=opening.kind if opening else "start",
        transition_start_seconds=at(opening.start_frame) if opening else 0.0,
        transition_end_seconds=at(opening.end_frame) if opening else 0.0,
        cover_seconds=seconds[_cover_frame((start, end), clear, interest_N)],
    )


def _cover_frame(whole: tuple[int, int], clear: tuple[int, int], interest_N: Floats) -> int:
    """Return the frame of most contrast and least motion in the shot's middle, outside transitions if it can be."""
    start, end = clear if clear[0] < clear[1] else whole
    margin = int((end - start) * (1 - _MIDDLE_SHARE) / 2)
    return start + margin + int(np.argmax(interest_N[start + margin : end - margin]))
