"""An exact scan of vectors in memory: below about 100,000 rows nothing is faster or truer.

The vectors are kept as float32 because a processor multiplies float16 slowly; on disk they are float16.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kinora.index.entry import Vectors
from kinora.index.filters import VideoFilter

_MAX_CHUNKS = 16


@dataclass(frozen=True)
class Chunk:
    """Rows read together: `rows` without vectors, `vectors` (N, D) float32, which of them count."""

    rows: pa.Table
    vectors: Vectors
    is_alive: Vectors

    def with_stamps(self, stamps: Collection[int]) -> Chunk:
        """Return the chunk with only the rows of these stamps counting."""
        is_alive = pc.is_in(self.rows.column("stamp"), value_set=pa.array(list(stamps), pa.int64()))
        return Chunk(self.rows, self.vectors, is_alive.to_numpy().astype(bool))

    def compacted(self) -> Chunk:
        """Return the chunk without the rows that don't count."""
        if self.is_alive.all():
            return self
        kept = np.flatnonzero(self.is_alive)
        return Chunk(self.rows.take(kept).combine_chunks(), self.vectors[kept], np.ones(len(kept), dtype=bool))


class Board:
    """The rows of one table in memory, kept true by their stamps."""

    def __init__(self) -> None:
        self._chunks: list[Chunk] = []
        self._stamps: frozenset[int] = frozenset()

    @property
    def num_rows(self) -> int:
        return sum(chunk.rows.num_rows for chunk in self._chunks)

    def refresh(self, stamps: frozenset[int], read: Callable[[frozenset[int]], pa.Table]) -> None:
        """Bring the board to these stamps; `read` gives the rows of the stamps that are missing."""
        if stamps == self._stamps:
            return
        chunks = [chunk.with_stamps(stamps) for chunk in self._chunks]
        living = (chunk for chunk in chunks if chunk.is_alive.any())
        chunks = [chunk.compacted() if chunk.is_alive.mean() < 0.5 else chunk for chunk in living]
        missing = stamps - self._stamps
        if missing and (rows := read(missing)).num_rows:
            chunks.append(_chunk(rows).with_stamps(stamps))
        if len(chunks) > _MAX_CHUNKS:
            chunks = [_joined(chunks)]
        self._chunks, self._stamps = chunks, stamps

    def nearest(
        self, vector: Vectors, where: VideoFilter, *, limit: int, signals: Collection[str] = ()
    ) -> tuple[pa.Table | None, Vectors]:
        """Return the rows nearest by cosine that pass the filter, best first, with their cosines."""
        query = np.asarray(vector, np.float32)
        query = query / max(float(np.linalg.norm(query)), 1e-6)
        tables, scores = [], []
        for chunk in self._chunks:
            cosines = np.where(chunk.is_alive & _passing(chunk.rows, where, signals), chunk.vectors @ query, -np.inf)
            best = _top(cosines, limit)
            tables.append(chunk.rows.take(best))
            scores.append(cosines[best])
        if not tables:
            return None, np.zeros(0, np.float32)
        table, score = pa.concat_tables(tables), np.concatenate(scores)
        order = _top(score, limit)
        return table.take(order), score[order]


def _passing(rows: pa.Table, where: VideoFilter, signals: Collection[str]) -> Vectors:
    passing = where.mask(rows)
    if signals:
        passing = passing & pc.is_in(rows.column("signal"), value_set=pa.array(list(signals))).to_numpy().astype(bool)
    return passing


def _top(scores: Vectors, limit: int) -> Vectors:
    """Return the places of the highest finite scores, best first; ties keep their order."""
    places = np.arange(len(scores))
    if len(scores) > limit:
        places = np.sort(np.argpartition(-scores, limit - 1)[:limit])
    order = places[np.argsort(-scores[places], kind="stable")]
    kept: Vectors = order[np.isfinite(scores[order])]
    return kept


def _chunk(rows: pa.Table) -> Chunk:
    column = rows.column("vector").combine_chunks()
    dimension = column.type.list_size
    flat = column.fill_null([0.0] * dimension) if column.null_count else column
    vectors = flat.flatten().to_numpy(zero_copy_only=False).reshape(len(flat), dimension)
    plain = rows.drop_columns(["vector"]).combine_chunks()
    return Chunk(plain, vectors.astype(np.float32), np.ones(rows.num_rows, dtype=bool))


def _joined(chunks: list[Chunk]) -> Chunk:
    whole = [chunk.compacted() for chunk in chunks]
    vectors = np.concatenate([chunk.vectors for chunk in whole])
    rows = pa.concat_tables([chunk.rows for chunk in whole]).combine_chunks()
    return Chunk(rows, vectors, np.ones(len(vectors), dtype=bool))
