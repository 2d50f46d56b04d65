"""What the worker does to the index now and then: sweep dust, compact, take new rows into the indexes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow.compute as pc

from kinora.index.rows import Stamp
from kinora.index.shelf import Shelf, keep_parts
from kinora.index.store import Store

MIN_AGE_TO_SWEEP_SECONDS = 3600.0  # a revision younger than this may not be in what the caller says is current
KEEP_VERSIONS = timedelta(minutes=10)  # a reader that looked before then looks again before it searches
_STAMPS_A_DELETE = 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Maintained:
    """What maintenance did."""

    num_swept: int
    recall: Mapping[str, float]


def sweep(store: Store, stamps: Iterable[Stamp], current: Mapping[str, int] | None) -> int:
    """Delete rows that no row of `videos` names, and old rows of what is current no more; return how many writings."""
    stamps = list(stamps)
    past = [stamp for stamp in stamps if current is not None and _is_past(stamp, current)]
    videos = store.table("videos")
    if videos is not None:
        _delete(videos, {stamp.stamp for stamp in past})
    alive = {stamp.stamp for stamp in stamps} - {stamp.stamp for stamp in past}
    swept = {stamp.stamp for stamp in past}
    for name in [name for name in store.names() if name != "videos"]:
        table = store.table(name)
        dust = _stamps_in(table) - alive
        _delete(table, dust)
        swept |= dust
    return len(swept)


def create_scalar_indexes(table: Any) -> None:
    """Make the indexes of the filters that the table lacks."""
    from lancedb.index import Bitmap, BTree

    wanted: dict[str, Any] = {name: BTree() for name in ("video_id", "stamp", "owner_id", "channel")}
    wanted |= {name: Bitmap() for name in ("visibility", "signal")}
    known = {column for index in table.list_indices() for column in index.columns}
    for name, config in wanted.items():
        if name in table.schema.names and name not in known:
            table.create_index(name, config=config)


def compact(store: Store) -> None:
    """Join small files, take new rows into the indexes, forget versions that nobody reads any more."""
    for name in store.names():
        table = store.table(name)
        assert table is not None
        create_scalar_indexes(table)
        table.optimize(cleanup_older_than=KEEP_VERSIONS)


def keep_tables(store: Store, shelf: Shelf, living: frozenset[int]) -> dict[str, float]:
    """Keep the parts of every table with vectors; return the least recall by table, where there are parts."""
    (store.path / "vector_search.json").unlink(missing_ok=True)  # of Lance's vector index, as `drop_vector_index`
    found: dict[str, float] = {}
    for name in [name for name in store.names() if name != "videos"]:
        table = store.table(name)
        assert table is not None
        drop_vector_index(table)
        recall = keep_parts(shelf, table, living)
        if recall is not None:
            found[name] = recall
    return found


def drop_vector_index(table: Any) -> None:
    """Drop Lance's own vector index, which earlier versions built: it would be kept up for nobody."""
    for index in table.list_indices():
        if index.columns == ["vector"]:
            table.drop_index(index.name)


def _is_past(stamp: Stamp, current: Mapping[str, int]) -> bool:
    is_old = stamp.stamp < time.time_ns() - MIN_AGE_TO_SWEEP_SECONDS * 1e9
    return is_old and stamp.revision < current.get(stamp.video_id, stamp.revision + 1)


def _stamps_in(table: Any) -> set[int]:
    found: set[int] = set()
    for batch in table.search().select(["stamp"]).limit(None).to_batches():
        found.update(pc.unique(batch.column("stamp")).to_pylist())
    return found


def _delete(table: Any, stamps: set[int]) -> None:
    ordered = sorted(stamps)
    for start in range(0, len(ordered), _STAMPS_A_DELETE):
        part = ordered[start : start + _STAMPS_A_DELETE]
        table.delete(f"stamp IN ({', '.join(str(stamp) for stamp in part)})")
