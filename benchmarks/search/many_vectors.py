"""Millions of vectors as parts on disk: how long a question takes, how true it is, with filters, warm and cold.

python benchmarks/search/many_vectors.py 3000000 --folder DIR [--json benchmarks/search/results/3M_vectors.json]

Vectors only: the parts are written by the index's own writer, without LanceDB behind them and without words.
"""

# ruff: noqa: E402  (the number of threads is set before the libraries that read it)
from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "2"
os.environ["OMP_WAIT_POLICY"] = "passive"

import numpy as np
import pyarrow as pa
from run import about, recall, size_of, timed

from kinora.index.codes import centre_of
from kinora.index.part import Part, PartWriter, open_part
from kinora.index.rows import vector_column
from kinora.index.shelf import self_test

DIMENSION = 384
MOMENTS_A_VIDEO = 1_000
PART = 1_000_000  # rows of a part
BLOCK = 50_000
NEIGHBOURS = 10
NUM_QUERIES = 50
SHARES = (1.0, 0.5, 0.1, 0.01)
SECONDS_A_MOMENT = 3.0


class Made:
    """Clustered vectors, a block at a time: a centre and noise that was drawn once, so that making them is cheap."""

    def __init__(self, num_rows: int) -> None:
        dice = np.random.default_rng(1)
        self.num_rows = num_rows
        self.centres = dice.standard_normal((max(64, num_rows // 200), DIMENSION), dtype=np.float32)
        self.noise = dice.standard_normal(4 * BLOCK * DIMENSION // 3 + 7_919, dtype=np.float32)

    def block(self, start: int) -> np.ndarray:
        """Return the vectors (B, D) float16 of the rows from `start` on, each of length 1."""
        count = min(BLOCK, self.num_rows - start)
        dice = np.random.default_rng((7, start))
        near = self.centres[dice.integers(0, len(self.centres), count)]
        shifts = dice.integers(0, len(self.noise) - DIMENSION, count)
        vectors = near + 0.9 * self.noise[shifts[:, None] + np.arange(DIMENSION)]
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)

    def queries(self) -> np.ndarray:
        dice = np.random.default_rng(5)
        near = self.centres[dice.integers(0, len(self.centres), NUM_QUERIES)]
        asked = near + 1.1 * dice.standard_normal((NUM_QUERIES, DIMENSION)).astype(np.float32)
        return asked / np.linalg.norm(asked, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, help="a multiple of a million")
    parser.add_argument("--folder", type=Path, required=True, help="parts that an earlier run wrote there are kept")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--queries", type=int, default=NUM_QUERIES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--build-seconds", type=float, default=1e9, help="write parts for about so long, then stop")
    options = parser.parse_args()
    made, began = Made(options.size), time.monotonic()
    options.folder.mkdir(parents=True, exist_ok=True)
    folders = [options.folder / f"part-{number:03d}" for number in range(options.size // PART)]
    for number, folder in enumerate(folders):
        if told_of(folder).exists():
            continue
        if time.monotonic() - began >= options.build_seconds:
            break  # the others are measured, or written by a later run
        shutil.rmtree(folder, ignore_errors=True)
        build(made, number * PART, folder)
        print(f"{folder.name} written, {time.monotonic() - began:.0f} s", flush=True)
    report: dict[str, Any] = about(options) | measure(made, [one for one in folders if told_of(one).exists()])
    print(json.dumps(report, indent=1))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


def told_of(folder: Path) -> Path:
    return folder.with_suffix(".json")


def build(made: Made, first: int, folder: Path) -> None:
    """Write a part, and beside it its true neighbours for every filter and what the writing took."""
    queries, spent = made.queries(), 0.0
    best = {share: (np.zeros((NUM_QUERIES, 0)), np.zeros((NUM_QUERIES, 0), np.int64)) for share in SHARES}
    writer = PartWriter(folder, PART, centre_of(made.block(first)))
    for start in range(first, first + PART, BLOCK):
        vectors = made.block(start)
        rows = table(start, vectors)
        began = time.process_time()
        writer.add(rows)
        spent += time.process_time() - began
        cosines = queries @ vectors.astype(np.float32).T
        for share in SHARES:
            best[share] = _better(best[share], cosines, start, passing_of(start, len(vectors), share))
    began = time.process_time()
    writer.finish(range(first // MOMENTS_A_VIDEO, (first + PART) // MOMENTS_A_VIDEO))
    depth, tested = self_test(open_part(folder).codes)
    spent += time.process_time() - began
    truth = {str(share): [cosines.tolist(), places.tolist()] for share, (cosines, places) in best.items()}
    told = {"truth": truth, "build_cpu_seconds": spent, "depth": depth, "recall_at_10": tested}
    told_of(folder).write_text(json.dumps(told))


def table(start: int, vectors: np.ndarray) -> pa.Table:
    """Return rows of videos of a thousand moments each."""
    at = np.arange(start, start + len(vectors))
    columns = {"stamp": at // MOMENTS_A_VIDEO, "start_seconds": at % MOMENTS_A_VIDEO * SECONDS_A_MOMENT}
    return pa.table(columns | {"vector": vector_column(vectors)})


def passing_of(start: int, count: int, share: float) -> np.ndarray:
    return np.isin(np.arange(start, start + count) // MOMENTS_A_VIDEO % 100, np.arange(round(100 * share)))


def _better(
    known: tuple[np.ndarray, np.ndarray], cosines: np.ndarray, start: int, passing: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best cosines and their places (Q, 10) of those known and those passing of a block (Q, B)."""
    allowed = np.flatnonzero(passing)
    if not len(allowed):
        return known
    block = cosines if len(allowed) == len(passing) else cosines[:, allowed]
    rows = np.argpartition(-block, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    values = np.concatenate([known[0], np.take_along_axis(block, rows, axis=1)], axis=1)
    places = np.concatenate([known[1], allowed[rows] + start], axis=1)
    order = np.argsort(-values, axis=1)[:, :NEIGHBOURS]
    return np.take_along_axis(values, order, axis=1), np.take_along_axis(places, order, axis=1)


def measure(made: Made, folders: list[Path]) -> dict[str, Any]:
    told = [json.loads(told_of(folder).read_text()) for folder in folders]
    depth = max(one["depth"] for one in told)
    parts, queries = [open_part(folder) for folder in folders], made.queries()
    num_rows = PART * len(parts)
    size, hours = sum(map(size_of, folders)), num_rows * SECONDS_A_MOMENT / 3600
    report: dict[str, Any] = {
        "num_rows": num_rows, "num_parts": len(parts), "dimension": DIMENSION,
        "build_cpu_seconds": sum(one["build_cpu_seconds"] for one in told), "disk_bytes": size,
        "bytes_an_hour_of_video": size / hours, "bytes_of_bits": sum(part.codes.signs.nbytes for part in parts),
        "self_test": {"depth": depth, "recall_at_10": min(one["recall_at_10"] for one in told)},
        "cold_first_question_ms": _cold(parts, folders, queries[0], depth), "by_share_permitted": {},
    }  # fmt: skip
    for share in SHARES:
        permitted = [n for n in range(num_rows // MOMENTS_A_VIDEO) if n % 100 < round(100 * share)]
        passing = [part.passing(permitted) for part in parts]
        found, took = _asked(parts, queries, passing, depth)
        truth = _joined([one["truth"][str(share)] for one in told])
        report["by_share_permitted"][str(share)] = took | {"recall_at_10": recall(truth, found)}
    report["peak_rss_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return report


def nearest(parts: list[Part], query: np.ndarray, passing: list[np.ndarray | None], depth: int) -> set[int]:
    """Return the numbers of the nearest rows of all parts: what `Board.nearest` does, with rows read at the end."""
    places, cosines = [], []
    for number, part in enumerate(parts):
        found, scores = part.codes.nearest(query, passing[number], limit=NEIGHBOURS, depth=depth)
        places.append(found + number * PART)
        cosines.append(scores)
        part.rows.take(found)
    order = np.argsort(-np.concatenate(cosines))[:NEIGHBOURS]
    return set(np.concatenate(places)[order].tolist())


def _cold(parts: list[Part], folders: list[Path], query: np.ndarray, depth: int) -> float:
    """Return the time of a question whose files were let go from the system's memory."""
    os.sync()
    for path in (path for folder in folders for path in folder.iterdir()):
        file = os.open(path, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
    began = time.perf_counter()
    nearest(parts, query, [None] * len(parts), depth)
    return (time.perf_counter() - began) * 1e3


def _asked(
    parts: list[Part], queries: np.ndarray, passing: list[np.ndarray | None], depth: int
) -> tuple[list[set[int]], dict[str, float]]:
    return timed(lambda at: nearest(parts, queries[at], passing, depth), len(queries))


def _joined(told: list[list[Any]]) -> list[set[int]]:
    """Return the true neighbours in all parts of each query."""
    cosines = np.concatenate([np.array(one[0]) for one in told], axis=1)
    places = np.concatenate([np.array(one[1]) for one in told], axis=1)
    order = np.argsort(-cosines, axis=1)[:, :NEIGHBOURS]
    return [set(row) for row in np.take_along_axis(places, order, axis=1).tolist()]


if __name__ == "__main__":
    main()
