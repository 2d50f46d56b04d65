"""A query → ranked moments, grouped by video, each with its reasons."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from typing import Any

from kinora.index.entry import Vectors
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import TextRow
from kinora.moments.descriptor import look_alike_score
from kinora.search.by_vector import Nearest, nearest_to
from kinora.search.evidence import Evidence
from kinora.search.gathering import STEPS, Gathered, gather_texts, gather_unwanted
from kinora.search.hit import Hit, Reason, SearchResult, VideoHits
from kinora.search.lexical import match_text
from kinora.search.pictures import ranges_of
from kinora.search.query import Query, unix_seconds
from kinora.search.scope import QueryEncoder, Scope
from kinora.search.scoring import WHOLE_VIDEO_SECONDS, hits_of_video, weights_for
from kinora.timebase import Span

LOOK_ALIKE_ROWS = 300

__all__ = ["QueryEncoder", "Scope", "Searcher"]


class Searcher:
    """Finds moments in one index; may be shared between threads.

    `encoder` may be `None`: then words are all there is. An answer waits at most `patience_seconds` for it.
    """

    def __init__(self, index: Index, encoder: QueryEncoder | None, *, patience_seconds: float = 30.0) -> None:
        self._index = index
        self._encoder = encoder
        self._patience_seconds = patience_seconds
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="query-encoder")

    def find(self, query: Query, scope: Scope, *, limit: int = 20, offset: int = 0) -> SearchResult:
        """Return the moments that answer a query, best first."""
        started = time.perf_counter()
        where = filter_of(query, scope)
        num_videos = self._index.num_videos(where)
        hits, notices = self._page_of_hits(query, scope, where, offset + limit)
        result = _result(str(query), hits[offset : offset + limit], notices)
        return replace(result, took_ms=(time.perf_counter() - started) * 1e3, num_videos_searched=num_videos)

    def _page_of_hits(
        self, query: Query, scope: Scope, where: VideoFilter, num_hits: int
    ) -> tuple[list[Hit], tuple[str, ...]]:
        """Return at least so many hits where there are; later pages look at more rows and repeat none of the first."""
        if not query.wanted:
            return self._without_unwanted(query, self._videos(scope, where), where), ()
        hits: list[Hit] = []
        for num_kept, num_rows in STEPS:
            more, notices, is_whole = self._ranked(query, scope, where, num_rows)
            known = {(hit.video_id, hit.start_seconds, hit.end_seconds) for hit in hits}
            hits += [hit for hit in more if (hit.video_id, hit.start_seconds, hit.end_seconds) not in known]
            if is_whole or num_hits <= num_kept:
                break
            hits = hits[:num_kept]
        return hits, notices

    def _ranked(
        self, query: Query, scope: Scope, where: VideoFilter, num_rows: int
    ) -> tuple[list[Hit], tuple[str, ...], bool]:
        """Return what the best rows of each question give, best first, what could not be asked, and if that is all."""
        num_videos = self._index.num_videos(where)
        asking = self._threads.submit(nearest_to, self._index, self._encoder, query, where, num_videos)
        gathered = gather_texts(self._index, query, where, limit=num_rows)
        nearest = self._answer(asking)
        evidence = _evidence(gathered, nearest)
        current = scope.is_current({one.video_id for one, _ in evidence}) if evidence else {}
        kept = [one for one, revision in evidence if current.get(one.video_id) == revision]
        is_whole = len(gathered.rows) < num_rows
        return self._hits(query, gathered, kept, nearest, where), nearest.notices, is_whole

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
        where = filter_of(Query(), scope)
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

    def _hits(
        self, query: Query, gathered: Gathered, evidence: Sequence[Evidence], nearest: Nearest, where: VideoFilter
    ) -> list[Hit]:
        weights = weights_for(gathered.wanted, has_meaning=nearest.has_sentence, has_picture=nearest.has_picture)
        videos: dict[str, list[Evidence]] = {}
        for one in evidence:
            videos.setdefault(one.video_id, []).append(one)
        hits = [hit for held in videos.values() for hit in hits_of_video(held, gathered.wanted, weights)]
        hits = self._without_unwanted(query, hits, where)
        return sorted(hits, key=lambda hit: (-round(hit.score, 6), hit.video_id, hit.start_seconds))

    def _videos(self, scope: Scope, where: VideoFilter) -> list[Hit]:
        """Return the start of every video that passes the filters, latest first: what a search without words asks."""
        rows = self._index.videos(where)
        current = scope.is_current({row.video_id for row in rows}) if rows else {}
        allowed = [row for row in rows if current.get(row.video_id) == row.revision]
        ends = [min(row.duration_seconds, WHOLE_VIDEO_SECONDS) for row in allowed]
        reasons = [(Reason("title", row.title, 0.5),) for row in allowed]
        return [Hit(row.video_id, 0.0, end, 0.5, why) for row, end, why in zip(allowed, ends, reasons, strict=True)]

    def _without_unwanted(self, query: Query, hits: list[Hit], where: VideoFilter) -> list[Hit]:
        if not query.unwanted or not hits:
            return hits
        inside = replace(where, video_ids=tuple({hit.video_id for hit in hits}))
        refused: dict[str, list[Span]] = {}
        for unwanted, row in gather_unwanted(self._index, query.unwanted, inside):
            match = match_text(unwanted, row.text, row.signal)
            if match.is_any and all(match.qualities) and all(match.phrases):
                refused.setdefault(row.video_id, []).append(Span(row.start_seconds, row.end_seconds))
        return [hit for hit in hits if not any(hit.span.overlap_seconds(s) > 0 for s in refused.get(hit.video_id, ()))]

    def _answer(self, asking: Future[Nearest]) -> Nearest:
        try:
            return asking.result(timeout=self._patience_seconds)
        except FutureTimeout:
            return Nearest(notices=("Found by words only: the encoder takes too long to answer.",))


def filter_of(query: Query, scope: Scope) -> VideoFilter:
    """Return the index's filter for this viewer and the query's own filters."""
    wanted = query.filters
    return VideoFilter(
        viewer_id=scope.viewer_id,
        sees_everything=scope.sees_everything,
        channel=wanted.channel,
        published_before=unix_seconds(wanted.before) if wanted.before else None,
        published_from=unix_seconds(wanted.after) if wanted.after else None,
        longer_seconds=wanted.longer_seconds,
        shorter_seconds=wanted.shorter_seconds,
    )


def _evidence(gathered: Gathered, nearest: Nearest) -> list[tuple[Evidence, int]]:
    """Return everything found, each row once, with the revision it is of."""
    rows = {_key(row): row for row in (*gathered.rows, *(row for row, _ in nearest.meanings))}
    scores = {_key(row): score for row, score in nearest.meanings}
    texts = [(_text_evidence(row, gathered, scores.get(key, 0.0)), row.revision) for key, row in rows.items()]
    return [*texts, *nearest.pictures]


def _text_evidence(row: TextRow, gathered: Gathered, meaning: float) -> Evidence:
    signal: Any = row.signal
    match = match_text(gathered.wanted, row.text, row.signal)
    span = Span(row.start_seconds, max(row.start_seconds, row.end_seconds))
    return Evidence(row.video_id, span, signal, row.text, match, meaning=meaning, box=row.box)


def _is_excluded(video_id: str, span: Span, exclude: tuple[str, float] | None) -> bool:
    return exclude is not None and video_id == exclude[0] and span.start_seconds <= exclude[1] < span.end_seconds


def _key(row: TextRow) -> tuple[object, ...]:
    return row.video_id, row.revision, row.signal, row.start_seconds, row.end_seconds, row.text


def _result(query: str, hits: Sequence[Hit], notices: tuple[str, ...]) -> SearchResult:
    videos: dict[str, list[Hit]] = {}
    for hit in hits:
        videos.setdefault(hit.video_id, []).append(hit)
    grouped = [VideoHits(video_id, _video_score(held), tuple(held)) for video_id, held in videos.items()]
    grouped.sort(key=lambda group: (-group.score, group.video_id))
    return SearchResult(query, 0.0, tuple(hits), tuple(grouped), 0, notices)


def _video_score(hits: Sequence[Hit]) -> float:
    """Return the best hit's score and a little for each further one."""
    further = sum(hit.score for hit in hits[1:6])
    return min(1.0, hits[0].score + 0.02 * further)
