"""How well does a search answer questions? Kinora, its signals alone, BM25 and MiniLM, on any folder: see README.md.

python benchmarks/search_quality/evaluate.py FOLDER [--queries FILE] [--json FILE] [--table FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from corpus import Corpus, read_corpus
from encoders import Encoder
from metrics import Answer, Scores, scores_of
from peers import by_bm25, by_cosine, units_of
from systems import ABLATIONS, Asking, build, only

WINDOWS = (0.0, 15.0, 30.0, 60.0)
COSINE_WINDOWS = (0.0, 30.0)  # each window is a sentence to embed: slow
COLUMNS = {
    "video_first": "video@1", "first": "R@1", "first_five": "R@5", "first_iou_3": "R@1@0.3", "first_iou_5": "R@1@0.5",
    "mean_iou": "mIoU", "ndcg_10": "nDCG@10", "mean_reciprocal_rank": "MRR", "missed": "missed",
    "false_alarms": "false alarms",
}  # fmt: skip


def kinora_runs(corpus: Corpus, encoder: Encoder, folder: Path) -> dict[str, tuple[list[list[Answer]], float]]:
    """Return the answers of each way to search, with the milliseconds a question."""
    if corpus.videos:
        from videos import ingested

        asking = Asking(*ingested(corpus, folder))
    else:
        asking = build(corpus, folder, encoder)
    queries = [question.query for question in corpus.questions]
    for query in queries[:3]:
        asking.answers(query)  # the first questions load what the others find in memory
    runs = {}
    for name, signals in ABLATIONS.items():
        with only(signals):
            started = time.perf_counter()
            answers = [asking.answers(query) for query in queries]
        runs[f"Kinora, {name}"] = answers, (time.perf_counter() - started) * 1e3 / max(1, len(queries))
    return runs


def peer_runs(corpus: Corpus, encoder: Encoder, *, has_cosine: bool = True) -> dict[str, list[list[Answer]]]:
    """Return the answers of BM25 and of the cosine, over cues and over windows of some lengths."""
    queries = [question.query for question in corpus.questions]
    runs = {}
    for seconds in WINDOWS if corpus.transcripts else ():
        units = units_of(corpus, seconds)
        what = f"windows of {seconds:.0f} s" if seconds else "cues"
        runs[f"BM25, {what}"] = by_bm25(units, queries)
        if seconds in COSINE_WINDOWS and has_cosine:
            runs[f"MiniLM cosine, {what}"] = by_cosine(units, queries, encoder)
    return runs


def table_of(rows: dict[str, Scores]) -> str:
    """Return the measures as a table."""
    lines = ["| search | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, scores in rows.items():
        values = [getattr(scores, column) for column in COLUMNS]
        lines.append(f"| {name} | " + " | ".join("–" if v is None else f"{v:.3f}" for v in values) + " |")
    return "\n".join(lines)


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--table", type=Path)
    parser.add_argument("--no-cosine", action="store_true", help="leave out MiniLM, which embeds every cue and window")
    parser.add_argument("--vectors", type=Path, help="keep sentence vectors in this file between runs")
    options = parser.parse_args(given)
    corpus, encoder = read_corpus(options.folder, options.queries), Encoder(options.vectors)
    with tempfile.TemporaryDirectory() as scratch:
        runs = kinora_runs(corpus, encoder, Path(scratch))
        peers = peer_runs(corpus, encoder, has_cosine=not options.no_cosine)
        encoder.keep()
    rows = {name: scores_of(corpus.questions, answers) for name, answers in peers.items()}
    rows |= {name: scores_of(corpus.questions, answers) for name, (answers, _) in runs.items()}
    table = table_of(rows)
    print(f"{corpus.name}: {len(corpus.questions)} questions, {len(corpus.transcripts)} transcripts\n\n{table}")
    if options.table:
        options.table.write_text(table + "\n", encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(_report(corpus, rows, runs), indent=1) + "\n", encoding="utf-8")


def _report(corpus: Corpus, rows: dict[str, Scores], runs: dict[str, tuple[list[list[Answer]], float]]) -> dict:
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent).stdout
    return {
        "folder": corpus.name, "num_questions": len(corpus.questions), "num_transcripts": len(corpus.transcripts),
        "num_videos": len(corpus.videos), "systems": {name: asdict(scores) for name, scores in rows.items()},
        "milliseconds_a_question": {name: round(ms, 2) for name, (_, ms) in runs.items()},
        "commit": commit.strip(), "machine": platform.processor() or platform.machine(),
    }  # fmt: skip


if __name__ == "__main__":
    main()
