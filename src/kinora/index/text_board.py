"""The texts in memory: what words find, by our own BM25, where the library is small enough to be held.

One `TextBoard` is one state of the rows and never changes; `extended` gives the next one. Rights come from
`Videos`, by stamp, so that a row counts here exactly when it counts on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kinora.index.entry import Vectors

_K1, _B = 1.2, 0.75  # BM25's usual constants, and Lance's
_MAX_DEAD_SHARE = 0.2
_BYTES_A_TERM = 150  # a short string, its number and their place in a dictionary


@dataclass(frozen=True)
class Passing:
    """Which rows may be found, booleans (N,), how many they are, and how long in the mean."""

    rows: Vectors
    num_rows: int
    mean_length: float


@dataclass(frozen=True)
class TextBoard:
    """N rows without vectors, and for each of C terms which rows hold it.

    `rows`: `stamp` and `MOMENT_FIELDS`; `covered`: the stamps read, also those without rows;
    `codes`: a term's place; `starts` (C + 1,) int64 into `holders` (P,) int32, ascending for each term, and `counts`
    (P,) uint8, how often; `lengths` (N,) float32 terms a row.
    """

    rows: pa.Table
    covered: frozenset[int]
    codes: Mapping[str, int]
    starts: Vectors
    holders: Vectors
    counts: Vectors
    lengths: Vectors

    @classmethod
    def empty(cls) -> TextBoard:
        """Return a board without rows."""
        none = np.zeros(0, np.int32)
        lengths = np.zeros(0, np.float32)
        return cls(pa.table({}), frozenset(), {}, np.zeros(1, np.int64), none, none.astype(np.uint8), lengths)

    @property
    def num_rows(self) -> int:
        return len(self.lengths)

    @property
    def num_bytes(self) -> int:
        """Return about how much memory the board takes."""
        arrays = (self.starts, self.holders, self.counts, self.lengths)
        return sum(int(one.nbytes) for one in arrays) + int(self.rows.nbytes) + _BYTES_A_TERM * len(self.codes)

    @cached_property
    def _stamps(self) -> tuple[Vectors, Vectors]:
        """Return the distinct stamps (S,) and each row's place among them (N,)."""
        if not self.num_rows:
            return np.zeros(0, np.int64), np.zeros(0, np.int32)
        distinct, places = np.unique(self.rows.column("stamp").to_numpy(), return_inverse=True)
        return distinct, places.astype(np.int32)

    @cached_property
    def _signals(self) -> tuple[list[str], Vectors]:
        """Return the distinct signals and each row's place among them (N,)."""
        if not self.num_rows:
            return [], np.zeros(0, np.int8)
        coded = self.rows.column("signal").combine_chunks().dictionary_encode()
        return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int8)

    def passing(self, stamps: Iterable[int], signals: Sequence[str]) -> Passing:
        """Return which rows are of these stamps and signals (none: any)."""
        rows = self._passing(stamps, signals)
        num_rows = int(np.count_nonzero(rows))
        mean_length = float(self.lengths @ rows) / num_rows if num_rows else 1.0
        return Passing(rows, num_rows, max(mean_length, 1.0))

    def _passing(self, stamps: Iterable[int], signals: Sequence[str]) -> Vectors:
        distinct, places = self._stamps
        wanted = np.fromiter(stamps, np.int64)
        passing: Vectors = np.isin(distinct, wanted)[places] if len(distinct) else np.zeros(0, dtype=bool)
        if signals:
            names, codes = self._signals
            passing = passing & np.array([name in signals for name in names], dtype=bool)[codes]
        return passing

    def extended(self, rows: pa.Table, covered: frozenset[int], living: frozenset[int]) -> TextBoard:
        """Return the board with more rows (with `terms`); rows of stamps that live no more go when they are many."""
        old = self._compacted(living)
        codes = dict(old.codes)
        lists = pc.split_pattern(_one_array(rows.column("terms")), " ")
        lengths = np.diff(lists.offsets.to_numpy())
        coded = lists.flatten().dictionary_encode()
        known = [codes.setdefault(term, len(codes)) for term in coded.dictionary.to_pylist()]
        new_codes = np.array(known, np.int32)[coded.indices.to_numpy()] if known else np.zeros(0, np.int32)
        owners = old.num_rows + np.repeat(np.arange(rows.num_rows, dtype=np.int32), lengths)
        starts, holders, counts = _merged(old, new_codes, owners, len(codes))
        plain = rows.drop_columns(["terms"])
        both = pa.concat_tables([old.rows, plain]) if old.num_rows else plain
        lengths = np.concatenate([old.lengths, lengths.astype(np.float32)])
        return TextBoard(both.combine_chunks(), old.covered | covered, codes, starts, holders, counts, lengths)

    def _compacted(self, living: frozenset[int]) -> TextBoard:
        """Return the board without dead rows where they are many."""
        alive = self._passing(living, ())
        if not self.num_rows or alive.mean() >= 1.0 - _MAX_DEAD_SHARE:
            return self
        kept = alive[self.holders]
        terms = self._term_of_posting()[kept]
        holders = (np.cumsum(alive, dtype=np.int32) - 1)[self.holders[kept]].astype(np.int32)
        starts = np.searchsorted(terms, np.arange(len(self.codes) + 1))
        rows = self.rows.filter(pa.array(alive))
        covered = self.covered & living
        return TextBoard(rows, covered, self.codes, starts, holders, self.counts[kept], self.lengths[alive])

    def _term_of_posting(self) -> Vectors:
        terms: Vectors = np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))
        return terms

    def best(
        self, terms: Sequence[str], passing: Passing, *, needs_all: bool, limit: int
    ) -> tuple[list[int], list[float]]:
        """Return the rows among those passing that hold any (or all) of the terms, by BM25, with their scores.

        Rows that don't pass count for nothing, also not for how rare a term is. Equals come in the order of writing.
        """
        held = [self._holding(term, passing.rows) for term in dict.fromkeys(terms)]
        if needs_all and not all(len(rows) for rows, _ in held):
            return [], []
        scores = np.zeros(self.num_rows, np.float32)
        for rows, counts in held:
            rarity = np.log1p((passing.num_rows - len(rows) + 0.5) / (len(rows) + 0.5))
            norm = _K1 * (1.0 - _B + _B * self.lengths[rows] / passing.mean_length)
            scores[rows] += rarity * counts * (_K1 + 1.0) / (counts + norm)
        found = _shared([rows for rows, _ in held]) if needs_all else np.flatnonzero(scores)
        best = _top(found, scores[found], limit)
        return best.tolist(), scores[best].tolist()

    def _holding(self, term: str, passing: Vectors) -> tuple[Vectors, Vectors]:
        """Return the passing rows that hold a term, and how often."""
        code = self.codes.get(term)
        if code is None:
            return self.holders[:0], self.counts[:0]
        part = slice(int(self.starts[code]), int(self.starts[code + 1]))
        kept = passing[self.holders[part]]
        return self.holders[part][kept], self.counts[part][kept].astype(np.float32)


