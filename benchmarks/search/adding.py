"""How fast is a search while a thousand moments a second are added, and how soon are they found?

python benchmarks/search/adding.py [--size 100k] [--seconds 30] [--rate 1000] [--kept DIR] [--json FILE]

Another process adds the moments of `--rate` a second, one write a second, and tidies the index half-way.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import tempfile
import time
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from run import GivenVectors, about, build_kinora, write  # isort: skip
import numpy as np
from data import DIMENSION, SIZES, Data, Queries, make_queries

from kinora.index.entry import Content, IndexedVideo, Pictures
from kinora.index.index import Index
from kinora.moments.moment import Moment
from kinora.search.query import parse_query
from kinora.search.searcher import Scope, Searcher

MOMENTS_A_VIDEO = 250


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="100k")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument(
        "--kept", type=Path, help="a folder with `kinora` as benchmarks/search/run.py builds it; it is copied"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    data = Data(SIZES[options.size])
    queries = make_queries(data, options.queries)
    folder = Path(tempfile.mkdtemp(prefix="adding-"))
    try:
        if options.kept:
            shutil.copytree(options.kept / "kinora", folder / "kinora")
        else:
            build_kinora(data, folder / "kinora")
        report: dict[str, Any] = about(options) | measure(folder / "kinora", queries, options.seconds, options.rate)
        print(json.dumps(report, indent=1))
        write(report, options.json)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, queries: Queries, seconds: int, rate: int) -> dict[str, Any]:
    searcher = Searcher(Index.open(folder, read_only=True), GivenVectors(queries))
    _asked(searcher, queries, until=time.monotonic() + 3)
    before = _asked(searcher, queries, until=time.monotonic() + 8)
    context = multiprocessing.get_context("spawn")
    told: Queue[Any] = context.Queue()
    writer = context.Process(target=add, args=(folder, seconds, rate, told))
    writer.start()
    assert told.get(timeout=120) == "ready"
    during = _asked(searcher, queries, until=time.monotonic() + seconds)
    report = {"before": before, "while_adding": during, "adding": told.get(timeout=300)}
    writer.join(60)
    return report


def _asked(searcher: Searcher, queries: Queries, *, until: float) -> dict[str, float]:
    scope, took, began = Scope(None, False, lambda ids: dict.fromkeys(ids, 1)), [], time.process_time()
    while time.monotonic() < until:
        text = queries.texts[len(took) % len(queries.texts)]
        started = time.perf_counter()
        searcher.find(parse_query(text), scope)
        took.append((time.perf_counter() - started) * 1e3)
    cpu = (time.process_time() - began) * 1e3 / len(took)
    quantiles = np.percentile(took, [50, 95, 100]).tolist()
    return dict(zip(("p50_ms", "p95_ms", "max_ms"), quantiles, strict=True)) | {
        "cpu_ms": cpu,
        "num_questions": len(took),
    }


def add(folder: Path, seconds: int, rate: int, told: Queue[Any]) -> None:
    """Add moments for so many seconds, a write a second, and tell how it went."""
    index, dice = Index.open(folder), np.random.default_rng(9)
    index.replace_videos(_contents(-1, rate, dice))
    told.put("ready")
    began, writes, tidied = time.monotonic(), [], 0.0
    for second in range(seconds):
        time.sleep(max(0.0, began + second - time.monotonic()))
        started = time.monotonic()
        index.replace_videos(_contents(second, rate, dice))
        writes.append(time.monotonic() - started)
        if second == seconds // 2:
            started = time.monotonic()
            index.maintain()
            tidied = time.monotonic() - started
    spent = time.monotonic() - began
    told.put(
        {
            "num_moments": rate * seconds, "moments_a_second": rate * seconds / spent,
            "write_seconds_p50": float(np.median(writes)), "write_seconds_max": max(writes), "tidying_seconds": tidied,
        }
    )  # fmt: skip


def _contents(second: int, rate: int, dice: np.random.Generator) -> list[Content]:
    contents = []
    for number in range(max(1, rate // MOMENTS_A_VIDEO)):
        count = min(rate, MOMENTS_A_VIDEO)
        moments = [
            Moment(3.0 * n, 3.0 * n + 3.0, "said", f"added{second} in part {number} line {n}") for n in range(count)
        ]
        vectors = dice.standard_normal((count, DIMENSION)).astype(np.float16)
        entry = IndexedVideo(f"new{second:04d}x{number:02d}", 1, "added", "archive", 1, "public", 1.7e9, 3.0 * count)
        contents.append(Content(entry, moments, vectors, Pictures.none()))
    return contents


if __name__ == "__main__":
    main()
