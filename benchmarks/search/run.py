"""How fast and how true is a search, beside SQLite FTS5, usearch and faiss on the same data?

python benchmarks/search/run.py 10k [--threads 2] [--queries 200] [--json benchmarks/search/results/10k.json]
"""

# ruff: noqa: E402  (the number of threads is set before the libraries that read it)
from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_THREADS = sys.argv[sys.argv.index("--threads") + 1] if "--threads" in sys.argv else "2"
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LANCE_CPU_THREADS", "RAYON_NUM_THREADS"):
    os.environ[_name] = _THREADS  # before numpy, faiss and Lance start their threads
os.environ["OMP_WAIT_POLICY"] = "passive"

import faiss
import numpy as np
from data import DIMENSION, SIZES, Data, Queries, make_queries
from usearch.index import Index as UsearchIndex

from kinora.errors import WeightsMissing
from kinora.index.entry import Content, IndexedVideo, Pictures
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.moments.moment import Moment
from kinora.search.query import parse_query
from kinora.search.searcher import Scope, Searcher

NEIGHBOURS = 10
TEXT_ROWS = 100
MOMENTS_A_WRITE = 20_000
PUBLIC = VideoFilter()
GRAPH_LIMIT_SECONDS = 240.0  # a graph that would take longer to build on this machine is left out, and said so


class GivenVectors:
    """Stands for the encoder: the query's vector is given, so what is timed is the search."""

    def __init__(self, queries: Queries) -> None:
        self.vectors = dict(zip(queries.texts, queries.vectors, strict=True))

    def embed_sentences(self, sentences: Sequence[str]) -> np.ndarray:
        return np.stack([self.vectors[sentence] for sentence in sentences])

    def embed_picture_text(self, text: str, by: str = "") -> Any:
        raise WeightsMissing("none here")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--folder", type=Path, help="where the indexes are built; default: a temporary folder")
    parser.add_argument("--kept", type=Path, help="build here unless an earlier run did, and leave it")
    parser.add_argument("--build-only", action="store_true", help="with --kept: build, ask nothing")
    options = parser.parse_args()
    faiss.omp_set_num_threads(options.threads)
    data = Data(SIZES[options.size])
    queries = make_queries(data, options.queries)
    folder = options.kept or Path(tempfile.mkdtemp(dir=options.folder, prefix="search-benchmark-"))
    try:
        built = build_all(data, queries, folder, options.threads)
        if options.build_only:
            return
        report: dict[str, Any] = about(options) | {"engines": {}}
        for name, found in compare(data, queries, folder, built):
            report["engines"][name] = found
            print(f"{name:28s} " + "  ".join(f"{key} {_short(value)}" for key, value in found.items()), flush=True)
            write(report, options.json)
    finally:
        if not options.kept:
            shutil.rmtree(folder, ignore_errors=True)


def write(report: dict[str, Any], path: Path | None) -> None:
    """Write what is known so far, so that a run that is cut short leaves its figures."""
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=1) + "\n")


def build_all(data: Data, queries: Queries, folder: Path, threads: int) -> dict[str, dict[str, Any]]:
    """Build every engine's index in the folder, unless it is there, and return what each building took."""
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "built.json"
    built: dict[str, dict[str, Any]] = json.loads(told.read_text()) if told.exists() else {}
    every, visible = all_vectors(data)
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "kinora": lambda: build_kinora(data, folder / "kinora"),
        "truth": lambda: build_truth(every, visible, queries, folder),
        "fts5": lambda: build_fts5(data, folder / "fts5.sqlite3"),
        "faiss": lambda: build_faiss(every, folder),
        "usearch": lambda: build_usearch(every, visible, folder, threads),
    }
    for name in [name for name in makers if name not in built]:
        built[name] = makers[name]()
        print(f"built {name}: {built[name]}", flush=True)
        told.write_text(json.dumps(built, indent=1))
    return built


