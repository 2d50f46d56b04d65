"""The parts of each table on disk: what readers map into memory, so that nobody reads a large table to search it.

`parts/<table>.json` names those that count and is written last, whole or not at all: killed at any instant, readers
have the old list or the new one. Rows in no part are read from the table; any part can be written again from it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kinora.errors import IndexDamaged
from kinora.index.codes import DEPTH, EXACT_ROWS, Codes, centre_of, top, unit
from kinora.index.entry import Vectors
from kinora.index.part import Part, PartWriter, is_whole, open_part, vectors_of, write_meta

MIN_RECALL = 0.99
DEPTHS_TRIED = (DEPTH, 2 * DEPTH, 4 * DEPTH, 8 * DEPTH)
MIN_NEW_ROWS = 20_000  # fewer stay in the memory of each process that searches
MAX_DEAD_SHARE = 0.3
CHECK_EVERY_SECONDS = 24 * 3600.0
_BATCH_ROWS = 16_384
_CENTRE_ROWS = 4_000
_TEST_QUERIES = 40
_TEST_NEIGHBOURS = 10
_TEST_NOISE = 0.02  # so that no query is a stored vector
_SAME_COSINE = 1e-4

log = logging.getLogger(__name__)


class Shelf:
    """The folder `parts` of an index."""

    def __init__(self, index_folder: Path) -> None:
        self.folder = index_folder / "parts"

    def names(self, table: str) -> tuple[str, ...]:
        """Return the names of a table's parts."""
        try:
            return tuple(json.loads(self._list(table).read_text()))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            log.warning("the list of parts of %s can't be read, the table is read instead: %s", table, error)
            return ()

    def open(self, table: str) -> list[Part]:
        """Return the parts that can be opened; what the others hold is read from the table until they are rewritten."""
        parts = []
        for name in self.names(table):
            try:
                parts.append(open_part(self.folder / name))
            except IndexDamaged as error:
                log.warning("%s; its rows are read from the table", error.message)
        return parts

    def publish(self, table: str, names: Sequence[str]) -> None:
        """Make these the parts of a table, and remove what no table names."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self._list(table).with_suffix(".new")
        new.write_text(json.dumps(list(names)))
        os.replace(new, self._list(table))
        self.sweep()

    def sweep(self) -> None:
        """Remove the folders that no list names: of merged parts, and of a writer that was killed."""
        named = {name for path in self.folder.glob("*.json") for name in self.names(path.stem)}
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in named:
                shutil.rmtree(folder, ignore_errors=True)

    def _list(self, table: str) -> Path:
        return self.folder / f"{table}.json"


def keep_parts(shelf: Shelf, table: Any, living: frozenset[int]) -> float | None:
    """Bring a table's parts to these stamps where it pays; return the least recall, `None` where there are no parts.

    New rows go into a part of their own together with the parts that are no larger, so that a row is written again
    about log2(N) times while a table grows. Parts that are damaged or mostly dead are written again.
    """
    known = shelf.names(table.name)
    kept = [part for part in shelf.open(table.name) if _is_sound(shelf, part)]
    kept = [part for part in kept if part.count(living) >= (1.0 - MAX_DEAD_SHARE) * len(part)]
    num_new = table.count_rows() - sum(part.count(living) for part in kept)
    if num_new >= MIN_NEW_ROWS:
        kept.sort(key=len)
        while kept and len(kept[0]) <= 2 * num_new:
            num_new += kept.pop(0).count(living)
        if part := _written(shelf, table, living.difference(*(part.covered for part in kept))):
            kept.append(part)
    if sorted(part.name for part in kept) != sorted(known):
        shelf.publish(table.name, [part.name for part in kept])
    return min((part.recall for part in kept), default=None)


def _is_sound(shelf: Shelf, part: Part) -> bool:
    """Return whether every byte is as written; looked at once a day."""
    folder = shelf.folder / part.name
    checked_at = json.loads((folder / "meta.json").read_text()).get("checked_at", 0.0)
    if time.time() - checked_at < CHECK_EVERY_SECONDS:
        return True
    if not is_whole(folder):
        log.warning("%s of the search index is damaged and is written again", part.name)
        return False
    write_meta(folder, {"checked_at": time.time()})
    return True


def _written(shelf: Shelf, table: Any, stamps: frozenset[int]) -> Part | None:
    """Write the rows of these stamps into a new part and test it."""
    started = time.monotonic()
    num_rows = sum(len(batch) for batch in _batches(table, stamps, ["stamp"]))
    if not num_rows:
        return None
    folder = shelf.folder / f"{table.name}-{time.time_ns()}"
    writer = PartWriter(folder, num_rows, _centre(table))
    for batch in _batches(table, stamps, [name for name in table.schema.names if name not in _VIDEO_FACTS]):
        writer.add(pa.Table.from_batches([batch]))
    writer.finish(stamps)
    part = open_part(folder)
    depth, recall = self_test(part.codes)
    write_meta(folder, {"depth": depth, "recall": recall, "checked_at": time.time()})
    if recall < MIN_RECALL:
        log.warning("%s finds only %.1f %% of the true neighbours", part.name, 100 * recall)
    log.info("%s: %d rows in %.1f s, recall@10 %.3f", part.name, num_rows, time.monotonic() - started, recall)
    return open_part(folder)


_VIDEO_FACTS = frozenset(
    ("video_id", "revision", "channel", "owner_id", "visibility", "published_at", "duration_seconds", "terms")
)


def _batches(table: Any, stamps: frozenset[int], columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of these stamps in the table's order."""
    wanted = pa.array(sorted(stamps), pa.int64())
    query = table.search().select(columns).limit(None)
    query = query.where(f"stamp >= {min(stamps, default=0)} AND stamp <= {max(stamps, default=0)}")
    for batch in query.to_batches(batch_size=_BATCH_ROWS):
        kept = batch.filter(pc.is_in(batch.column("stamp"), value_set=wanted))
        if kept.num_rows:
            yield kept


