"""Measure copy search beside its peers on edited clips: micro-AP, recall at no false match, and segment IoU.

    python benchmarks/copies/run.py --media FOLDER --work FOLDER [--copies 2] [--json FILE]

micro-AP is the area under the precision-recall curve of all answers of all queries together, by score (Douze et al.
2021, "The 2021 image similarity dataset and challenge"). A query counts one true film.
"""

from __future__ import annotations

import argparse
import json
import pickle
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import make_edits
import numpy as np
import ours
import peers

Answer = tuple[float, str, str, tuple[float, float] | None]  # score, query, film, stretch of the query


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--split", default="report", choices=list(make_edits.SPLITS))
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    facts = _facts(given.media)
    made = make_edits.make(given.media, given.split, given.work / given.split, facts, copies=given.copies)
    films = {name for kind in ("clips", "sounds") for name in make_edits.SPLITS[given.split][kind]}
    answers, times = _answers(given, made, sorted(films), facts)
    results = {name: _measured(found, made) for name, found in answers.items()}
    report = {
        "split": given.split, "num_queries": len(made), "num_true": sum(bool(one.source) for one in made),
        "num_films": len(films), "results": results, "cpu_seconds": times, "machine": platform.processor() or "x86_64",
        "num_cpus": 2, "commit": _commit(),
    }  # fmt: skip
    print(json.dumps(report, indent=1))
    if given.json:
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _facts(media: Path) -> dict[str, tuple[float, bool, bool]]:
    names = {name for split in make_edits.SPLITS.values() for kind in split.values() for name in kind}
    read = {name: ours.facts_of(media / name) for name in names}
    return {name: (one.duration_seconds, one.video is not None, bool(one.audio)) for name, one in read.items()}


def _kept(path: Path, make: Callable[[], Any]) -> Any:
    """Return what was made before, or make it: so that a run that was stopped goes on."""
    if path.exists():
        return pickle.loads(path.read_bytes())
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(made))
    return made


def _answers(
    given: argparse.Namespace, made: list[make_edits.Copy], films: list[str], facts: dict[str, tuple[float, bool, bool]]
) -> tuple[dict[str, list[Answer]], dict[str, float]]:
    kept, folder = given.work / f"prints-{given.split}", given.work / given.split
    shelf = ours.Shelf(given.work / f"index-{given.split}-{time.time_ns()}")
    theirs = {}
    for name in films:
        plain = name.replace("/", "_")
        shelf.add(name, _kept(kept / f"{plain}.own", lambda n=name: ours.prints_of(given.media / n, every_seconds=1.0)))
        theirs[name] = _kept(
            kept / f"{plain}.peers", lambda n=name: peers.peer_prints(given.media / n, has_picture=facts[n][1])
        )
    found: dict[str, list[Answer]] = {name: [] for name in ("kinora", *_PEERS)}
    spent = dict.fromkeys(found, 0.0)
    for copy in made:
        path = folder / copy.name
        own = _kept(kept / f"{copy.name}.own", lambda p=path: ours.prints_of(p))
        for match in shelf.find(own):
            spans = [(one.start_seconds, one.end_seconds) for one in match.stretches]
            found["kinora"].append((match.score, copy.name, match.video_id, spans[0]))
        other = _kept(kept / f"{copy.name}.peers", lambda p=path: peers.peer_prints(p, has_picture=True))
        for peer, ask in _PEERS.items():
            began = time.process_time()
            for film, prints in theirs.items():
                score, span = ask(other, prints)
                if score > 0:
                    found[peer].append((score, copy.name, film, span))
            spent[peer] += time.process_time() - began
    spent["kinora"] = shelf.seconds_searching
    return found, {name: round(seconds / len(made), 4) for name, seconds in spent.items()}


_PEERS: dict[str, Callable[[peers.PeerPrints, peers.PeerPrints], tuple[float, tuple[float, float] | None]]] = {
    "pdqhash (vPDQ rule)": lambda query, film: peers.by_pictures(
        query.pdq[query.pdq_quality >= peers.PDQ_QUALITY],
        film.pdq[film.pdq_quality >= peers.PDQ_QUALITY],
        peers.PDQ_BITS,
    ),
    "ImageHash": lambda query, film: peers.by_pictures(query.phash, film.phash, peers.PHASH_BITS),
    "videohash": lambda query, film: (peers.by_videohash(query.videohash, film.videohash), None),
    "chromaprint": lambda query, film: peers.by_sound(query.chromaprint, film.chromaprint),
}


def _measured(answers: list[Answer], made: list[make_edits.Copy]) -> dict[str, Any]:
    truth = {copy.name: copy for copy in made}
    num_true = sum(bool(copy.source) for copy in made)
    num_right, area, clean, ious = 0, 0.0, 0, []
    by_edit = dict.fromkeys(make_edits.EDITS, 0)
    ordered = sorted(answers, key=lambda one: -one[0])
    first_wrong = next((one[0] for one in ordered if truth[one[1]].source != one[2]), -1.0)
    for rank, (score, query, film, span) in enumerate(ordered, 1):
        copy = truth[query]
        if copy.source != film:
            continue
        num_right += 1
        area += num_right / rank
        ious.append(_iou(span, (copy.start_seconds, copy.end_seconds)))
        if score > first_wrong:
            clean += 1
            by_edit[copy.edit] += 1
    return {
        "micro_ap": round(area / num_true, 4),
        "recall_before_first_false": round(clean / num_true, 4),
        "segment_iou": round(float(np.sum(ious)) / num_true, 4),
        "found_before_first_false_by_edit": by_edit,
        "num_false": len(answers) - num_right,
        "best_false_score": round(first_wrong, 4),
    }


def _iou(one: tuple[float, float] | None, other: tuple[float, float]) -> float:
    if one is None:
        return 0.0
    inside = max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
    return inside / (max(one[1], other[1]) - min(one[0], other[0]))


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


if __name__ == "__main__":
    main()
