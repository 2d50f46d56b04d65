"""Copies found among many hours of made-up film: recall, time, bytes at each size; beside the keys alone and all pairs.

    python benchmarks/copies/scale.py --media FOLDER --work FOLDER --pictures FOLDER [--hours 100 1000] [--json FILE]

Asked for are the edited clips of `run.py`'s split `report` (run it first: their fingerprints are taken from WORK). The
films that they were cut from lie among made-up ones (`made_films.py`). Indexes are left in WORK; one that is there is
used again. 10,000 hours take 23 GB there, and twice that while they are made.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import made_films
import make_edits
import numpy as np
import ours
import run

from kinora.index.landmark_part import PAD_TICKS, TICKS_A_SECOND, Asked, Film
from kinora.index.landmarks import Candidate, LandmarkIndex
from kinora.moments.copy_prints import Prints
from kinora.search import copies
from kinora.search.copies import LEAST_SCORE, CopyMatch, CopyShelves, find_copies

KINDS = ("pictures", "sound")
HOURS_A_PART = 1000.0
HALVINGS, SHARES = (0, 5), (0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
BRUTE_HOURS, BRUTE_EVERY = 10.0, 10


@dataclass(frozen=True, eq=False)
class Given:
    """What is asked for and what lies among the made-up films."""

    made: list[make_edits.Copy]
    queries: dict[str, Prints]
    films: dict[str, Prints]
    pool: made_films.Pool
    hard: made_films.Hard

    def prints_of(self, name: str) -> Any:
        if not name.startswith("made"):
            return self.films[name]
        return MadePrints(self, int(name[4:]))


class MadePrints:
    """The prints of a made-up film, made when they are looked at."""

    duration_seconds = float(made_films.FILM_SECONDS)

    def __init__(self, given: Given, number: int) -> None:
        self._given, self._number = given, number

    @cached_property
    def pictures(self) -> np.ndarray:
        with Making():
            pool = self._given.pool
            return made_films.made_pictures(pool, self._given.hard, self._number).marks(pool.pictures)

    @cached_property
    def sound(self) -> np.ndarray:
        with Making():
            pool = self._given.pool
            return made_films.made_sound(pool, self._given.hard, self._number).marks(pool.sound)


class Making:
    """Counts the time for which made-up films are made, which is not the search's."""

    cpu, wall = 0.0, 0.0

    def __enter__(self) -> None:
        self._began = time.process_time(), time.perf_counter()

    def __exit__(self, *_: object) -> None:
        Making.cpu += time.process_time() - self._began[0]
        Making.wall += time.perf_counter() - self._began[1]


def prepared(options: argparse.Namespace) -> tuple[Given, dict[str, Any]]:
    facts = run._facts(options.media)
    made = make_edits.make(options.media, "report", options.work / "report", facts, copies=2)
    kept = options.work / "prints-report"
    films, queries = {}, {}
    for name in sorted({name for kind in ("clips", "sounds") for name in make_edits.SPLITS["report"][kind]}):
        films[name] = pickle.loads((kept / f"{name.replace('/', '_')}.own").read_bytes())
    for copy in made:
        queries[copy.name] = pickle.loads((kept / f"{copy.name}.own").read_bytes())
    known = {name for split in make_edits.SPLITS.values() for kind in split.values() for name in kind}
    others = sorted(path for ending in ("mp3", "mp4", "mkv", "webm") for path in options.media.rglob(f"*.{ending}"))
    sounds = [path for path in others if ours.facts_of(path).audio and _is_foreign(path, options.media, known)]
    pool = made_films.load_or_make_pool(options.work / "pool.npz", options.pictures, sounds)
    hard, met = fitted(films, pool)
    return Given(made, queries, films, pool, hard), {"meetings": met, "stays": float(hard.stays.mean())}


def _is_foreign(path: Path, media: Path, known: set[str]) -> bool:
    """Return whether a clip is none of the benchmark's: not the same in another format either."""
    stems = {Path(name).with_suffix("").as_posix() for name in known}
    return path.relative_to(media).with_suffix("").as_posix() not in stems


def fitted(films: dict[str, Prints], pool: made_films.Pool) -> tuple[made_films.Hard, dict[str, Any]]:
    """Return what makes made-up films meet the real ones as often as real films each other, and how often they do."""
    near, told = {}, {}
    hard = made_films.Hard({}, {}, {}, made_films.staying(list(films.values())))
    for kind in KINDS:
        codes = [getattr(one, kind)["code"] for one in films.values() if len(getattr(one, kind)) > 50]
        dice = np.random.default_rng(5)
        pairs = [made_films.meeting(a, b, dice) for at, a in enumerate(codes) for b in codes[:at]]
        real = {name: round(float(np.mean([pair[name] for pair in pairs])), 3) for name in pairs[0]}
        near[kind] = np.concatenate(codes)
        make = made_films.made_pictures if kind == "pictures" else made_films.made_sound
        best = None
        for halvings in HALVINGS:
            for share in SHARES:
                tried = replace(hard, near=near, shares={kind: share}, halvings={kind: halvings})
                met = made_films.meeting(near[kind], make(pool, tried, 0).codes, dice)
                apart = sum(abs(np.log(max(met[name], 1e-3) / real[name])) for name in real)
                if best is None or apart < best[0]:
                    best = (apart, halvings, share, met)
        assert best is not None
        hard.halvings[kind], hard.shares[kind] = best[1:3]
        told[kind] = {"real": real, "made": best[3], "halvings": best[1], "share_near_real": best[2]}
    hard.near.update(near)
    return hard, told


