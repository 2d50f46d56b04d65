"""Questions to the full-text index: many asked at once for the places of rows, and the rows then read once.

A question that gives whole rows costs several times one that gives their places, and the answers of a search overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import pyarrow as pa

from kinora.index.filters import VideoFilter
from kinora.index.rows import TEXT_FIELDS

_NUM_THREADS = 4


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

    def places(self, table: Any, questions: Sequence[TextQuestion]) -> list[pa.Table]:
        """Return `_rowid` and `stamp` of the rows that answer each question, best first, all asked at once."""
        if len(questions) == 1:
            return [_places(table, questions[0])]
        return list(self._pool().map(lambda question: _places(table, question), questions))

    def _pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(_NUM_THREADS, thread_name_prefix="text-search")
            return self._threads


def rows_of_question(table: Any, question: TextQuestion, columns: Sequence[str]) -> pa.Table:
    """Return these columns of the rows that answer a question, best first, with `_score`."""
    from lancedb.query import FullTextOperator, MatchQuery

    operator = FullTextOperator.AND if question.needs_all else FullTextOperator.OR
    match = MatchQuery(" ".join(question.terms), "terms", operator=operator)
    query = table.search(match, query_type="fts")
    if condition := question.where.sql(signals=question.signals):
        query = query.where(condition, prefilter=True)
    if "_rowid" in columns:
        query = query.with_row_id(True)
    return query.select([*(name for name in columns if name != "_rowid"), "_score"]).limit(question.limit).to_arrow()


def read_rows(table: Any, row_ids: Iterable[int]) -> pa.Table:
    """Return the rows at these places, with `TEXT_FIELDS` and `_rowid`, in no order."""
    return table.take_row_ids(list(row_ids)).with_row_id().select(TEXT_FIELDS).to_arrow()


def _places(table: Any, question: TextQuestion) -> pa.Table:
    return rows_of_question(table, question, ["_rowid", "stamp"])
