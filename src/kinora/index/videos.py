"""The `videos` table as one reader sees it: it lies in memory, and says which rows of the others may be found."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from kinora.index.filters import VideoFilter
from kinora.index.rows import Stamp, VideoRow

_MAX_REMEMBERED = 500  # filters; a search without dates asks the same few


Value = TypeVar("Value")


class Videos:
    """One state of the table; never changes, so what is worked out of it may be kept."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self._permitted: dict[VideoFilter, frozenset[int]] = {}
        self._counts: dict[VideoFilter, int] = {}

    @cached_property
    def stamps(self) -> frozenset[Stamp]:
        """Return what names the rows that count."""
        return stamps_of(self._table)

    @cached_property
    def by_stamp(self) -> dict[int, Stamp]:
        """Return the same by the number that every row carries."""
        return {stamp.stamp: stamp for stamp in self.stamps}

    @cached_property
    def living(self) -> frozenset[int]:
        return frozenset(self.by_stamp)

    def permitted(self, where: VideoFilter) -> frozenset[int]:
        """Return the stamps of the videos that pass a filter."""
        found = self._permitted.get(where)
        if found is None:
            found = frozenset(self._passing(where).column("stamp").to_pylist())
            _remember(self._permitted, where, found)
        return found

    def share_permitted(self, where: VideoFilter) -> float:
        """Return which share of the videos passes a filter."""
        return len(self.permitted(where)) / max(1, len(self.living))

    def count(self, where: VideoFilter) -> int:
        """Return how many videos pass a filter."""
        found = self._counts.get(where)
        if found is None:
            found = int(pc.count_distinct(self._passing(where).column("video_id")).as_py())
            _remember(self._counts, where, found)
        return found

    def rows(self, where: VideoFilter) -> list[VideoRow]:
        """Return the videos that pass a filter, latest first."""
        passing = self._passing(where).to_pylist()
        passing.sort(key=lambda row: (-row["published_at"], row["video_id"], -row["revision"]))
        return [VideoRow(*(row[name] for name in VideoRow._fields)) for row in passing]

    def _passing(self, where: VideoFilter) -> pa.Table:
        return self._table.filter(pa.array(where.mask(self._table)))


def stamps_of(videos: pa.Table) -> frozenset[Stamp]:
    """Return the stamps that the rows of `videos` name."""
    columns = (videos.column(name).to_pylist() for name in ("video_id", "revision", "stamp"))
    return frozenset(Stamp(*row) for row in zip(*columns, strict=True))


def _remember(known: dict[VideoFilter, Value], where: VideoFilter, value: Value) -> None:
    if len(known) >= _MAX_REMEMBERED:
        known.clear()
    known[where] = value
