"""Which frames a stretch of a film holds, to the frame; for use inside confined children.

A stretch `[start, end)` holds the frame on the screen at its start and every later one that begins before its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kinora.errors import InputError
from kinora.media.film import Film

_ROUNDING_SECONDS = 1e-6


@dataclass(frozen=True)
class ExactTimes:
    """The frames of a stretch, in seconds from the film's first frame, except where the name says otherwise.

    `from_clock_seconds` and `to_clock_seconds` lie between two frames, on the file's own clock, so that no rounding
    picks another frame; `first_clock_seconds` is the first frame's time there.
    """

    first_seconds: float
    end_seconds: float  # when the frame after the last one begins
    num_frames: int
    first_clock_seconds: float
    from_clock_seconds: float
    to_clock_seconds: float
    can_jump: bool


def exact_times(path: Path, start_seconds: float, end_seconds: float) -> ExactTimes:
    """Return the frames of a stretch, by decoding it.

    Raises:
        InputError: the stretch is empty. UnreadableMedia: no picture can be decoded.
    """
    if not 0 <= start_seconds < end_seconds:
        raise InputError(f"a clip can't go from {start_seconds:.3f} to {end_seconds:.3f} seconds")
    with Film(path) as film:
        times: list[float] = []
        after: float | None = None
        for shown in film.played_from(start_seconds):
            if times and shown.seconds >= end_seconds - _ROUNDING_SECONDS:
                after = shown.seconds
                break
            times.append(shown.seconds)
        first, last = times[0], times[-1]
        before = film.played_at(first - 10 * _ROUNDING_SECONDS).seconds if first > 0 else -film.step_seconds
        before = before if before < first else first - film.step_seconds
        after = last + film.step_seconds if after is None else after
        zero = film.zero_seconds
        return ExactTimes(
            first_seconds=first,
            end_seconds=after,
            num_frames=len(times),
            first_clock_seconds=zero + first,
            from_clock_seconds=zero + (before + first) / 2,
            to_clock_seconds=zero + (last + after) / 2,
            can_jump=film.can_jump,
        )
