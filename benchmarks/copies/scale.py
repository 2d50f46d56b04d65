"""What a look for copies costs among many hours of film: a synthetic shelf of fingerprints, real ones hidden in it.

python benchmarks/copies/scale.py HOME --hours 100 1000 --work FOLDER [--json FILE]

HOME is a library whose videos have fingerprints. Made-up films take their landmarks from those, with bits turned over
until keys of two films meet as often as real ones do; the first minute of the longest real film is asked for.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kinora.errors import UnreadableMedia
from kinora.index.landmarks import KEY_BITS, TICKS_A_SECOND, Film, LandmarkIndex, keys_of, write_part
from kinora.moments.copy_prints import PRINTS_NAME, Prints, between
from kinora.search.copies import CopyShelves, find_copies

FILM_SECONDS = 1800
HOURS_A_PART = 250.0
QUERY_SECONDS = 60.0
FLIPS = (0.5, 0.25, 0.125, 0.0625, 0.03125)
KINDS = ("pictures", "sound")


def real_prints(home: Path) -> list[Prints]:
    """Return the fingerprints of a library's videos, longest first; of equal ones the first."""
    found: dict[tuple[int, int], Prints] = {}
    for folder in sorted(home.glob(f"videos/*/prints/{PRINTS_NAME}")):
        try:
            prints = Prints.load(folder)
        except UnreadableMedia:
            continue
        found.setdefault((len(prints.pictures), len(prints.sound)), prints)
    return sorted(found.values(), key=lambda one: -one.duration_seconds)


def meeting(one: np.ndarray, other: np.ndarray) -> float:
    """Return how much more often keys of two films are equal than keys drawn evenly."""
    (mine, num), (theirs, others) = (np.unique(keys, return_counts=True) for keys in (one, other))
    _, a, b = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
    return float((num[a] * others[b]).sum() / max(1, len(one) * len(other)) * (1 << KEY_BITS))


def flips_for(keys: Sequence[np.ndarray], dice: np.random.Generator) -> tuple[float, float]:
    """Return the chance of a bit to turn over at which made-up keys meet as often as real ones, and how often."""
    pairs = [meeting(keys[at], keys[before]) for at in range(len(keys)) for before in range(at)]
    wanted = float(np.mean(pairs))
    pool = np.concatenate(keys)
    met = {flip: meeting(made_up(pool, 200_000, flip, dice), made_up(pool, 200_000, flip, dice)) for flip in FLIPS}
    return min(FLIPS, key=lambda flip: abs(np.log(max(met[flip], 0.1) / max(wanted, 0.1)))), wanted


def made_up(pool: np.ndarray, number: int, flip: float, dice: np.random.Generator) -> np.ndarray:
    """Return keys of real landmarks, each bit turned over with this chance, a power of a half."""
    keys: np.ndarray = dice.choice(pool, number)
    turned = np.full(number, (1 << KEY_BITS) - 1, np.uint32)
    for _ in range(round(-np.log2(flip))):
        turned &= dice.integers(0, 1 << KEY_BITS, number, np.uint32)
    return keys ^ turned


def write_shelf(folder: Path, prints: list[Prints], kind: str, hours: float, dice: np.random.Generator) -> float:
    """Write parts of made-up films, the real film among the first; return how often keys meet."""
    keys = [keys_of(getattr(one, kind)["code"]) for one in prints if len(getattr(one, kind))]
    flip, wanted = flips_for(keys, dice)
    pool = np.concatenate(keys)
    a_second = sum(map(len, keys)) / sum(one.duration_seconds for one in prints if len(getattr(one, kind)))
    names = []
    for number in range(max(1, round(hours / HOURS_A_PART))):
        names.append(f"part-{number + 1:08d}")
        num_films = round(min(hours, HOURS_A_PART) * 3600 / FILM_SECONDS)
        films = [
            Film(f"made{number}-{at}", "t", at * (FILM_SECONDS + 60) * TICKS_A_SECOND, FILM_SECONDS * TICKS_A_SECOND)
            for at in range(num_films)
        ]
        each = round(a_second * FILM_SECONDS)
        ticks = np.repeat(np.array([film.first_tick for film in films]), each)
        ticks = (ticks + dice.integers(0, FILM_SECONDS * TICKS_A_SECOND, len(ticks))).astype(np.uint32)
        part_keys = made_up(pool, len(ticks), flip, dice)
        if number == 0:
            part_keys, ticks = with_film(films, part_keys, ticks, prints[0], kind)
        write_part(folder / names[-1], films, part_keys, ticks)
    (folder / "parts.json").write_text(json.dumps(names))
    return wanted


def with_film(
    films: list[Film], keys: np.ndarray, ticks: np.ndarray, prints: Prints, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    marks = getattr(prints, kind)
    first = films[-1].first_tick + (FILM_SECONDS + 60) * TICKS_A_SECOND
    films.append(Film("real", "t", first, int(prints.duration_seconds * TICKS_A_SECOND) + 1))
    own = first + (marks["seconds"] * TICKS_A_SECOND).astype(np.int64)
    return np.concatenate([keys, keys_of(marks["code"])]), np.concatenate([ticks, own.astype(np.uint32)])


def changed(marks: np.ndarray, dice: np.random.Generator, share: float = 0.5) -> np.ndarray:
    """Return the marks as an edited copy has them: a share is lost, one weak bit of half of the rest turns over."""
    kept = marks[dice.random(len(marks)) < share].copy()
    turned = dice.random(len(kept)) < 0.5
    kept["code"][turned] ^= np.uint64(1) << (kept["weak"][turned].astype(np.uint64) & np.uint64(31))
    return kept


def measure(prints: list[Prints], work: Path, hours: float) -> dict[str, Any]:
    dice = np.random.default_rng(3)
    shutil.rmtree(work, ignore_errors=True)
    met = {kind: write_shelf(work / kind, prints, kind, hours, dice) for kind in KINDS}
    marks = [changed(between(getattr(prints[0], kind), 0.0, QUERY_SECONDS), dice) for kind in KINDS]
    query = replace(prints[0], pictures=marks[0], sound=marks[1], duration_seconds=QUERY_SECONDS)
    shelves = CopyShelves(
        LandmarkIndex(work / "pictures"), LandmarkIndex(work / "sound"),
        lambda video_id: prints[0] if video_id == "real" else prints[1 + hash(video_id) % (len(prints) - 1)],
    )  # fmt: skip
    times = []
    for _ in range(3):
        before, clock = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        found = find_copies(query, shelves, lambda *_: True)
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        times.append((cpu, time.perf_counter() - clock))
    real = next((one for one in found if one.video_id == "real"), None)
    stretches = [[s.by, round(s.start_seconds), round(s.end_seconds)] for s in real.stretches] if real else []
    row = {
        "hours": hours, "cpu_seconds_a_minute": round(sorted(times)[1][0], 3), "cold_seconds": round(times[0][1], 3),
        "gigabytes": round(sum(path.stat().st_size for path in work.rglob("*")) / 1e9, 3),
        "keys_meet_times_even": {kind: round(value) for kind, value in met.items()},
        "found": stretches,
        "false": len(found) - (real is not None),
    }  # fmt: skip
    shutil.rmtree(work, ignore_errors=True)
    print(row, flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--hours", type=float, nargs="+", default=[100.0, 1000.0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    prints = real_prints(options.home)
    if len(prints) < 2:
        raise SystemExit(f"{options.home} holds {len(prints)} videos with fingerprints; at least two are needed")
    rows = [measure(prints, options.work / "shelf", hours) for hours in options.hours]
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
