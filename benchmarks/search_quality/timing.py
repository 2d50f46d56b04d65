"""What do passages cost? A whole search for a question with and without them, in the library of `benchmarks/search`.

python benchmarks/search_quality/timing.py 10k [--queries 200] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "search"))
from data import SIZES, Data, make_queries
from run import GivenVectors, build_kinora

from kinora.index.index import Index
from kinora.search import evaluation
from kinora.search.query import parse_query
from kinora.search.searcher import Scope, Searcher

ASKING = "how "


class Given(GivenVectors):
    """The vector of a question is that of its words."""

    def embed_sentences(self, sentences: list[str]) -> np.ndarray:
        return super().embed_sentences([sentence.removeprefix(ASKING) for sentence in sentences])


def timed(searcher: Searcher, queries: list[str]) -> dict[str, float]:
    """Return wall and processor milliseconds a search, after ten to warm up."""
    scope = Scope(None, False, lambda ids: dict.fromkeys(ids, 1))
    took: list[float] = []
    for number, query in enumerate([*queries[:10], *queries]):
        if number == 10:
            used = time.process_time()
        started = time.perf_counter()
        searcher.find(parse_query(query), scope, limit=20)
        took.append((time.perf_counter() - started) * 1e3)
    used = (time.process_time() - used) * 1e3 / len(queries)
    p50, p95 = np.percentile(took[10:], [50, 95])
    return {"p50_ms": round(p50, 1), "p95_ms": round(p95, 1), "processor_ms": round(used, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    data = Data(SIZES[options.size])
    asked = make_queries(data, options.queries)
    questions = [ASKING + text for text in asked.texts if len(text.split()) > 1]
    with tempfile.TemporaryDirectory() as folder:
        build_kinora(data, Path(folder, "index"))
        searcher = Searcher(Index.open(Path(folder, "index"), read_only=True), Given(asked))
        report = {"words": timed(searcher, asked.texts), "questions": timed(searcher, questions)}
        with patch.object(evaluation, "wants_passage", lambda *_: False):
            report["questions without passages"] = timed(searcher, questions)
    print(json.dumps(report, indent=1))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
