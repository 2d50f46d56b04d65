"""The moment: a half-open range of a video that can answer a query, with what makes it findable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kinora.timebase import Span

# said: subtitles or speech; shown: words in the picture; the others describe the video or a chapter of it.
Signal = Literal["said", "shown", "title", "description", "chapter", "tag"]


@dataclass(frozen=True)
class Box:
    """A rectangle in the shown picture, as fractions of its width and height, each in [0, 1]."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Cue:
    """A piece of a transcript: words said during `[start_seconds, end_seconds)`."""

    start_seconds: float
    end_seconds: float
    text: str
    speaker: str = ""

    @property
    def span(self) -> Span:
        return Span(self.start_seconds, self.end_seconds)


@dataclass(frozen=True)
class Moment:
    """Words that hold during `[start_seconds, end_seconds)` of a video, and the signal they came by."""

    start_seconds: float
    end_seconds: float
    signal: Signal
    text: str
    language: str = ""
    box: Box | None = None

    @property
    def span(self) -> Span:
        return Span(self.start_seconds, self.end_seconds)
