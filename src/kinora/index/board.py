"""A table's vectors as a reader sees them: its parts on disk, and in memory the rows that are in none yet."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kinora.index.codes import unit
from kinora.index.entry import Vectors
from kinora.index.part import Part, stamps_in
from kinora.index.shelf import Shelf

_MAX_IN_MEMORY = 16
_MAX_REMEMBERED_BYTES = 32 * 2**20


@dataclass(frozen=True)
class State:
    """The parts of one moment and which stamps count; never changes."""

    names: tuple[str, ...] = ()
    mapped: tuple[Part, ...] = ()
    held: tuple[Part, ...] = ()
    living: frozenset[int] = frozenset()


class Board:
    """Finds the rows of one table nearest to a vector; may be shared between threads, `refresh` by one at a time."""

    def __init__(self, table: str, shelf: Shelf) -> None:
        self._table, self._shelf = table, shelf
        self._state = State()
        self._passing: dict[tuple[Part, frozenset[int]], Vectors | None] = {}
        self._num_bytes = 0

    @property
    def num_rows(self) -> int:
        return sum(len(part) for part in (*self._state.mapped, *self._state.held))

    def refresh(self, living: frozenset[int], read: Callable[[frozenset[int]], pa.Table]) -> None:
        """Bring the board to these stamps; `read` gives the rows of stamps that no part covers."""
        old, names = self._state, self._shelf.names(self._table)
        if names == old.names and living is old.living:
            return
        mapped = old.mapped if names == old.names else tuple(self._shelf.open(self._table))
        held = old.held if names == old.names else ()
        held = tuple(part for part in held if not living.isdisjoint(part.covered))
        if len(held) >= _MAX_IN_MEMORY:
            held = ()
        missing = living - stamps_in((*mapped, *held))
        if missing:
            held = (*held, Part.of(read(missing), missing))
        self._state = State(names, mapped, held, living)
        self._passing, self._num_bytes = {}, 0

    def nearest(
        self, vector: Vectors, stamps: frozenset[int], *, limit: int, signals: Collection[str] = ()
    ) -> tuple[pa.Table | None, Vectors]:
        """Return the rows of these stamps nearest by cosine, best first, with their cosines."""
        query, tables, scores = unit(vector), [], []
        state = self._state
        for part in (*state.mapped, *state.held):
            passing = self._passing_of(part, stamps, signals)
            places, cosines = part.codes.nearest(query, passing, limit=limit, depth=part.depth)
            if len(places):
                tables.append(part.rows.take(places))
                scores.append(cosines)
        if not tables:
            return None, np.zeros(0, np.float32)
        score = np.concatenate(scores)
        order = np.argsort(-score, kind="stable")[:limit]
        return (tables[0] if len(tables) == 1 else pa.concat_tables(tables)).take(order), score[order]

    def _passing_of(self, part: Part, stamps: frozenset[int], signals: Collection[str]) -> Vectors | None:
        key = (part, stamps)
        if key in self._passing:
            passing = self._passing[key]
        else:
            passing = part.passing(stamps)
            self._remember(key, passing)
        if not signals:
            return passing
        chosen = part.of_signals(signals)
        return chosen if passing is None else passing & chosen

    def _remember(self, key: tuple[Part, frozenset[int]], passing: Vectors | None) -> None:
        self._num_bytes += passing.nbytes if passing is not None else 0
        if self._num_bytes > _MAX_REMEMBERED_BYTES:
            self._passing, self._num_bytes = {}, passing.nbytes if passing is not None else 0
        self._passing[key] = passing