def built(folder: Path, given: Given, hours: float) -> float:
    """Write an index of the real films and so many made-up hours, if it is not there; return the CPU seconds."""
    if (folder / "built.json").exists():
        seconds: float = json.loads((folder / "built.json").read_text())
        return seconds
    shutil.rmtree(folder, ignore_errors=True)
    began = time.process_time()
    for name, prints in given.films.items():
        for kind in KINDS:
            marks = getattr(prints, kind)
            LandmarkIndex(folder / kind).add(name, "t", marks["code"], marks["seconds"], prints.duration_seconds)
    wanted, each = (round(some * 3600 / made_films.FILM_SECONDS) for some in (hours, HOURS_A_PART))
    for first in range(0, wanted, each):
        for kind in KINDS:
            add_made(LandmarkIndex(folder / kind), given, kind, range(first, min(wanted, first + each)))
    seconds = round(time.process_time() - began, 1)
    (folder / "built.json").write_text(json.dumps(seconds))
    return seconds


def add_made(index: LandmarkIndex, given: Given, kind: str, numbers: range) -> None:
    """Add made-up films as one part; how parts join is the index's own rule."""
    make = made_films.made_pictures if kind == "pictures" else made_films.made_sound
    span = made_films.FILM_SECONDS * TICKS_A_SECOND + 1
    films, codes, ticks = [], [], []
    for number in numbers:
        made = make(given.pool, given.hard, number)
        films.append(Film(f"made{number}", "t", len(films) * (span + PAD_TICKS), span))
        codes.append(made.codes)
        ticks.append((made.seconds * TICKS_A_SECOND).astype(np.uint32) + np.uint32(films[-1].first_tick))
    index._take_in([index._written(films, np.concatenate(codes), np.concatenate(ticks))], replaced=())
    index._join_where_many()


class AllPairs:
    """Every landmark against every other: exact, and the slower the more there are."""

    def __init__(self, films: dict[str, np.ndarray]) -> None:
        self._films = films

    def candidates(self, asked: Asked, *, most: int, is_wanted: Callable[[str, str], bool]) -> list[Candidate]:
        found = []
        for name, marks in self._films.items():
            votes: dict[int, set[int]] = {}
            for first in range(0, len(asked.codes), 256):
                block = slice(first, first + 256)
                rows, columns = np.nonzero(np.bitwise_count(asked.codes[block, None] ^ marks["code"]) <= 8)
                bins = np.floor((marks["seconds"][columns] - asked.seconds[block][rows]) / 2).astype(int)
                for bin_, group in zip(bins.tolist(), asked.groups[block][rows].tolist(), strict=True):
                    votes.setdefault(bin_, set()).add(group)
            found += [Candidate(name, 2.0 * bin_ + 1, len(groups)) for bin_, groups in votes.items() if len(groups) > 4]
        return sorted(found, key=lambda one: -one.num_votes)[:most]


def measure(given: Given, pictures: Any, sound: Any, *, every: int = 1) -> dict[str, Any]:
    """Ask for every copy and distractor; made-up films are made when one is a candidate, which is not counted."""
    shelves = CopyShelves(pictures, sound, lru_cache(maxsize=300)(given.prints_of))
    made = given.made[::every]
    answers: list[run.Answer] = []
    Making.cpu, Making.wall = 0.0, 0.0
    began, clock = time.process_time(), time.perf_counter()
    for copy in made:
        answers += [_answer(copy, match) for match in find_copies(
            given.queries[copy.name], shelves, lambda *_: True, least_score=0.0)]  # fmt: skip
    cpu, wall = time.process_time() - began - Making.cpu, time.perf_counter() - clock - Making.wall
    minutes = sum(given.queries[copy.name].duration_seconds for copy in made) / 60
    told = run._measured(answers, made)
    truth = {copy.name: copy.source for copy in made}
    true = [copy for copy in made if copy.source]
    found = {query for score, query, film, _ in answers if truth[query] == film and score >= LEAST_SCORE}
    return {
        "num_queries": len(made), "recall_told": round(len(found) / len(true), 4), "micro_ap": told["micro_ap"],
        "recall_before_first_false": told["recall_before_first_false"],
        "num_false_told": sum(truth[query] != film for score, query, film, _ in answers if score >= LEAST_SCORE),
        "num_false_told_made_up": sum(film[:4] == "made" for score, _, film, _ in answers if score >= LEAST_SCORE),
        "missed": sorted(f"{copy.edit}-{copy.strength}" for copy in true if copy.name not in found),
        "cpu_seconds_a_minute": round(cpu / minutes, 3), "wall_seconds_a_minute": round(wall / minutes, 3),
    }  # fmt: skip


