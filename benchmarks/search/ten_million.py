"""Ten million vectors as parts on disk: how long a question takes, how true it is, with filters, warm and cold.

python benchmarks/search/ten_million.py 10000000 --folder DIR [--json benchmarks/search/results/10M_vectors.json]

Vectors only: the parts are written by the index's own writer, without LanceDB behind them and without words.
"""

# ruff: noqa: E402  (the number of threads is set before the libraries that read it)
from __future__ import annotations

import argparse
import json
import os
import resource
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
from kinora.index.part import PartWriter, open_part
from kinora.index.rows import vector_column
from kinora.index.shelf import self_test

DIMENSION = 384
MOMENTS_A_VIDEO = 1_000
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
    parser.add_argument("size", type=int)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--queries", type=int, default=NUM_QUERIES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--build-only", action="store_true")
    options = parser.parse_args()
    made = Made(options.size)
    folder = options.folder / f"part-{options.size}"
    if not (folder.parent / f"truth-{options.size}.json").exists():
        build(made, folder)
    if not options.build_only:
        report: dict[str, Any] = about(options) | measure(made, folder)
        print(json.dumps(report, indent=1))
        if options.json:
            options.json.write_text(json.dumps(report, indent=1) + "\n")


def build(made: Made, folder: Path) -> None:
    """Write the part, and beside it the true neighbours for every filter and what the writing took."""
    queries, spent = made.queries().T, 0.0
    best = {share: (np.full((0, NUM_QUERIES), 0.0), np.zeros((0, NUM_QUERIES), np.int64)) for share in SHARES}
    writer = PartWriter(folder, made.num_rows, centre_of(made.block(0)))
    for start in range(0, made.num_rows, BLOCK):
        vectors = made.block(start)
        rows = table(start, vectors)
        began = time.process_time()
        writer.add(rows)
        spent += time.process_time() - began
        cosines = vectors.astype(np.float32) @ queries
        for share in SHARES:
            best[share] = _better(
                best[share], np.where(passing_of(start, len(vectors), share)[:, None], cosines, -2), start
            )
    began = time.process_time()
    writer.finish(range(1, made.num_rows // MOMENTS_A_VIDEO + 1))
    spent += time.process_time() - began
    truth = {str(share): places.T.tolist() for share, (_, places) in best.items()}
    told = {"truth": truth, "build_cpu_seconds": spent}
    (folder.parent / f"truth-{made.num_rows}.json").write_text(json.dumps(told))


def table(start: int, vectors: np.ndarray) -> pa.Table:
    """Return rows of videos of a thousand moments each."""
    at = np.arange(start, start + len(vectors))
    return pa.table(
        {"stamp": at // MOMENTS_A_VIDEO + 1, "start_seconds": at % 1_000 * 3.0, "vector": vector_column(vectors)}
    )


def passing_of(start: int, count: int, share: float) -> np.ndarray:
    return np.isin(np.arange(start, start + count) // MOMENTS_A_VIDEO % 100, np.arange(round(100 * share)))


def _better(known: tuple[np.ndarray, np.ndarray], cosines: np.ndarray, start: int) -> tuple[np.ndarray, np.ndarray]:
    rows = np.argpartition(-cosines, NEIGHBOURS, axis=0)[:NEIGHBOURS]
    values = np.concatenate([known[0], np.take_along_axis(cosines, rows, axis=0)])
    places = np.concatenate([known[1], rows + start])
    order = np.argsort(-values, axis=0)[:NEIGHBOURS]
    return np.take_along_axis(values, order, axis=0), np.take_along_axis(places, order, axis=0)


def measure(made: Made, folder: Path) -> dict[str, Any]:
    told = json.loads((folder.parent / f"truth-{made.num_rows}.json").read_text())
    part, queries = open_part(folder), made.queries()
    os.sync()
    os.posix_fadvise(os.open(folder / "signs.npy", os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED)
    os.posix_fadvise(os.open(folder / "levels.npy", os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED)
    began = time.perf_counter()
    part.codes.nearest(queries[0], None, limit=NEIGHBOURS)
    first = (time.perf_counter() - began) * 1e3
    depth, tested = self_test(part.codes)
    hours = made.num_rows * SECONDS_A_MOMENT / 3600
    size = size_of(folder)
    report: dict[str, Any] = {
        "num_rows": made.num_rows, "build_cpu_seconds": told["build_cpu_seconds"], "disk_bytes": size,
        "bytes_an_hour_of_video": size / hours, "bytes_of_bits": part.codes.signs.nbytes, "first_question_ms": first,
        "self_test": {"depth": depth, "recall_at_10": tested}, "by_share_permitted": {},
    }  # fmt: skip
    for share in SHARES:
        stamps = [n + 1 for n in range(made.num_rows // MOMENTS_A_VIDEO) if n % 100 < round(100 * share)]
        passing = part.passing(stamps)
        found, took = _asked(part, queries, passing, depth)
        report["by_share_permitted"][str(share)] = took | {
            "recall_at_10": recall(_sets(told["truth"][str(share)]), found)
        }
    report["peak_rss_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return report


def _asked(part: Any, queries: np.ndarray, passing: Any, depth: int) -> tuple[list[set[int]], dict[str, float]]:
    began = time.process_time()
    answers, took = timed(
        lambda at: part.codes.nearest(queries[at], passing, limit=NEIGHBOURS, depth=depth)[0].tolist(), len(queries)
    )
    cpu = (time.process_time() - began) * 1e3 / (len(queries) + 10)
    return [set(answer) for answer in answers], took | {"cpu_ms": cpu}


def _sets(rows: list[list[int]]) -> list[set[int]]:
    return [set(row) for row in rows]


if __name__ == "__main__":
    main()