def _merged(old: TextBoard, codes: Vectors, owners: Vectors, num_terms: int) -> tuple[Vectors, Vectors, Vectors]:
    """Return `starts`, `holders` and `counts` of the old postings and of new terms (T,) with the rows they stand in."""
    order = np.argsort(codes, kind="stable")
    codes, owners = codes[order], owners[order]
    is_first = np.ones(len(codes), dtype=bool)
    is_first[1:] = (codes[1:] != codes[:-1]) | (owners[1:] != owners[:-1])
    places = np.flatnonzero(is_first)
    counts = np.minimum(np.diff(np.append(places, len(codes))), 255).astype(np.uint8)
    terms = np.concatenate([old._term_of_posting(), codes[places]])
    order = np.argsort(terms, kind="stable")  # two sorted runs: merged, not sorted
    starts = np.searchsorted(terms[order], np.arange(num_terms + 1))
    holders = np.concatenate([old.holders, owners[places]])[order]
    return starts, holders.astype(np.int32), np.concatenate([old.counts, counts])[order]


def _shared(lists: Sequence[Vectors]) -> Vectors:
    """Return what is in all of these ascending lists."""
    ordered = sorted(lists, key=len)
    shared = ordered[0] if ordered else np.zeros(0, np.int32)
    for other in ordered[1:]:
        places = np.minimum(np.searchsorted(other, shared), max(0, len(other) - 1))
        shared = shared[other[places] == shared] if len(other) else shared[:0]
    return shared


def _top(rows: Vectors, scores: Vectors, limit: int) -> Vectors:
    """Return the rows with the highest scores, best first; equals in their order, also where the limit cuts."""
    if len(rows) > limit:
        least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        above, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
        kept = np.sort(np.concatenate([above, equal[: limit - len(above)]]))
        rows, scores = rows[kept], scores[kept]
    best: Vectors = rows[np.argsort(-scores, kind="stable")]
    return best


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
