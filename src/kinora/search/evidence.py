"""One row that speaks for a moment, and everything a video has of them."""

from __future__ import annotations

from dataclasses import dataclass

from kinora.moments.moment import Box
from kinora.search.hit import ReasonSignal
from kinora.search.lexical import Match
from kinora.timebase import Span

WHOLE_VIDEO = ("title", "description", "tag")


@dataclass(frozen=True)
class Evidence:
    """A range of a video and why it may be the answer.

    `match` says which words its text holds; `meaning` and `picture` are calibrated to [0, 1].
    """

    video_id: str
    span: Span
    signal: ReasonSignal
    text: str
    match: Match | None = None
    meaning: float = 0.0
    picture: float = 0.0
    box: Box | None = None

    @property
    def is_whole_video(self) -> bool:
        return self.signal in WHOLE_VIDEO
