"""The shot: the frames between two cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kinora.timebase import Span

Transition = Literal["start", "cut", "dissolve", "fade"]


@dataclass(frozen=True)
class Shot:
    """Frames `[start_frame, end_frame)`, contiguous with its neighbours; `transition` is how it begins.

    A gradual transition is `[transition_start_seconds, transition_end_seconds)`; for a cut both equal the start.
    """

    index: int
    start_frame: int
    end_frame: int
    start_seconds: float
    end_seconds: float
    transition: Transition
    transition_start_seconds: float
    transition_end_seconds: float
    cover_seconds: float

    @property
    def span(self) -> Span:
        return Span(self.start_seconds, self.end_seconds)
