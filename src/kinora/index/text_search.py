"""Questions to the full-text index: many asked at once for the places of rows, and the rows then read once.

A question that gives whole rows costs several times one that gives their places, and the answers of a search overlap.
Who may find a row is known from its stamp. So where many videos may be found, the index is asked without a filter and
the rest dropped here: Lance works out its filter for every row of the table before each question (35 ms for a million).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import pyarrow as pa

from kinora.index.filters import VideoFilter
from kinora.index.videos import Videos

MIN_SHARE_UNFILTERED = 0.3
_NUM_THREADS = 4
_SPARE_ROWS = 30


@dataclass(frozen=True)
class TextQuestion:
    """Which rows hold any (or all) of these index terms, best by BM25 first?"""

    terms: tuple[str, ...]
    where: VideoFilter
    signals: tuple[str, ...] = ()
    needs_all: bool = False
    limit: int = 100


class TextSearch:
    """Asks one table; may be shared between threads."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._lock = Lock()

    def places(self, table: Any, videos: Videos, questions: Sequence[TextQuestion]) -> list[list[int]]:
        """Return the places of the rows that answer each question, best first, all asked at once."""
        if len(questions) == 1:
            return [_places(table, videos, questions[0])]
        return list(self._pool().map(lambda question: _places(table, videos, question), questions))

    def _pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(_NUM_THREADS, thread_name_prefix="text-search")
            return self._threads


def num_rows_for(limit: int, share: float) -> int:
    """Return how many rows to ask for without a filter, so that as many as wanted remain where a share may stay."""
    return int(1.2 * limit / share) + _SPARE_ROWS


def matching(table: Any, question: TextQuestion, condition: str, columns: Sequence[str], limit: int) -> pa.Table:
    """Return these columns of the rows that answer a question, best first, with `_score`."""
    from lancedb.query import FullTextOperator, MatchQuery

    operator = FullTextOperator.AND if question.needs_all else FullTextOperator.OR
    query = table.search(MatchQuery(" ".join(question.terms), "terms", operator=operator), query_type="fts")
    if condition:
        query = query.where(condition, prefilter=True)
    if "_rowid" in columns:
        query = query.with_row_id(True)
    return query.select([*(name for name in columns if name != "_rowid"), "_score"]).limit(limit).to_arrow()


def read_rows(table: Any, places: Iterable[int], columns: Sequence[str]) -> pa.Table:
    """Return these columns of the rows at these places, and `_rowid`, in no order."""
    return table.take_row_ids(list(places)).with_row_id().select(list(columns)).to_arrow()


def _places(table: Any, videos: Videos, question: TextQuestion) -> list[int]:
    permitted, share = videos.permitted(question.where), videos.share_permitted(question.where)
    columns = ["_rowid", "stamp"]
    if share >= MIN_SHARE_UNFILTERED:
        limit = num_rows_for(question.limit, share)
        rows = matching(
            table, question, VideoFilter(sees_everything=True).sql(signals=question.signals), columns, limit
        )
        places = _of_stamps(rows, permitted)
        if len(places) >= question.limit or rows.num_rows < limit:
            return places[: question.limit]
    condition = question.where.sql(signals=question.signals)
    return _of_stamps(matching(table, question, condition, columns, question.limit), permitted)


def _of_stamps(rows: pa.Table, permitted: frozenset[int]) -> list[int]:
    pairs = zip(rows.column("_rowid").to_pylist(), rows.column("stamp").to_pylist(), strict=True)
    return [place for place, stamp in pairs if stamp in permitted]
