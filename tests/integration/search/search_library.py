"""A small library for search tests: videos given as lists of words with times, indexed for real."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from kinora.index.entry import SENTENCE_DIM, IndexedVideo, Pictures
from kinora.index.index import Index
from kinora.moments.moment import Moment, Signal
from kinora.search.hit import SearchResult
from kinora.search.query import parse_query
from kinora.search.scope import QueryEncoder, Scope
from kinora.search.searcher import Searcher

Said = tuple[float, float, str]


def entry(video_id: str, *, revision: int = 1, **changes: object) -> IndexedVideo:
    values: dict[str, object] = {
        "title": f"Film {video_id}", "channel": "archive", "owner_id": 1, "visibility": "public",
        "published_at": 1_700_000_000.0, "duration_seconds": 600.0,
    }  # fmt: skip
    return IndexedVideo(video_id=video_id, revision=revision, **{**values, **changes})  # type: ignore[arg-type]


def said(*cues: Said, signal: Signal = "said") -> list[Moment]:
    return [Moment(start, end, signal, text) for start, end, text in cues]


def one_hot(*places: int) -> np.ndarray:
    vectors = np.zeros((len(places), SENTENCE_DIM), np.float16)
    vectors[np.arange(len(places)), places] = 1
    return vectors


class Library:
    """Writes with one `Index` and searches with another, as worker and site do."""

    def __init__(self, folder: Path, encoder: QueryEncoder | None = None) -> None:
        self.folder = folder
        self.writer = Index.open(folder)
        self.current: dict[str, int] = {}
        self.hidden: set[str] = set()
        self.searcher = Searcher(Index.open(folder, read_only=True), encoder, patience_seconds=5.0)

    def put(
        self,
        video: IndexedVideo,
        moments: Sequence[Moment],
        vectors: np.ndarray | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        title = Moment(0.0, video.duration_seconds, "title", video.title)
        if vectors is not None:
            vectors = np.concatenate([vectors, one_hot(SENTENCE_DIM - 1)])
        self.writer.replace_video(video, [*moments, title], vectors, pictures or Pictures.none())
        self.current[video.video_id] = video.revision
        self.searcher._index.refresh()

    def scope(self, viewer_id: int | None = None, **teams: tuple[str, ...]) -> Scope:
        def is_current(video_ids: Iterable[str]) -> dict[str, int]:
            asked = set(video_ids) - self.hidden
            return {video_id: self.current[video_id] for video_id in asked if video_id in self.current}

        return Scope(viewer_id, False, is_current, **teams)  # type: ignore[arg-type]

    def find(
        self, text: str, *, viewer_id: int | None = None, limit: int = 20, offset: int = 0, **teams: tuple[str, ...]
    ) -> SearchResult:
        return self.searcher.find(parse_query(text), self.scope(viewer_id, **teams), limit=limit, offset=offset)

    def spans(self, text: str, **options: int | tuple[str, ...] | None) -> list[tuple[str, float, float]]:
        result = self.find(text, **options)  # type: ignore[arg-type]
        return [(hit.video_id, hit.start_seconds, hit.end_seconds) for hit in result.hits]
