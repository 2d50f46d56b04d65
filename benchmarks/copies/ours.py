"""Kinora's own copy search over files, without a library's rows: what `kinora copies` does, by the same functions."""

from __future__ import annotations

import time
from pathlib import Path

from kinora.index.landmarks import LandmarkIndex
from kinora.media.facts import MediaFile
from kinora.media.read_facts import FactLimits, read_facts
from kinora.moments.copy_film import film_prints
from kinora.moments.copy_prints import Prints
from kinora.search.copies import CopyMatch, CopyShelves, find_copies

LIMITS = FactLimits(10**9, 10**6, 100)


def facts_of(path: Path) -> MediaFile:
    return read_facts(path, LIMITS)


def has_picture(facts: MediaFile) -> bool:
    return facts.video is not None


class Shelf:
    """The films that may be found, by name."""

    def __init__(self, folder: Path) -> None:
        self._pictures, self._sound = LandmarkIndex(folder / "pictures"), LandmarkIndex(folder / "sound")
        self._prints: dict[str, Prints] = {}
        self.seconds_searching = 0.0

    def add(self, name: str, prints: Prints) -> None:
        self._prints[name] = prints
        for index, marks in ((self._pictures, prints.pictures), (self._sound, prints.sound)):
            index.add(name, "1", marks["code"], marks["seconds"], prints.duration_seconds)

    def find(self, prints: Prints, *, without: str = "", least_score: float = 0.0) -> list[CopyMatch]:
        began = time.process_time()
        shelves = CopyShelves(self._pictures, self._sound, self._prints.get)
        found = find_copies(prints, shelves, lambda name, token: name != without, least_score=least_score)
        self.seconds_searching += time.process_time() - began
        return found


def prints_of(path: Path, *, every_seconds: float | None = None) -> Prints:
    return film_prints(path, facts_of(path), every_seconds=every_seconds)
