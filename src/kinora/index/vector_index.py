"""The on-disk vector index of large tables: built, tested against the exact answer, searched as deep as the test asks.

`IVF_RQ` with refinement: a build of seconds where `IVF_PQ` takes minutes, and its answers are re-ranked by the vectors
themselves. How deep to look is found by the self-test and kept beside the tables in `vector_search.json`.
"""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from kinora.index.entry import Vectors

MIN_RECALL = 0.95
NUM_BITS_TRIED = (1, 4)  # of a dimension; more are truer and slower
NUM_PROBES_TRIED = (20, 40, 80, 160, 320)
REFINE_FACTOR = 10
_MIN_REFINE_FACTOR = 3
_TEST_QUERIES = 40
_TEST_NEIGHBOURS = 10
_TEST_NOISE = 0.02  # so that no query is a stored vector
_SAME_DISTANCE = 1e-4  # float16 vectors are no nearer to each other than that
_FILE = "vector_search.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Depth:
    """How deep to look in a table's vector index, and the recall@10 that the self-test measured so."""

    num_probes: int = NUM_PROBES_TRIED[0]
    refine_factor: int = REFINE_FACTOR
    recall: float = 0.0
    num_rows: int = 0


def read_depths(folder: Path) -> dict[str, Depth]:
    """Return the depth of every table that has a vector index."""
    path = folder / _FILE
    if not path.is_file():
        return {}
    return {name: Depth(**values) for name, values in json.loads(path.read_text()).items()}


def write_depth(folder: Path, name: str, depth: Depth) -> None:
    """Keep one table's depth; whole or not at all."""
    depths = {**{key: asdict(value) for key, value in read_depths(folder).items()}, name: asdict(depth)}
    new = folder / f"{_FILE}.new"
    new.write_text(json.dumps(depths, indent=1))
    os.replace(new, folder / _FILE)


def search_index(
    table: Any, vector: Vectors, *, depth: Depth, condition: str, fields: Sequence[str], limit: int
) -> pa.Table:
    """Return the rows nearest by the on-disk index, with `_rowid` and `_distance` (1 - cosine)."""
    query = table.search(np.asarray(vector, np.float32), vector_column_name="vector").distance_type("cosine")
    if condition:
        query = query.where(condition, prefilter=True)
    query = query.minimum_nprobes(depth.num_probes).maximum_nprobes(10 * depth.num_probes)
    # As many rows are compared by their own vectors as in the self-test, and never fewer than three for one.
    refine_factor = max(_MIN_REFINE_FACTOR, math.ceil(depth.refine_factor * _TEST_NEIGHBOURS / limit))
    return query.refine_factor(refine_factor).with_row_id(True).select([*fields, "_distance"]).limit(limit).to_arrow()


def build_vector_index(table: Any) -> Depth:
    """Build the table's vector index and return how deep it must be searched.

    The recall that it reaches is logged; below `MIN_RECALL` it is built again with more bits.
    """
    from lancedb.index import IvfRq

    depth = Depth()
    for num_bits in NUM_BITS_TRIED:
        table.create_index("vector", config=IvfRq(distance_type="cosine", num_bits=num_bits), replace=True)
        depth = test_recall(table)
        log.info("vector index of %s: %d bits, recall@10 %.3f", table.name, num_bits, depth.recall)
        if depth.recall >= MIN_RECALL:
            return depth
    log.warning("the vector index of %s finds only %.0f %% of the true neighbours", table.name, 100 * depth.recall)
    return depth


def test_recall(table: Any) -> Depth:
    """Return the least depth whose answers hold `MIN_RECALL` of the exact ones, else the deepest."""
    queries = _queries(table)
    exact = [_distances(table, query) for query in queries]
    depth = Depth()
    for num_probes in NUM_PROBES_TRIED:
        found = [_distances(table, query, num_probes) for query in queries]
        shared = [share_as_near(want, have) for want, have in zip(exact, found, strict=True)]
        depth = Depth(num_probes, REFINE_FACTOR, float(np.mean(shared)) if shared else 1.0, table.count_rows())
        if depth.recall >= MIN_RECALL:
            break
    return depth


def _queries(table: Any) -> list[Vectors]:
    dice = np.random.default_rng(0)
    offsets = dice.choice(table.count_rows(), size=min(_TEST_QUERIES, table.count_rows()), replace=False)
    vectors = table.take_offsets([int(at) for at in offsets]).select(["vector"]).to_arrow().column("vector")
    kept = [np.asarray(vector, np.float32) for vector in vectors.to_pylist() if vector is not None]
    return [vector + _TEST_NOISE * dice.standard_normal(len(vector)).astype(np.float32) for vector in kept]


def share_as_near(exact: Vectors, found: Vectors) -> float:
    """Return the share of true neighbours found; among equals (a line said often) any will do.

    Args:
        exact, found: distances (K,), (M,).
    """
    if not len(exact):
        return 1.0
    return min(1.0, int(np.sum(found <= exact.max() + _SAME_DISTANCE)) / len(exact))


def _distances(table: Any, vector: Vectors, num_probes: int = 0) -> Vectors:
    """Return the distances of the nearest rows by the index, or exactly when `num_probes` is 0."""
    query = table.search(vector, vector_column_name="vector").distance_type("cosine").limit(_TEST_NEIGHBOURS)
    by_index = query.nprobes(num_probes).refine_factor(REFINE_FACTOR) if num_probes else query.bypass_vector_index()
    distances: Vectors = by_index.select(["_distance"]).to_arrow().column("_distance").to_numpy()
    return distances
