"""Landmarks of many films on disk, looked up by a part of their code: which films share landmarks at one offset.

A film added is a small part of its own (`landmark_part.py`); parts of a size are joined when there are many. Nothing is
changed in place: a film that is gone, or whose token is not the current one, is passed over when asked, and left out
when parts are joined. Parts of version 1 answer, if less well, until `renew` has written them again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinora.errors import IndexDamaged
from kinora.index.landmark_part import PAD_TICKS, TICKS_A_SECOND, Asked, Film, Part, Ticks, join_parts, write_part

VERSION = 2  # of the parts; 1 had no bits beside the key
_BIN_TICKS = 8
_PARTS_OF_A_SIZE = 3
_LEAST_VOTES = 5
_RENEWED_AT_ONCE = 1 << 24  # landmarks

Codes = NDArray[np.uint64]
CodesOf = Callable[[str, str], "tuple[Codes, NDArray[Any]] | None"]


@dataclass(frozen=True)
class Candidate:
    """A film that shares landmarks with what was asked, `offset_seconds` later there (rough: within 2 seconds)."""

    video_id: str
    offset_seconds: float
    num_votes: int


class LandmarkIndex:
    """The landmarks of one kind (pictures or sound) in a folder. One writer at a time; readers open it anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = [Part.open(folder / name) for name in _part_names(folder)]

    def tokens(self) -> dict[str, str]:
        """Return the token of every film here; of one that came twice, the last."""
        return {film.video_id: film.token for part in self._parts for film in part.films}

    def add(self, video_id: str, token: str, codes: Codes, seconds: NDArray[Any], duration: float) -> None:
        """Add a film's landmarks, `codes` and `seconds` (N,); twice the same is harmless."""
        num_ticks = int(max(duration, float(seconds.max()) if len(seconds) else 0.0) * TICKS_A_SECOND) + 1
        film = Film(video_id, token, 0, num_ticks)
        self._take_in([self._written([film], codes, _ticks_of(seconds, film))], replaced=())
        self._join_where_many()

    def keep(self, current: Mapping[str, str]) -> None:
        """Leave out films that are not in `current` (id to token), and what a writer that was killed left behind."""
        named = {"parts.json", *(part.folder.name for part in self._parts)}
        for path in self._folder.glob("part*"):
            if path.name not in named:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        if any(current.get(film.video_id) != film.token for part in self._parts for film in part.films):
            self._join([part for part in self._parts if part.rests is not None], current)

    def renew(self, codes_of: CodesOf) -> bool:
        """Write one part of version 1 again; return whether there was one. The old one answers until it is done.

        `codes_of` gives a film's codes and seconds, (N,) each, by its identifier and token; of None it is left out.
        """
        old = next((part for part in self._parts if part.rests is None), None)
        if old is None:
            return False
        written = [self._written(*rows, number=at) for at, rows in enumerate(_gathered(old.films, codes_of))]
        self._take_in(written, replaced=[old])
        return True

    def candidates(self, asked: Asked, *, most: int, is_wanted: Callable[[str, str], bool]) -> list[Candidate]:
        """Return the films that share most landmarks with a stretch at one offset, most shared first."""
        found: list[Candidate] = []
        for part in self._parts:
            for film, offset, votes in _votes(part, asked, most=most):
                if is_wanted(film.video_id, film.token):
                    found.append(Candidate(film.video_id, offset, votes))
        return sorted(found, key=lambda one: -one.num_votes)[:most]

    def _join_where_many(self) -> None:
        current = self.tokens()
        while True:
            sizes: dict[int, list[Part]] = {}
            for part in self._parts:
                if part.rests is not None:
                    sizes.setdefault(len(part).bit_length() // 3, []).append(part)
            full = [parts for parts in sizes.values() if len(parts) > _PARTS_OF_A_SIZE]
            if not full:
                return
            self._join(full[0], current)

    def _join(self, parts: Sequence[Part], current: Mapping[str, str]) -> None:
        if parts:
            target = self._next_folder()
            join_parts(target, parts, current)
            self._take_in([target], replaced=parts)

    def _written(self, films: Sequence[Film], codes: Codes, ticks: Ticks, *, number: int = 0) -> Path:
        target = self._next_folder(number)
        write_part(target, films, codes, ticks)
        return target

    def _next_folder(self, number: int = 0) -> Path:
        last = max((int(part.folder.name[5:]) for part in self._parts), default=0)
        return self._folder / f"part-{last + 1 + number:08d}"

    def _take_in(self, new: Sequence[Path], *, replaced: Sequence[Part]) -> None:
        gone = [part.folder.name for part in replaced]
        kept = [part for part in self._parts if part.folder.name not in gone]
        _write_names(self._folder, [*(part.folder.name for part in kept), *(path.name for path in new)])
        for name in gone:
            shutil.rmtree(self._folder / name, ignore_errors=True)
        self._parts = [*kept, *map(Part.open, new)]


def _ticks_of(seconds: NDArray[Any], film: Film) -> Ticks:
    ticks = np.minimum((seconds * TICKS_A_SECOND).astype(np.int64), film.num_ticks - 1)
    return (ticks + film.first_tick).astype(np.uint32)


def _gathered(films: Sequence[Film], codes_of: CodesOf) -> Iterator[tuple[list[Film], Codes, Ticks]]:
    """Yield films with their codes and ticks, so many at once as memory holds easily."""
    batch: list[Film] = []
    codes: list[Codes] = []
    ticks: list[Ticks] = []
    for film in films:
        if (marks := codes_of(film.video_id, film.token)) is None:
            continue
        first = batch[-1].first_tick + batch[-1].num_ticks + PAD_TICKS if batch else 0
        batch.append(replace(film, first_tick=first))
        codes.append(np.ascontiguousarray(marks[0]))
        ticks.append(_ticks_of(marks[1], batch[-1]))
        if sum(map(len, codes)) >= _RENEWED_AT_ONCE:
            yield batch, np.concatenate(codes), np.concatenate(ticks)
            batch, codes, ticks = [], [], []
    if batch:
        yield batch, np.concatenate(codes), np.concatenate(ticks)


def _votes(part: Part, asked: Asked, *, most: int) -> list[tuple[Film, float, int]]:
    """Return films, their offset in seconds and how many groups of landmarks are shared there, most first."""
    if not part.films or not len(asked.codes):
        return []
    ticks, rows = part.hits(asked)
    if not len(ticks):
        return []
    middle = float(asked.seconds.mean())
    asked_at = np.round((asked.seconds[rows] - middle) * TICKS_A_SECOND).astype(np.int64)
    bins = (ticks.astype(np.int64) - asked_at) // _BIN_TICKS
    num = int(asked.groups.max()) + 1
    single = np.sort(bins * num + asked.groups[rows])  # NumPy's unique would hash them, which takes ten times as long
    bins, counts = _runs(single[_starts(single)] // num)
    both = counts.copy()
    both[:-1] += np.where(np.diff(bins) == 1, counts[1:], 0)
    best = np.flatnonzero(both >= _LEAST_VOTES)
    best = best[np.argsort(-both[best], kind="stable")][: 4 * most]
    return _as_films(part, bins[best], both[best], middle)[:most]


def _as_films(part: Part, bins: NDArray[Any], votes: NDArray[Any], middle: float) -> list[tuple[Film, float, int]]:
    found: dict[tuple[str, int], tuple[Film, float, int]] = {}
    for bin_, num in zip(bins.tolist(), votes.tolist(), strict=True):
        tick = (bin_ + 1) * _BIN_TICKS
        film = part.film_at(tick)
        offset = (tick - film.first_tick) / TICKS_A_SECOND - middle
        found.setdefault((film.video_id, round(offset / 4)), (film, offset, int(num)))
    return list(found.values())


def _starts(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where each run of equal values begins."""
    return np.concatenate([[True], values[1:] != values[:-1]])


def _runs(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the distinct values of an ordered array that holds some, and how often each comes."""
    firsts = np.flatnonzero(_starts(values))
    return values[firsts], np.diff(np.append(firsts, len(values)))


def _part_names(folder: Path) -> list[str]:
    """Return the parts that count; version 1 was a bare list."""
    try:
        read = json.loads((folder / "parts.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise IndexDamaged(f"the list of parts in {folder} can't be read: {error}") from error
    if isinstance(read, list):
        return [str(name) for name in read]
    if not isinstance(read, dict) or read.get("version") != VERSION:
        raise IndexDamaged(f"the list of parts in {folder} is not of version 1 or {VERSION}")
    return [str(name) for name in read["parts"]]


def _write_names(folder: Path, names: Sequence[str]) -> None:
    draft = folder / f"parts.json.{os.getpid()}"
    draft.write_text(json.dumps({"version": VERSION, "parts": list(names)}), encoding="utf-8")
    draft.replace(folder / "parts.json")