def _centre(table: Any) -> Vectors:
    num_rows = table.count_rows()
    offsets = np.random.default_rng(0).choice(num_rows, size=min(_CENTRE_ROWS, num_rows), replace=False)
    return centre_of(vectors_of(table.take_offsets(sorted(map(int, offsets))).select(["vector"]).to_arrow()))


def self_test(codes: Codes) -> tuple[int, float]:
    """Return the least depth that finds `MIN_RECALL` of the true neighbours, else the deepest, and what it finds."""
    queries = _queries(codes)
    if not len(queries) or len(codes) <= EXACT_ROWS:
        return DEPTH, 1.0
    exact = _true_cosines(codes, queries)
    recall = 0.0
    for depth in DEPTHS_TRIED:
        found = [codes.nearest(query, None, limit=_TEST_NEIGHBOURS, depth=depth)[1] for query in queries]
        recall = float(np.mean([share_as_near(want, have) for want, have in zip(exact, found, strict=True)]))
        if recall >= MIN_RECALL:
            return depth, recall
    return DEPTHS_TRIED[-1], recall


def _queries(codes: Codes) -> list[Vectors]:
    dice = np.random.default_rng(0)
    places = np.sort(dice.choice(len(codes), size=min(_TEST_QUERIES, len(codes)), replace=False))
    vectors = codes.vectors(places)
    noise = _TEST_NOISE * dice.standard_normal(vectors.shape).astype(np.float32)
    return [unit(vector + more) for vector, more in zip(vectors, noise, strict=True) if vector.any()]


def _true_cosines(codes: Codes, queries: Sequence[Vectors]) -> list[Vectors]:
    """Return the cosines of each query's nearest rows by comparing it with every row."""
    asked = np.stack(queries, axis=1)
    best = np.zeros((0, len(queries)), np.float32)
    for start in range(0, len(codes), _BATCH_ROWS):
        block = codes.cosines(asked, slice(start, start + _BATCH_ROWS))
        rows = np.argpartition(-block, min(_TEST_NEIGHBOURS, len(block) - 1), axis=0)[:_TEST_NEIGHBOURS]
        best = np.concatenate([best, np.take_along_axis(block, rows, axis=0)])
        best = -np.sort(-best, axis=0)[:_TEST_NEIGHBOURS]
    return [column[top(column, _TEST_NEIGHBOURS)] for column in best.T]


def share_as_near(exact: Collection[float] | Vectors, found: Collection[float] | Vectors) -> float:
    """Return the share of true neighbours found, by their cosines; among equals (a line said often) any will do."""
    if not len(exact):
        return 1.0
    least = float(np.min(np.asarray(exact))) - _SAME_COSINE
    return min(1.0, int(np.sum(np.asarray(found) >= least)) / len(exact))
