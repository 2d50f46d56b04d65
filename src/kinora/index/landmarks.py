"""Landmarks of many films on disk, looked up by a part of their code: which films share landmarks at one offset.

Each landmark is one number in a list: when it is seen, in quarter seconds of all films laid one after the other. The
lists are laid in order of the landmarks' keys (24 bits of their code); beside them lies where each key's list begins.
A film added is a small part of its own; parts of a size are joined when there are many. Nothing is changed in place: a
film that is gone, or whose token is not the current one, is passed over when asked, and left out when parts are joined.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinora.errors import IndexDamaged

KEY_BITS = 24
TICKS_A_SECOND = 4
_PAD_TICKS = 240  # between two films, so that an offset tells them apart
_BIN_TICKS = 8
_PARTS_OF_A_SIZE = 6
_LARGE = 1 << 20  # landmarks: from here on a table says where each key's list begins
_MOST_OF_A_KEY = 16  # times the mean: keys more common than that tell nothing (and a fixed number in small libraries)
_LEAST_MOST = 400
_LEAST_VOTES = 5

Keys = NDArray[np.uint32]
Ticks = NDArray[Any]


@dataclass(frozen=True)
class Film:
    """A film of a part: its first tick and how many it spans. `token` names the file it was read from."""

    video_id: str
    token: str
    first_tick: int
    num_ticks: int


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
        self._parts = [_Part.open(folder / name) for name in _part_names(folder)]

    def tokens(self) -> dict[str, str]:
        """Return the token of every film here; of one that came twice, the last."""
        return {film.video_id: film.token for part in self._parts for film in part.films}

    def add(self, video_id: str, token: str, codes: NDArray[np.uint64], seconds: NDArray[Any], duration: float) -> None:
        """Add a film's landmarks, `codes` and `seconds` (N,); twice the same is harmless."""
        num_ticks = int(max(duration, float(seconds.max()) if len(seconds) else 0.0) * TICKS_A_SECOND) + 1
        ticks = np.minimum((seconds * TICKS_A_SECOND).astype(np.int64), num_ticks - 1)
        film = Film(video_id, token, 0, num_ticks)
        self._write([film], keys_of(codes), ticks.astype(np.uint32), replaced=())
        self._join_where_many()

    def keep(self, current: Mapping[str, str]) -> None:
        """Join all parts and leave out films that are not in `current` (id to token)."""
        if any(current.get(film.video_id) != film.token for part in self._parts for film in part.films):
            self._join(self._parts, current)

    def candidates(
        self, keys: Keys, who: NDArray[Any], seconds: NDArray[Any], *, most: int, is_wanted: Callable[[str, str], bool]
    ) -> list[Candidate]:
        """Return the films that share most landmarks with a stretch at one offset, most shared first.

        `keys` (N,) may hold several keys of one landmark, `who` (N,) numbers the landmarks, `seconds` (N,) says when.
        """
        found: list[Candidate] = []
        for part in self._parts:
            for film, offset, votes in part.votes(keys, who, seconds, most=most):
                if is_wanted(film.video_id, film.token):
                    found.append(Candidate(film.video_id, offset, votes))
        return sorted(found, key=lambda one: -one.num_votes)[:most]

    def _join_where_many(self) -> None:
        current = self.tokens()
        while True:
            sizes: dict[int, list[_Part]] = {}
            for part in self._parts:
                sizes.setdefault(max(0, len(part.ticks)).bit_length() // 3, []).append(part)
            full = [parts for parts in sizes.values() if len(parts) > _PARTS_OF_A_SIZE]
            if not full:
                return
            self._join(full[0], current)

    def _join(self, parts: Sequence[_Part], current: Mapping[str, str]) -> None:
        films: list[Film] = []
        all_keys, all_ticks, base, known = [], [], 0, set()
        for part in reversed(list(parts)):
            keys, ticks = part.keys(), part.ticks[:]
            for film in part.films:
                if current.get(film.video_id) != film.token or film.video_id in known:
                    continue
                known.add(film.video_id)
                own = (ticks >= film.first_tick) & (ticks < film.first_tick + film.num_ticks)
                films.append(Film(film.video_id, film.token, base, film.num_ticks))
                all_keys.append(keys[own])
                all_ticks.append((ticks[own].astype(np.int64) - film.first_tick + base).astype(np.uint32))
                base += film.num_ticks + _PAD_TICKS
        keys = np.concatenate([*all_keys, np.zeros(0, np.uint32)])
        self._write(films, keys, np.concatenate([*all_ticks, np.zeros(0, np.uint32)]), replaced=parts)

    def _write(self, films: Sequence[Film], keys: Keys, ticks: Ticks, *, replaced: Sequence[_Part]) -> None:
        number = 1 + max((int(part.folder.name[5:]) for part in self._parts), default=0)
        target = self._folder / f"part-{number:08d}"
        write_part(target, films, keys, ticks)
        gone = [part.folder.name for part in replaced]
        kept = [part for part in self._parts if part.folder.name not in gone]
        _write_names(self._folder, [*(part.folder.name for part in kept), target.name])
        for name in gone:
            shutil.rmtree(self._folder / name, ignore_errors=True)
        self._parts = [*kept, _Part.open(target)]


def keys_of(codes: NDArray[np.uint64]) -> Keys:
    """Return the part of each code that it is looked up by."""
    return (codes & np.uint64((1 << KEY_BITS) - 1)).astype(np.uint32)


def probes_of(codes: NDArray[np.uint64], weak: NDArray[np.uint16]) -> Keys:
    """Return the eight keys to look each code up by, (N, 8): its own, and with its weakest bits turned over."""
    bits = [np.uint32(1) << ((weak.astype(np.uint32) >> np.uint32(5 * number)) & np.uint32(31)) for number in range(3)]
    flips = [sum((bits[n] for n in range(3) if mask >> n & 1), np.zeros(len(codes), np.uint32)) for mask in range(8)]
    probes: Keys = keys_of(codes)[:, None] ^ np.stack(flips, axis=1)
    return probes


def write_part(target: Path, films: Sequence[Film], keys: Keys, ticks: Ticks) -> None:
    """Write a part's files beside their place, then move them there."""
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    np.save(draft / "ticks.npy", ticks[order])
    if len(keys) < _LARGE:
        np.save(draft / "keys.npy", sorted_keys)
    else:
        counts = np.bincount(sorted_keys, minlength=1 << KEY_BITS)
        np.save(draft / "starts.npy", np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
    rows = [[film.video_id, film.token, film.first_tick, film.num_ticks] for film in films]
    (draft / "films.json").write_text(json.dumps(rows), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


class _Part:
    """One part, mapped into memory."""

    def __init__(self, folder: Path, films: list[Film], ticks: Ticks, lists: NDArray[Any], *, has_table: bool) -> None:
        self.folder, self.films, self.ticks = folder, films, ticks
        self._lists, self._has_table = lists, has_table
        self._firsts = np.array([film.first_tick for film in films], np.int64)

    @staticmethod
    def open(folder: Path) -> _Part:
        try:
            rows = json.loads((folder / "films.json").read_text(encoding="utf-8"))
            films = sorted((Film(*row) for row in rows), key=lambda film: film.first_tick)
            has_table = (folder / "starts.npy").exists()
            lists = np.load(folder / ("starts.npy" if has_table else "keys.npy"), mmap_mode="r", allow_pickle=False)
            return _Part(folder, films, np.load(folder / "ticks.npy", mmap_mode="r"), lists, has_table=has_table)
        except (OSError, ValueError, TypeError, EOFError) as error:
            raise IndexDamaged(f"the fingerprints in {folder} can't be read: {error}") from error

    def keys(self) -> Keys:
        """Return the key of every landmark, in the order of `ticks`."""
        if not self._has_table:
            return np.asarray(self._lists)
        return np.repeat(np.arange(1 << KEY_BITS, dtype=np.uint32), np.diff(self._lists))

    def votes(
        self, keys: Keys, who: NDArray[Any], seconds: NDArray[Any], *, most: int
    ) -> list[tuple[Film, float, int]]:
        """Return films, their offset in seconds and how many landmarks are shared there, most first."""
        if not self.films or not len(keys):
            return []
        ticks, rows = self._gathered(keys)
        middle = float(seconds.mean())
        bins = (
            ticks.astype(np.int64) - np.round((seconds[rows] - middle) * TICKS_A_SECOND).astype(np.int64)
        ) // _BIN_TICKS
        num = int(who.max()) + 1
        single = np.sort(bins * num + who[rows])  # NumPy's unique would hash them, which takes ten times as long
        if not len(single):
            return []
        bins, counts = _runs(single[_starts(single)] // num)
        both = counts.copy()
        both[:-1] += np.where(np.diff(bins) == 1, counts[1:], 0)
        best = np.argsort(-both, kind="stable")[: 4 * most]
        best = best[both[best] >= _LEAST_VOTES]
        return self._as_films(bins[best], both[best], middle, most)

    def _gathered(self, keys: Keys) -> tuple[Ticks, NDArray[np.intp]]:
        """Return the ticks of all lists asked, and which key each comes from; lists that are too long are left out."""
        if self._has_table:
            starts, ends = self._lists[keys], self._lists[keys.astype(np.int64) + 1]
        else:
            order = np.argsort(keys, kind="stable")
            starts, ends = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
            starts[order] = np.searchsorted(self._lists, keys[order], "left")
            ends[order] = np.searchsorted(self._lists, keys[order], "right")
        num = ends - starts
        num = np.where(num > max(_LEAST_MOST, _MOST_OF_A_KEY * len(self.ticks) >> KEY_BITS), 0, num)
        rows = np.repeat(np.arange(len(keys)), num)
        places = np.arange(len(rows)) - np.repeat(np.cumsum(num) - num, num) + np.repeat(starts, num)
        return self.ticks[places], rows

    def _as_films(
        self, bins: NDArray[Any], votes: NDArray[Any], middle: float, most: int
    ) -> list[tuple[Film, float, int]]:
        found: dict[tuple[str, int], tuple[Film, float, int]] = {}
        for bin_, num in zip(bins.tolist(), votes.tolist(), strict=True):
            tick = (bin_ + 1) * _BIN_TICKS
            place = int(np.clip(np.searchsorted(self._firsts, tick + _PAD_TICKS // 2, "right") - 1, 0, None))
            film = self.films[place]
            offset = (tick - film.first_tick) / TICKS_A_SECOND - middle
            found.setdefault((film.video_id, round(offset / 4)), (film, offset, int(num)))
        return list(found.values())[:most]


def _starts(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where each run of equal values begins."""
    return np.concatenate([[True], values[1:] != values[:-1]])


def _runs(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the distinct values of an ordered array that holds some, and how often each comes."""
    firsts = np.flatnonzero(_starts(values))
    return values[firsts], np.diff(np.append(firsts, len(values)))


def _part_names(folder: Path) -> list[str]:
    try:
        names: list[str] = json.loads((folder / "parts.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise IndexDamaged(f"the list of parts in {folder} can't be read: {error}") from error
    return names


def _write_names(folder: Path, names: Sequence[str]) -> None:
    draft = folder / f"parts.json.{os.getpid()}"
    draft.write_text(json.dumps(list(names)), encoding="utf-8")
    draft.replace(folder / "parts.json")