def compare(
    data: Data, queries: Queries, folder: Path, built: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each engine's name and figures."""
    truth = [set(row) for row in json.loads((folder / "truth.json").read_text())]
    yield from measure_kinora(data, queries, folder / "kinora", truth, built["kinora"])
    every, visible = all_vectors(data)
    yield "numpy exact (float32 blocks)", {"recall_at_10": 1.0, **time_exact(every, queries)}
    del every
    yield "faiss ivf, fp16", measure_faiss(visible, queries, truth, folder) | built["faiss"]
    is_left_out = "left_out" in built["usearch"]
    yield "usearch hnsw, f16", built["usearch"] | ({} if is_left_out else measure_usearch(queries, truth, folder))
    yield "sqlite fts5", measure_fts5(queries, folder / "fts5.sqlite3") | built["fts5"]


def build_kinora(data: Data, folder: Path) -> dict[str, Any]:
    shutil.rmtree(folder, ignore_errors=True)
    index, started = Index.open(folder), time.perf_counter()
    contents: list[Content] = []
    for number in range(data.size.num_videos):
        contents.append(_content(data, number))
        if len(contents) * data.size.moments_a_video >= MOMENTS_A_WRITE or number == data.size.num_videos - 1:
            index.replace_videos(contents)
            contents = []
    added = time.perf_counter() - started
    done = index.maintain()
    built = time.perf_counter() - started
    return {
        "build_seconds": built, "last_maintenance_seconds": built - added, "disk_bytes": size_of(folder),
        "self_test_recall": done.recall.get("texts", 1.0),
    }  # fmt: skip


def _content(data: Data, number: int) -> Content:
    texts, vectors = data.video(number)
    moments = [Moment(3.0 * at, 3.0 * at + 3.0, "said", text) for at, text in enumerate(texts)]
    name, length = f"v{number:05d}", 3.0 * len(texts)
    entry = IndexedVideo(name, 1, f"Film {number}", "archive", 1, data.visibility(number), 1.7e9, length)
    return Content(entry, moments, vectors, Pictures.none())


def measure_kinora(
    data: Data, queries: Queries, folder: Path, truth: list[set[int]], built: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    index = Index.open(folder, read_only=True)
    per_video = data.size.moments_a_video

    def nearest(at: int) -> set[int]:
        rows = index.sentence_candidates(queries.vectors[at], PUBLIC, limit=NEIGHBOURS)
        return {int(row.video_id[1:]) * per_video + round(row.start_seconds / 3.0) for row in rows}

    found, took = timed(nearest, len(queries.texts))
    yield "kinora vectors", {"recall_at_10": recall(truth, found), **took, **built}
    _, took = timed(
        lambda at: index.text_candidates(queries.texts[at].split(), PUBLIC, limit=TEXT_ROWS), len(queries.texts)
    )
    yield "kinora words (100 rows)", took
    searcher = Searcher(index, GivenVectors(queries))
    scope = Scope(None, False, lambda ids: dict.fromkeys(ids, 1))
    _, took = timed(lambda at: searcher.find(parse_query(queries.texts[at]), scope), len(queries.texts))
    yield "kinora find (whole search)", {**took, "peak_rss_bytes": peak_rss_bytes()}
    for kind in dict.fromkeys(queries.kinds):
        places = [at for at, one in enumerate(queries.kinds) if one == kind]
        _, took = timed(lambda at, p=places: searcher.find(parse_query(queries.texts[p[at]]), scope), len(places))
        yield f"kinora find, {kind}", took


def build_fts5(data: Data, path: Path) -> dict[str, Any]:
    path.unlink(missing_ok=True)
    started = time.perf_counter()
    base = sqlite3.connect(path)
    base.execute("CREATE VIRTUAL TABLE moments USING fts5(text, visibility UNINDEXED, tokenize='porter unicode61')")
    for number in range(data.size.num_videos):
        texts, visibility = data.video(number)[0], data.visibility(number)
        base.executemany("INSERT INTO moments VALUES (?, ?)", ((text, visibility) for text in texts))
    base.commit()
    base.execute("INSERT INTO moments(moments) VALUES ('optimize')")
    base.commit()
    base.close()
    return {"build_seconds": time.perf_counter() - started, "disk_bytes": path.stat().st_size}


def measure_fts5(queries: Queries, path: Path) -> dict[str, Any]:
    base = sqlite3.connect(path)
    where = "moments MATCH ? AND visibility = 'public'"
    asked = f"SELECT rowid, text, bm25(moments) FROM moments WHERE {where} ORDER BY rank LIMIT ?"

    def ask(at: int) -> list[Any]:
        return base.execute(asked, (" OR ".join(queries.texts[at].split()), TEXT_ROWS)).fetchall()

    return timed(ask, len(queries.texts))[1]


def build_faiss(every: np.ndarray, folder: Path) -> dict[str, Any]:
    started = time.perf_counter()
    lists = max(16, int(4 * np.sqrt(len(every))) // 4)
    index = faiss.index_factory(DIMENSION, f"IVF{lists},SQfp16", faiss.METRIC_INNER_PRODUCT)
    index.train(every[:: max(1, len(every) // (lists * 60))].astype(np.float32))
    for start in range(0, len(every), 50_000):
        index.add(every[start : start + 50_000].astype(np.float32))
    built = time.perf_counter() - started
    faiss.write_index(index, str(folder / "faiss"))
    disk = (folder / "faiss").stat().st_size
    return {"build_seconds": built, "disk_bytes": disk, "lists": lists, "nprobe": max(8, lists // 16)}


def measure_faiss(visible: np.ndarray, queries: Queries, truth: list[set[int]], folder: Path) -> dict[str, Any]:
    index = faiss.read_index(str(folder / "faiss"))
    chosen = faiss.IDSelectorBatch(np.flatnonzero(visible))
    public = faiss.SearchParametersIVF(nprobe=max(8, index.nlist // 16), sel=chosen)

    def nearest(at: int) -> set[int]:
        _, places = index.search(queries.vectors[at : at + 1], NEIGHBOURS, params=public)
        return {int(place) for place in places[0]}

    found, took = timed(nearest, len(queries.texts))
    return {"recall_at_10": recall(truth, found), **took}


def build_usearch(every: np.ndarray, visible: np.ndarray, folder: Path, threads: int) -> dict[str, Any]:
    """Build over public rows only: usearch's Python has no filter."""
    keys = np.flatnonzero(visible)
    index = UsearchIndex(ndim=DIMENSION, metric="ip", dtype="f16")
    started, block = time.perf_counter(), 5_000
    for start in range(0, len(keys), block):
        part = keys[start : start + block]
        index.add(part, every[part], threads=threads)
        spent = time.perf_counter() - started
        if spent * len(keys) / (start + block) > 2 * GRAPH_LIMIT_SECONDS or spent > GRAPH_LIMIT_SECONDS:
            return {"left_out": f"{start + block:,} of {len(keys):,} vectors took {spent:.0f} s"}
    built = time.perf_counter() - started
    index.save(str(folder / "usearch"))
    return {"build_seconds": built, "disk_bytes": (folder / "usearch").stat().st_size}


def measure_usearch(queries: Queries, truth: list[set[int]], folder: Path) -> dict[str, Any]:
    index = UsearchIndex.restore(str(folder / "usearch"))
    assert index is not None

    def nearest(at: int) -> set[int]:
        return {int(key) for key in index.search(queries.vectors[at], NEIGHBOURS).keys}

    found, took = timed(nearest, len(queries.texts))
    return {"recall_at_10": recall(truth, found), **took}


def all_vectors(data: Data) -> tuple[np.ndarray, np.ndarray]:
    every = np.concatenate([data.video(number)[1] for number in range(data.size.num_videos)])
    is_public = [data.visibility(number) == "public" for number in range(data.size.num_videos)]
    return every, np.repeat(np.array(is_public), data.size.moments_a_video)


def build_truth(every: np.ndarray, visible: np.ndarray, queries: Queries, folder: Path) -> dict[str, Any]:
    """Write the true neighbours of every query."""
    cosines = np.empty((len(queries.vectors), len(every)), np.float32)
    for start in range(0, len(every), 50_000):
        block = every[start : start + 50_000].astype(np.float32)
        cosines[:, start : start + len(block)] = queries.vectors @ block.T
    cosines[:, ~visible] = -2.0
    best = np.argpartition(-cosines, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    (folder / "truth.json").write_text(json.dumps(best.tolist()))
    return {"num_queries": len(best)}


def time_exact(every: np.ndarray, queries: Queries) -> dict[str, float]:
    """Return the time of one query by numpy, the vectors held as float32."""
    whole = np.empty(every.shape, np.float32)
    for start in range(0, len(every), 50_000):
        whole[start : start + 50_000] = every[start : start + 50_000]

    def one(at: int) -> None:
        np.argpartition(-(whole @ queries.vectors[at]), NEIGHBOURS)[:NEIGHBOURS]

    return timed(one, min(20, len(queries.vectors)))[1]


def timed(ask: Callable[[int], Any], count: int) -> tuple[list[Any], dict[str, float]]:
    """Return every answer, the milliseconds at the median and the 95th of a hundred, and processor time in the mean."""
    for at in range(min(10, count)):
        ask(at)
    answers, took = [], []
    began = time.process_time()
    for at in range(count):
        started = time.perf_counter()
        answers.append(ask(at))
        took.append((time.perf_counter() - started) * 1e3)
    cpu = (time.process_time() - began) * 1e3 / count
    return answers, {"p50_ms": float(np.percentile(took, 50)), "p95_ms": float(np.percentile(took, 95)), "cpu_ms": cpu}


def recall(truth: Sequence[set[int]], found: Sequence[set[int]]) -> float:
    return float(np.mean([len(want & have) / NEIGHBOURS for want, have in zip(truth, found, strict=True)]))


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def peak_rss_bytes() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def about(options: argparse.Namespace) -> dict[str, Any]:
    command = ["git", "rev-parse", "--short", "HEAD"]
    here = Path(__file__).parent
    commit = subprocess.run(command, capture_output=True, text=True, check=False, cwd=here).stdout.strip()
    return {
        "size": options.size, "num_queries": options.queries, "threads": options.threads, "commit": commit,
        "machine": f"{os.cpu_count()} x {processor()}", "load_before": os.getloadavg(),
        "python": platform.python_version(),
        "versions": {name: installed(name) for name in ("lancedb", "pylance", "numpy", "faiss-cpu", "usearch")},
        "sqlite": sqlite3.sqlite_version,
    }  # fmt: skip


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _short(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()
