"""What a search returns: moments grouped by video, each with the reasons it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kinora.moments.moment import Box
from kinora.timebase import Span

ReasonSignal = Literal[
    "said", "shown", "title", "description", "chapter", "tag", "meaning", "picture", "looks_like", "color",
    "then", "while", "more_like", "less_like",
]  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """Why a moment was found.

    `text` is the words that matched or a short sentence; `highlights` are half-open character ranges of `text`;
    `score` is calibrated to [0, 1] for its signal.
    """

    signal: ReasonSignal
    text: str
    score: float
    highlights: tuple[tuple[int, int], ...] = ()
    box: Box | None = None


@dataclass(frozen=True)
class Hit:
    """A moment that answers the query; `video_id` is the video's public identifier."""

    video_id: str
    start_seconds: float
    end_seconds: float
    score: float
    reasons: tuple[Reason, ...]

    @property
    def span(self) -> Span:
        return Span(self.start_seconds, self.end_seconds)


@dataclass(frozen=True)
class VideoHits:
    """The hits of one video, best first; `score` orders videos."""

    video_id: str
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class SearchResult:
    """All that a query found. `hits` is every hit, best first; `videos` groups the same hits.

    `notices` are plain sentences on what was left out, e.g. that no picture encoder is at hand.
    """

    query: str
    took_ms: float
    hits: tuple[Hit, ...]
    videos: tuple[VideoHits, ...]
    num_videos_searched: int
    notices: tuple[str, ...] = ()
