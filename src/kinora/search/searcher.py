"""A query → ranked moments, grouped by video, each with its reasons."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field, replace

import numpy as np

from kinora.errors import ResourceError
from kinora.index.entry import Vectors
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.moments.descriptor import look_alike_score
from kinora.search.alike import Pictured
from kinora.search.by_vector import Nearest, nearest_to
from kinora.search.clauses import Clause
from kinora.search.evaluation import Evaluation
from kinora.search.feedback import NO_FEEDBACK, Feedback, ranked_again
from kinora.search.gathering import STEPS
from kinora.search.hit import Hit, Reason, SearchResult, VideoHits
from kinora.search.language.filters import unix_seconds
from kinora.search.language.tree import Like, Query
from kinora.search.pictures import ranges_of
from kinora.search.scope import QueryEncoder, Scope
from kinora.search.variety import varied
from kinora.timebase import Span

LOOK_ALIKE_ROWS = 300

__all__ = ["Beside", "QueryEncoder", "Scope", "Searcher"]


@dataclass(frozen=True)
class Beside:
    """What stands beside the text of a search: what each `like:` of it looks like, and moments pointed at."""

    pictures: Mapping[Like, Pictured] = field(default_factory=dict)
    feedback: Feedback = NO_FEEDBACK


NOTHING_BESIDE = Beside()


class Searcher:
    """Finds moments in one index; may be shared between threads.

    `encoder` may be `None`: then words are all there is. An answer waits at most `patience_seconds` for it.
    """

    def __init__(self, index: Index, encoder: QueryEncoder | None, *, patience_seconds: float = 30.0) -> None:
        self._index = index
        self._encoder = encoder
        self._patience_seconds = patience_seconds
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="query-encoder")

    def find(
        self,
        query: Query,
        scope: Scope,
        *,
        limit: int = 20,
        offset: int = 0,
        beside: Beside = NOTHING_BESIDE,
    ) -> SearchResult:
        """Return the moments that answer a query, best first."""
        started = time.perf_counter()
        where = filter_of(query, scope)
        if where is None:
            return replace(_result(str(query), (), ()), took_ms=(time.perf_counter() - started) * 1e3)
        num_videos = self._index.num_videos(where)
        hits, notices = self._page_of_hits(query, scope, where, offset + limit, beside)
        result = _result(str(query), hits[offset : offset + limit], notices)
        return replace(result, took_ms=(time.perf_counter() - started) * 1e3, num_videos_searched=num_videos)

    def _page_of_hits(
        self, query: Query, scope: Scope, where: VideoFilter, num_hits: int, beside: Beside
    ) -> tuple[list[Hit], tuple[str, ...]]:
        """Return at least so many hits where there are; later pages look at more rows and repeat none of the first."""
        hits: list[Hit] = []
        notices: tuple[str, ...] = ()
        if beside.feedback:
            num_hits = max(num_hits, STEPS[0][0] + 1)  # what is far down may come up
        for num_kept, num_rows in STEPS if len(query.steps) < 2 else STEPS[1:]:
            look = Evaluation(self._index, self._ask_vectors, scope, beside.pictures, num_rows)
            more, notices = varied(look.hits(query, where)), tuple(look.notices)
            known = {(hit.video_id, hit.start_seconds, hit.end_seconds) for hit in hits}
            hits += [hit for hit in more if (hit.video_id, hit.start_seconds, hit.end_seconds) not in known]
            if look.is_whole or num_hits <= num_kept:
                break
            hits = hits[:num_kept]
        if beside.feedback:
            hits = varied(ranked_again(hits, beside.feedback, self._index, where, scope, self._embed))
        return hits, notices

    def _embed(self, texts: Sequence[str]) -> Vectors | None:
        try:
            return None if self._encoder is None else np.asarray(self._encoder.embed_sentences(texts), np.float32)
        except ResourceError:
            return None

    def look_alikes(
        self,
        descriptor: Vectors,
        scope: Scope,
        *,
        limit: int = 20,
        exclude: tuple[str, float] | None = None,
        cut_off: float = 0.0,
    ) -> SearchResult:
        """Return the moments that look like a picture; `exclude` names the video and second it came from."""
        started = time.perf_counter()
        where = _rights_of(scope)
        rows = self._index.look_alikes(descriptor, where, limit=LOOK_ALIKE_ROWS)
        current = scope.is_current({row.video_id for row in rows}) if rows else {}
        near = (row for row in rows if current.get(row.video_id) == row.revision and row.score > cut_off)
        matched = [(row, look_alike_score(row.score)) for row in near]
        ranges = [found for found in ranges_of(matched) if not _is_excluded(found[0], found[1], exclude)]
        hits = [
            Hit(video_id, span.start_seconds, span.end_seconds, score, (Reason("looks_like", "", score),))
            for video_id, span, score in ranges
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.video_id, hit.start_seconds))
        result = _result("", hits[:limit], ())
        num_videos = self._index.num_videos(where)
        return replace(result, took_ms=(time.perf_counter() - started) * 1e3, num_videos_searched=num_videos)

    def frame_encoders(self) -> tuple[str, ...]:
        """Return the frame encoders whose vectors the index holds, by name as its tables have it."""
        return self._index.frame_encoders()

    def _ask_vectors(self, clause: Clause, where: VideoFilter) -> Callable[[], Nearest]:
        """Ask for what is near in meaning and picture, and return how to wait for it."""
        num_videos = self._index.num_videos(where)
        asking = self._threads.submit(nearest_to, self._index, self._encoder, clause, where, num_videos)

        def answer() -> Nearest:
            try:
                return asking.result(timeout=self._patience_seconds)
            except FutureTimeout:
                return Nearest(notices=("Found by words only: the encoder takes too long to answer.",))

        return answer


def _rights_of(scope: Scope) -> VideoFilter:
    return VideoFilter(
        viewer_id=scope.viewer_id, sees_everything=scope.sees_everything, edited_channels=scope.edited_channels,
        member_channels=scope.member_channels,
    )  # fmt: skip


def filter_of(query: Query, scope: Scope) -> VideoFilter | None:
    """Return the index's filter for this viewer and the query's own filters; `None` where no video passes."""
    wanted = query.filters
    where = replace(
        _rights_of(scope),
        channel=wanted.channel,
        published_before=unix_seconds(wanted.before) if wanted.before else None,
        published_from=unix_seconds(wanted.after) if wanted.after else None,
        longer_seconds=wanted.longer_seconds,
        shorter_seconds=wanted.shorter_seconds,
    )
    if not wanted.asks_the_library or scope.videos_with is None:
        return where
    video_ids = scope.videos_with(wanted)
    return replace(where, video_ids=tuple(sorted(video_ids))) if video_ids else None


def _is_excluded(video_id: str, span: Span, exclude: tuple[str, float] | None) -> bool:
    return exclude is not None and video_id == exclude[0] and span.start_seconds <= exclude[1] < span.end_seconds


def grouped(hits: Sequence[Hit]) -> tuple[VideoHits, ...]:
    """Return hits by video, in the order in which each video's best hit comes."""
    videos: dict[str, list[Hit]] = {}
    for hit in hits:
        videos.setdefault(hit.video_id, []).append(hit)
    return tuple(VideoHits(video_id, _video_score(held), tuple(held)) for video_id, held in videos.items())


def _result(query: str, hits: Sequence[Hit], notices: tuple[str, ...]) -> SearchResult:
    videos = sorted(grouped(hits), key=lambda group: (-group.score, group.video_id))
    return SearchResult(query, 0.0, tuple(hits), tuple(videos), 0, notices)


def _video_score(hits: Sequence[Hit]) -> float:
    """Return the best hit's score and a little for each further one."""
    further = sum(hit.score for hit in hits[1:6])
    return min(1.0, hits[0].score + 0.02 * further)
