"""Rows of one table with the codes of their vectors, in memory or in a folder that is mapped into memory.

A part never changes. Rows are named by their stamp, never by their place in the table, so a part stays true however the
table is compacted; which of its stamps count is asked of `videos`. On disk it is a folder of arrays and an Arrow file:

    meta.json  runs.npy  starts.npy  signs.npy  levels.npy  rests.npy  scales.npy  centre.npy  rows.arrow
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from kinora.errors import IndexDamaged
from kinora.index.codes import DEPTH, Codes, num_words
from kinora.index.entry import Vectors

ARRAYS = ("runs", "starts", "signs", "levels", "rests", "scales", "centre")
ROWS = "rows.arrow"
META = "meta.json"
FORMAT = 1
_CHECKED_BYTES = 1 << 24
_ROWS_A_BATCH = 1 << 17


class Rows(Protocol):
    """Rows that can be read at any places."""

    def take(self, places: Vectors, /) -> pa.Table:
        """Return the rows at these places, in this order."""
        ...


@dataclass(frozen=True, eq=False)
class Part:
    """N rows in R runs: rows `starts[r]` to `starts[r + 1]` are of stamp `runs[r]`; `covered`: also those without rows.

    `depth`: how many rows to compare by their bytes, `recall`: what the self-test found with it.
    """

    rows: Rows
    codes: Codes
    runs: Vectors
    starts: Vectors
    covered: frozenset[int]
    depth: int = DEPTH
    recall: float = 1.0
    name: str = ""

    @classmethod
    def of(cls, rows: pa.Table, covered: frozenset[int]) -> Part:
        """Return a part in memory of rows with `stamp` and `vector`."""
        whole = rows.combine_chunks()
        stamps = whole.column("stamp").to_numpy()
        first = np.flatnonzero(np.diff(stamps, prepend=stamps[:1] - 1))
        starts = np.append(first, len(stamps)).astype(np.int64)
        plain = whole.drop_columns(["vector"]).combine_chunks()
        return cls(plain, Codes.of(vectors_of(whole)), stamps[first], starts, covered)

    def __len__(self) -> int:
        return len(self.codes)

    def passing(self, stamps: Collection[int]) -> Vectors | None:
        """Return which rows are of these stamps, booleans (N,), `None` where all are."""
        wanted = np.fromiter(stamps, np.int64, len(stamps))
        passing = np.isin(self.runs, wanted)
        return None if passing.all() else np.repeat(passing, np.diff(self.starts))

    def count(self, stamps: Collection[int]) -> int:
        """Return how many rows are of these stamps."""
        wanted = np.fromiter(stamps, np.int64, len(stamps))
        return int(np.diff(self.starts)[np.isin(self.runs, wanted)].sum())

    @cached_property
    def _signals(self) -> tuple[list[str], Vectors]:
        column = self.rows.take(np.arange(len(self))).column("signal").combine_chunks().dictionary_encode()
        return column.dictionary.to_pylist(), column.indices.to_numpy()

    def of_signals(self, signals: Collection[str]) -> Vectors:
        """Return which rows are of these signals, booleans (N,)."""
        names, codes = self._signals
        chosen: Vectors = np.array([name in signals for name in names], dtype=bool)[codes]
        return chosen


class MappedRows:
    """An Arrow file mapped into memory: only the pages of the rows asked for are read."""

    def __init__(self, path: Path) -> None:
        self._reader = pa.ipc.open_file(pa.memory_map(str(path)))
        counts = [self._reader.get_batch(n).num_rows for n in range(self._reader.num_record_batches)]
        self._starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    def __len__(self) -> int:
        return int(self._starts[-1])

    def take(self, places: Vectors, /) -> pa.Table:
        batches = np.searchsorted(self._starts, places, side="right") - 1
        order = np.argsort(batches, kind="stable")
        taken = [
            self._reader.get_batch(int(batch)).take(pa.array(places[batches == batch] - self._starts[batch]))
            for batch in np.unique(batches)
        ]
        if not taken:
            return self._reader.schema.empty_table()
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return pa.Table.from_batches(taken).combine_chunks().take(pa.array(back))


class PartWriter:
    """Writes a part into a folder as rows come; the rows at hand are all that lies in memory."""

    def __init__(self, folder: Path, num_rows: int, centre: Vectors) -> None:
        folder.mkdir(parents=True)
        self._folder, self._at = folder, 0
        self._runs: list[int] = []
        self._starts: list[int] = []
        self._rows: Any = None
        self._waiting: list[pa.Table] = []
        self._mapped: list[np.memmap[Any, Any]] = []
        dimension = len(centre)
        np.save(folder / "centre.npy", centre)
        self._codes = Codes(
            self._array("signs", np.uint64, (num_words(dimension), num_rows)),
            self._array("levels", np.int8, (num_rows, dimension)),
            self._array("rests", np.int8, (num_rows, dimension)),
            self._array("scales", np.float32, (num_rows,)),
            centre,
        )

    def _array(self, name: str, dtype: Any, shape: tuple[int, ...]) -> Vectors:
        mapped = np.lib.format.open_memmap(self._folder / f"{name}.npy", mode="w+", dtype=dtype, shape=shape)
        self._mapped.append(mapped)
        return mapped

    def add(self, rows: pa.Table) -> None:
        """Write rows with `stamp` and `vector`."""
        vectors, stamps = vectors_of(rows), rows.column("stamp").to_numpy()
        self._codes.put(slice(self._at, self._at + len(stamps)), vectors)
        for first in np.flatnonzero(np.diff(stamps, prepend=stamps[:1] - 1)):
            if not self._runs or self._runs[-1] != int(stamps[first]):
                self._runs.append(int(stamps[first]))
                self._starts.append(self._at + int(first))
        plain = rows.drop_columns(["vector"]).combine_chunks()
        self._waiting.append(plain)
        if sum(map(len, self._waiting)) >= _ROWS_A_BATCH:
            self._write_rows()
        self._at += len(stamps)

    def _write_rows(self) -> None:
        """Write the rows that wait as one batch: a question reads from few batches faster than from many."""
        whole = pa.concat_tables(self._waiting).combine_chunks()
        if self._rows is None:
            self._rows = pa.ipc.new_file(str(self._folder / ROWS), whole.schema)
        self._rows.write_table(whole)
        self._waiting = []

    def finish(self, covered: Collection[int]) -> None:
        """Write what names the rows, and last `meta.json` with the checksum of every file."""
        if self._waiting:
            self._write_rows()
        if self._at != len(self._codes) or self._rows is None:
            raise IndexDamaged(f"{self._at} rows came for a part of {len(self._codes)}; the table changed meanwhile")
        self._rows.close()
        np.save(self._folder / "runs.npy", np.array(self._runs, np.int64))
        np.save(self._folder / "starts.npy", np.array([*self._starts, self._at], np.int64))
        for mapped in self._mapped:
            mapped.flush()
        rowless = sorted(set(covered) - set(self._runs))
        write_meta(self._folder, {"format": FORMAT, "without_rows": rowless, "checksums": checksums(self._folder)})


def open_part(folder: Path) -> Part:
    """Open a part of a folder.

    Raises:
        IndexDamaged: a file is missing, cut off, or does not fit the others.
    """
    try:
        meta = json.loads((folder / META).read_text())
        # As plain arrays: each small step on a memmap costs several microseconds more.
        arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in ARRAYS}
        rows = MappedRows(folder / ROWS)
        codes = Codes(**{name: arrays[name] for name in ("signs", "levels", "rests", "scales", "centre")})
        runs, starts = np.array(arrays["runs"]), np.array(arrays["starts"])
        if (
            meta["format"] != FORMAT
            or not len(rows) == len(codes) == len(codes.levels) == len(codes.rests) == starts[-1]
        ):
            raise ValueError("its files don't fit each other")
        covered = frozenset([*runs.tolist(), *meta["without_rows"]])
        return Part(rows, codes, runs, starts, covered, meta.get("depth", DEPTH), meta.get("recall", 1.0), folder.name)
    except (OSError, ValueError, KeyError, TypeError, EOFError, pa.ArrowException) as error:
        raise IndexDamaged(f"{folder.name} of the search index can't be read: {str(error)[:200]}") from error


def write_meta(folder: Path, values: dict[str, Any]) -> None:
    """Add values to what is known of a part; whole or not at all."""
    path = folder / META
    known = json.loads(path.read_text()) if path.is_file() else {}
    new = folder / f"{META}.new"
    new.write_text(json.dumps({**known, **values}))
    os.replace(new, path)


def is_whole(folder: Path) -> bool:
    """Return whether every byte of a part's files is as it was written."""
    try:
        return bool(json.loads((folder / META).read_text())["checksums"] == checksums(folder))
    except (OSError, ValueError, KeyError):
        return False


def checksums(folder: Path) -> dict[str, int]:
    """Return the CRC-32 of each file but `meta.json`."""
    return {name: _checksum(folder / name) for name in [*(f"{name}.npy" for name in ARRAYS), ROWS]}


def _checksum(path: Path) -> int:
    total = 0
    with path.open("rb") as file:
        while block := file.read(_CHECKED_BYTES):
            total = zlib.crc32(block, total)
    return total


def vectors_of(rows: pa.Table) -> Vectors:
    """Return the column `vector` (N, D), zeros where a row has none."""
    column = rows.column("vector").combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    dimension = column.type.list_size
    flat = column.values.slice(column.offset * dimension, len(column) * dimension).to_numpy(zero_copy_only=False)
    vectors: Vectors = flat.reshape(len(column), dimension)
    if not column.null_count:
        return vectors
    return np.where(column.is_valid().to_numpy(zero_copy_only=False)[:, None], vectors, vectors.dtype.type(0))


def stamps_in(parts: Iterable[Part]) -> frozenset[int]:
    """Return every stamp that one of the parts covers."""
    return frozenset().union(*(part.covered for part in parts))
