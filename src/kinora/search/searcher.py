"""A query → ranked moments, grouped by video, each with its reasons."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kinora.errors import ResourceError, WeightsMissing
from kinora.index.entry import Vectors
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import PictureRow, TextRow
from kinora.moments.descriptor import look_alike_score
from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.search.evidence import Evidence
from kinora.search.gathering import Gathered, gather_texts, gather_unwanted
from kinora.search.hit import Hit, Reason, SearchResult, VideoHits
from kinora.search.lexical import match_text
from kinora.search.meaning import curve_for, is_readable
from kinora.search.pictures import ranges_of
from kinora.search.query import Query, unix_seconds
from kinora.search.scope import QueryEncoder, Scope
from kinora.search.scoring import WHOLE_VIDEO_SECONDS, hits_of_video, weights_for
from kinora.timebase import Span

MEANING_ROWS = 100
PICTURE_ROWS = 300
LOOK_ALIKE_ROWS = 300
MIN_PICTURE_PROBABILITY = 0.1

log = logging.getLogger(__name__)

__all__ = ["QueryEncoder", "Scope", "Searcher"]


@dataclass(frozen=True)
class _Asked:
    """The query's vectors, and what to tell about those that could not be had."""

    sentence: Vectors | None = None
    picture: Vectors | None = None
    frame_encoder: FrameEncoderInfo | None = None
    notices: tuple[str, ...] = ()


class Searcher:
    """Finds moments in one index; may be shared between threads.

    `encoder` may be `None`: then words are all there is. An answer waits at most `patience_seconds` for it.
    """

    def __init__(self, index: Index, encoder: QueryEncoder | None, *, patience_seconds: float = 30.0) -> None:
        self._index = index
        self._encoder = encoder
        self._patience_seconds = patience_seconds
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="query-encoder")

    def find(self, query: Query, scope: Scope, *, limit: int = 20, offset: int = 0) -> SearchResult:
        """Return the moments that answer a query, best first."""
        started = time.perf_counter()
        where = filter_of(query, scope)
        asking = self._threads.submit(self._ask_encoder, query)
        num_videos = self._index.num_videos(where)
        gathered = gather_texts(self._index, query, where)
        asked = self._answer(asking)
        evidence = self._evidence(self._meanings(query, asked, where, num_videos), gathered, asked, where)
        current = scope.is_current({one.video_id for one, _ in evidence}) if evidence else {}
        evidence = [(one, revision) for one, revision in evidence if current.get(one.video_id) == revision]
        hits = self._hits(query, gathered, [one for one, _ in evidence], asked, where)
        if not query.wanted:
            hits = self._without_unwanted(query, self._videos(scope, where), where)
        result = _result(str(query), hits[offset : offset + limit], asked.notices)
        return replace(result, took_ms=(time.perf_counter() - started) * 1e3, num_videos_searched=num_videos)

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

    def _evidence(
        self, meanings: Sequence[tuple[TextRow, float]], gathered: Gathered, asked: _Asked, where: VideoFilter
    ) -> list[tuple[Evidence, int]]:
        rows = {_key(row): row for row in (*gathered.rows, *(row for row, _ in meanings))}
        scores = {_key(row): score for row, score in meanings}
        texts = [(_text_evidence(row, gathered, scores.get(key, 0.0)), row.revision) for key, row in rows.items()]
        return [*texts, *self._pictures(asked, where)]

    def _meanings(
        self, query: Query, asked: _Asked, where: VideoFilter, num_videos: int
    ) -> list[tuple[TextRow, float]]:
        if asked.sentence is None:
            return []
        curve = curve_for(query.meaning, num_videos=num_videos)
        rows = self._index.sentence_candidates(asked.sentence, where, limit=MEANING_ROWS)
        near = [(row, score) for row in rows if (score := curve.score(row.score)) > 0.0]
        return [(row, score) for row, score in near if is_readable(row.text, row.language)]

    def _pictures(self, asked: _Asked, where: VideoFilter) -> list[tuple[Evidence, int]]:
        if asked.picture is None or asked.frame_encoder is None:
            return []
        rows = self._index.picture_candidates(asked.picture, asked.frame_encoder.name, where, limit=PICTURE_ROWS)
        revisions = {row.video_id: row.revision for row in rows}
        matched = _calibrated(rows, asked.frame_encoder)
        return [
            (Evidence(video_id, span, "picture", "", picture=score), revisions[video_id])
            for video_id, span, score in ranges_of(matched)
        ]

    def _hits(
        self, query: Query, gathered: Gathered, evidence: Sequence[Evidence], asked: _Asked, where: VideoFilter
    ) -> list[Hit]:
        weights = weights_for(
            gathered.wanted, has_meaning=asked.sentence is not None, has_picture=asked.picture is not None
        )
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

    def _ask_encoder(self, query: Query) -> _Asked:
        meaning = query.meaning
        if self._encoder is None or not meaning:
            return _Asked()
        notices: list[str] = []
        sentence = picture = info = None
        try:
            sentence = _one(self._encoder.embed_sentences([meaning])) if is_readable(meaning) else None
        except ResourceError as error:
            notices.append(f"Found by words only, not by meaning: {error.message}")
        try:
            info = self._encoder.frame_encoder_info()
            picture = _one(self._encoder.embed_picture_texts([meaning]))
        except WeightsMissing as error:
            notices.append(f"Pictures are not searched by words: {error.message}")
        except ResourceError as error:
            log.warning("pictures are not searched: %s", error.message)
        return _Asked(sentence, picture, info, tuple(notices))

    def _answer(self, asking: Future[_Asked]) -> _Asked:
        try:
            return asking.result(timeout=self._patience_seconds)
        except FutureTimeout:
            return _Asked(notices=("Found by words only: the encoder takes too long to answer.",))


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


def _text_evidence(row: TextRow, gathered: Gathered, meaning: float) -> Evidence:
    signal: Any = row.signal
    match = match_text(gathered.wanted, row.text, row.signal)
    span = Span(row.start_seconds, max(row.start_seconds, row.end_seconds))
    return Evidence(row.video_id, span, signal, row.text, match, meaning=meaning, box=row.box)


def _calibrated(rows: Iterable[PictureRow], info: FrameEncoderInfo) -> list[tuple[PictureRow, float]]:
    """Return the rows that may match, with the encoder's own probability; by rank where it has none."""
    found = []
    for rank, row in enumerate(rows):
        probability = info.match_probability(row.score)
        score = 1.0 / (1.0 + rank / 10.0) if math.isnan(probability) else probability
        if score >= MIN_PICTURE_PROBABILITY:
            found.append((row, score))
    return found


def _is_excluded(video_id: str, span: Span, exclude: tuple[str, float] | None) -> bool:
    return exclude is not None and video_id == exclude[0] and span.start_seconds <= exclude[1] < span.end_seconds


def _key(row: TextRow) -> tuple[object, ...]:
    return row.video_id, row.signal, row.start_seconds, row.end_seconds, row.text


def _one(vectors: Any) -> Vectors:
    first: Vectors = np.asarray(vectors, np.float32)[0]
    return first


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