def whole_films(given: Given, folder: Path, media: Path, kept: Path) -> dict[str, Any]:
    """Ask for the real films themselves, as for any file; return the processor seconds a minute."""
    queries = {name: run._kept(kept / f"{name.replace('/', '_')}.asked", lambda n=name: ours.prints_of(media / n))
               for name in given.films}  # fmt: skip
    shelves = CopyShelves(*opened(folder), lru_cache(maxsize=300)(given.prints_of))
    Making.cpu, began = 0.0, time.process_time()
    first = {name: find_copies(prints, shelves, lambda *_: True)[:1] for name, prints in queries.items()}
    cpu = time.process_time() - began - Making.cpu
    minutes = sum(prints.duration_seconds for prints in queries.values()) / 60
    right = sum(bool(found) and found[0].video_id == name for name, found in first.items())
    return {"num": len(first), "first_is_itself": right, "cpu_seconds_a_minute": round(cpu / minutes, 3)}


def _answer(copy: make_edits.Copy, match: CopyMatch) -> run.Answer:
    return match.score, copy.name, match.video_id, (match.stretches[0].start_seconds, match.stretches[0].end_seconds)


def cold(given: Given, folder: Path) -> float:
    """Return the wall seconds a minute of query of the first queries after the index left the machine's memory."""
    for path in folder.rglob("*.npy"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    chosen = Given(given.made[:: len(given.made) // 6], *list(vars(given).values())[1:])
    wall: float = measure(chosen, *opened(folder))["wall_seconds_a_minute"]
    return wall


def opened(folder: Path) -> tuple[LandmarkIndex, LandmarkIndex]:
    return LandmarkIndex(folder / "pictures"), LandmarkIndex(folder / "sound")


@contextmanager
def keys_alone(folder: Path) -> Iterator[tuple[LandmarkIndex, LandmarkIndex]]:
    """Yield the same index read as version 1 was: by the key alone, every landmark a voter of its own."""
    groups = copies._groups
    copies._groups = lambda marks: np.arange(len(marks))
    try:
        plain = opened(folder)
        for index in plain:
            for part in index._parts:
                part.rests = None
        yield plain
    finally:
        copies._groups = groups


def measured(given: Given, folder: Path, hours: float, *, every: int = 1) -> dict[str, Any]:
    size = sum(path.stat().st_size for path in folder.rglob("*.npy"))
    num = [sum(len(part) for part in index._parts) for index in opened(folder)]
    row: dict[str, Any] = {
        "hours": hours, "gigabytes": round(size / 1e9, 3), "megabytes_an_hour": round(size / 1e6 / hours, 3),
        "num_landmarks": dict(zip(KINDS, num, strict=True)), "num_parts": [len(one._parts) for one in opened(folder)],
        "cold_wall_seconds_a_minute": cold(given, folder), "kinora": measure(given, *opened(folder), every=every),
    }  # fmt: skip
    print(json.dumps(row), flush=True)
    return row


def with_all_pairs(given: Given, hours: float) -> dict[str, Any]:
    number = round(hours * 3600 / made_films.FILM_SECONDS)
    every = {**given.films, **{f"made{at}": given.prints_of(f"made{at}") for at in range(number)}}
    shelves = [AllPairs({name: getattr(prints, kind) for name, prints in every.items()}) for kind in KINDS]
    row = {"hours": hours, "all_pairs": measure(given, *shelves, every=BRUTE_EVERY)}
    print(json.dumps(row), flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--hours", type=float, nargs="+", default=[10.0, 100.0, 1000.0])
    parser.add_argument("--keys-alone-to", type=float, default=1000.0)
    parser.add_argument("--every", type=int, default=1, help="ask for every so manieth query")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    given, facts = prepared(options)
    print(json.dumps(facts), flush=True)
    report: dict[str, Any] = {"commit": run._commit(), **facts, "sizes": []}
    for hours in sorted(options.hours):
        folder = options.work / f"shelf-{hours:g}"
        row = {
            "cpu_seconds_making_and_building": built(folder, given, hours),
            **measured(given, folder, hours, every=options.every),
        }
        row["whole_films"] = whole_films(given, folder, options.media, options.work / "prints-report")
        if hours <= options.keys_alone_to:
            with keys_alone(folder) as plain:
                row["keys_alone"] = measure(given, *plain, every=options.every)
                print(json.dumps(row["keys_alone"]), flush=True)
        if hours <= BRUTE_HOURS:
            row["kinora_of_some"] = measure(given, *opened(folder), every=BRUTE_EVERY)
        report["sizes"].append(row)
        if options.json:
            options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    report["all_pairs_of_some"] = with_all_pairs(given, BRUTE_HOURS)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
