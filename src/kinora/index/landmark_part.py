"""One part of the index of landmarks on disk: sorted lists, how they are read, and how parts become one.

A landmark is two numbers: when it is seen, in quarter seconds of the part's films laid one after the other, and 32 more
bits of its code. They lie in order of its key (24 bits of the code) and then of those bits, so that a list too long to
be read is made shorter by asking with more bits, as if its key were longer: a common key is a long one. What is read is
weighed by the bits it was not looked up by (Hamming embedding: Jégou, Douze, Schmid 2008).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from kinora.errors import IndexDamaged

KEY_BITS = 24
TICKS_A_SECOND = 4
PAD_TICKS = 240  # between two films, so that an offset tells them apart
_REST_BITS = 32
_LARGE = 1 << 22  # landmarks: from here on a table says where each key's list begins
_MOST_OF_A_LIST = 96  # landmarks: longer lists are asked for with more bits
_MORE_BITS = (4, 8, 12, 16)
_MOST_BITS_APART = 8  # of the 32: what differs more is another landmark (the limit of the proof, of 64)
_PLAIN_MOST, _PLAIN_LEAST_MOST = (
    16,
    400,
)  # parts of version 1: lists longer than 16 times the mean (or 400) tell nothing
_JOINED_AT_ONCE = 1 << 23  # landmarks are sorted at once when parts are written

Keys = NDArray[np.uint32]
Ticks = NDArray[Any]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Film:
    """A film of a part: its first tick and how many it spans. `token` names the file it was read from."""

    video_id: str
    token: str
    first_tick: int
    num_ticks: int


@dataclass(frozen=True, eq=False)
class Asked:
    """Landmarks to look up, each (N,). What is of one `group` (a thing that stands still) votes for an offset once."""

    codes: NDArray[np.uint64]
    weak: NDArray[np.uint16]
    groups: NDArray[Any]
    seconds: NDArray[Any]


def keys_of(codes: NDArray[np.uint64]) -> Keys:
    """Return the part of each code that it is looked up by."""
    return (codes & np.uint64((1 << KEY_BITS) - 1)).astype(np.uint32)


def rests_of(codes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return the 32 bits after the key."""
    return (codes >> np.uint64(KEY_BITS) & np.uint64((1 << _REST_BITS) - 1)).astype(np.uint32)


def probes_of(codes: NDArray[np.uint64], weak: NDArray[np.uint16]) -> Keys:
    """Return the eight keys to look each code up by, (N, 8): its own, and with its weakest bits turned over."""
    bits = [np.uint32(1) << ((weak.astype(np.uint32) >> np.uint32(5 * number)) & np.uint32(31)) for number in range(3)]
    flips = [sum((bits[n] for n in range(3) if mask >> n & 1), np.zeros(len(codes), np.uint32)) for mask in range(8)]
    probes: Keys = keys_of(codes)[:, None] ^ np.stack(flips, axis=1)
    return probes


class Part:
    """One part, mapped into memory. One of version 1 has no `rests`."""

    def __init__(self, folder: Path, films: list[Film], ticks: Ticks, rests: Keys | None, lists: NDArray[Any]) -> None:
        self.folder, self.films, self.ticks, self.rests = folder, films, ticks, rests
        self._lists, self._has_table = lists, len(lists) == (1 << KEY_BITS) + 1
        self._firsts = np.array([film.first_tick for film in films], np.int64)

    @staticmethod
    def open(folder: Path) -> Part:
        """Raises: IndexDamaged."""
        try:
            rows = json.loads((folder / "films.json").read_text(encoding="utf-8"))
            films = sorted((Film(*row) for row in rows), key=lambda film: film.first_tick)
            lists = _mapped(folder / ("starts.npy" if (folder / "starts.npy").exists() else "keys.npy"))
            rests = _mapped(folder / "rests.npy") if (folder / "rests.npy").exists() else None
            part = Part(folder, films, _mapped(folder / "ticks.npy"), rests, lists)
        except (OSError, ValueError, TypeError, EOFError) as error:
            raise IndexDamaged(f"the fingerprints in {folder} can't be read: {error}") from error
        if rests is not None and len(rests) != len(part):
            raise IndexDamaged(f"the fingerprints in {folder} are of {len(part)} and of {len(rests)} landmarks")
        return part

    def __len__(self) -> int:
        return len(self.ticks)

    def hits(self, asked: Asked) -> tuple[Ticks, NDArray[np.intp]]:
        """Return when landmarks like those asked for are seen, and which of these each is like."""
        probes = probes_of(asked.codes, asked.weak)
        who = np.repeat(np.arange(len(probes)), probes.shape[1])
        keys = probes.reshape(-1)
        rests = rests_of(asked.codes)
        starts, ends = self.bounds(keys)
        if self.rests is None:
            most = max(_PLAIN_LEAST_MOST, _PLAIN_MOST * len(self) >> KEY_BITS)
        else:
            most = _MOST_OF_A_LIST
            self._shorten(starts, ends, rests[who])
        num = np.where(ends - starts > most, 0, ends - starts)
        rows = np.repeat(who, num)
        places = np.arange(len(rows)) - np.repeat(np.cumsum(num) - num, num) + np.repeat(starts, num)
        if self.rests is not None:
            near = np.bitwise_count(self.rests[places] ^ rests[rows]) <= _MOST_BITS_APART
            places, rows = places[near], rows[near]
        return self.ticks[places], rows

    def bounds(self, keys: NDArray[Any]) -> tuple[Places, Places]:
        """Return where the list of each key begins and ends."""
        if self._has_table:
            return self._lists[keys].astype(np.int64), self._lists[keys.astype(np.int64) + 1].astype(np.int64)
        order = np.argsort(keys, kind="stable")
        starts, ends = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
        starts[order] = np.searchsorted(self._lists, keys[order], "left")
        ends[order] = np.searchsorted(self._lists, keys[order], "right")
        return starts, ends

    def _shorten(self, starts: Places, ends: Places, rests: Keys) -> None:
        """Leave of the lists that are too long only what agrees in more and more of the next bits."""
        assert self.rests is not None
        for bits in _MORE_BITS:
            long = np.flatnonzero(ends - starts > _MOST_OF_A_LIST)
            if not len(long):
                return
            step = np.uint64(1 << (_REST_BITS - bits))
            least = rests[long].astype(np.uint64) // step * step
            first = _bisected(self.rests, starts[long], ends[long], least)
            ends[long] = _bisected(self.rests, first, ends[long], least + step)
            starts[long] = first

    def film_at(self, tick: int) -> Film:
        place = int(np.clip(np.searchsorted(self._firsts, tick + PAD_TICKS // 2, "right") - 1, 0, None))
        return self.films[place]

    def keys_between(self, first: int, last: int) -> tuple[Keys, slice]:
        """Return the keys of the landmarks whose key is in `[first, last)`, and where these lie."""
        if self._has_table:
            table = self._lists[first : last + 1].astype(np.int64)
            keys = np.repeat(np.arange(first, last, dtype=np.uint32), np.diff(table))
            return keys, slice(int(table[0]), int(table[-1]))
        lo, hi = (int(np.searchsorted(self._lists, key, "left")) for key in (first, last))
        return np.asarray(self._lists[lo:hi]), slice(lo, hi)

    def key_at(self, place: int) -> int:
        """Return the key of the landmark at a place."""
        if self._has_table:
            return int(np.searchsorted(self._lists, place, "right")) - 1
        return int(self._lists[place])


def _mapped(path: Path) -> NDArray[Any]:
    """Map an array plainly: what NumPy makes of a memory map by itself is slow to index."""
    array: NDArray[Any] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    return array


def _bisected(values: NDArray[Any], starts: Places, ends: Places, wanted: NDArray[np.uint64]) -> Places:
    """Return the first place of each stretch of ordered values that is not less than what is wanted there."""
    low, high = starts.copy(), ends.copy()
    todo = np.flatnonzero(low < high)
    while len(todo):
        middle = (low[todo] + high[todo]) >> 1
        is_less = values[middle] < wanted[todo]
        low[todo[is_less]] = middle[is_less] + 1
        high[todo[~is_less]] = middle[~is_less]
        todo = todo[low[todo] < high[todo]]
    return low


def write_part(target: Path, films: Sequence[Film], codes: NDArray[np.uint64], ticks: Ticks) -> None:
    """Write a part of these landmarks, (N,) each, beside its place, then move it there."""
    _write(target, films, len(codes), _sorted(codes, ticks))


def _sorted(codes: NDArray[np.uint64], ticks: Ticks) -> Iterator[tuple[Keys, Keys, Ticks]]:
    """Yield keys, rests and ticks in order, a range of keys at a time."""
    keys, rests, ticks = keys_of(codes), rests_of(codes), ticks.astype(np.uint32)
    num_ranges = 1 + len(codes) // _JOINED_AT_ONCE
    some = keys[:: 1 + len(keys) // 100_000]
    inner = np.quantile(some, np.arange(1, num_ranges) / num_ranges) if len(some) else np.zeros(0)
    edges = sorted({0, *inner.astype(int).tolist(), 1 << KEY_BITS})
    for first, last in pairwise(edges):
        own = np.flatnonzero((keys >= first) & (keys < last)) if num_ranges > 1 else slice(None)
        order = _order(keys[own], rests[own])
        yield keys[own][order], rests[own][order], ticks[own][order]


def _order(keys: Keys, rests: Keys) -> NDArray[np.int64]:
    """Return the order by key and the first bits of the rest; numbers are sorted ten times as fast as their places."""
    both = keys.astype(np.uint64) << np.uint64(_REST_BITS) | rests
    place_bits = max(1, len(keys).bit_length())
    num_dropped = max(0, KEY_BITS + _REST_BITS + place_bits - 64)
    if num_dropped > _REST_BITS - _MORE_BITS[-1]:
        return np.argsort(both)
    shift = np.uint64(place_bits)
    packed = np.sort(both >> np.uint64(num_dropped) << shift | np.arange(len(keys), dtype=np.uint64))
    return (packed & ((np.uint64(1) << shift) - np.uint64(1))).astype(np.int64)


def join_parts(target: Path, parts: Sequence[Part], current: Mapping[str, str]) -> None:
    """Write one part of what several hold, without films that are not in `current` (id to token), some MB at a time.

    Of a film that comes twice the one in the later part is taken.
    """
    moves, films = _moved(parts, current)
    num = sum(_num_kept(part, move) for part, move in zip(parts, moves, strict=True))
    _write(target, films, num, _merged(parts, moves, num))


@dataclass(frozen=True, eq=False)
class _Move:
    """Of each film of a part, in order: whether it is kept, its first tick, and how far its ticks move."""

    is_kept: NDArray[np.bool_]
    firsts: NDArray[np.int64]
    shifts: NDArray[np.int64]

    def applied(self, ticks: Ticks) -> tuple[NDArray[np.bool_], Ticks]:
        """Return which landmarks are kept, and the ticks of these afterwards."""
        film = np.searchsorted(self.firsts, ticks, "right") - 1
        kept = self.is_kept[film]
        return kept, (ticks[kept].astype(np.int64) + self.shifts[film[kept]]).astype(np.uint32)


def _moved(parts: Sequence[Part], current: Mapping[str, str]) -> tuple[list[_Move], list[Film]]:
    known: set[str] = set()
    base, moves, films = 0, [], []
    for part in reversed(parts):
        is_kept, shifts = np.zeros(len(part.films), bool), np.zeros(len(part.films), np.int64)
        for number, film in enumerate(part.films):
            if current.get(film.video_id) != film.token or film.video_id in known:
                continue
            known.add(film.video_id)
            is_kept[number], shifts[number] = True, base - film.first_tick
            films.append(replace(film, first_tick=base))
            base += film.num_ticks + PAD_TICKS
        moves.append(_Move(is_kept, np.array([film.first_tick for film in part.films], np.int64), shifts))
    return moves[::-1], films


def _num_kept(part: Part, move: _Move) -> int:
    if move.is_kept.all():
        return len(part)
    chunks = range(0, len(part), _JOINED_AT_ONCE)
    return sum(int(move.applied(part.ticks[at : at + _JOINED_AT_ONCE])[0].sum()) for at in chunks)


def _merged(parts: Sequence[Part], moves: Sequence[_Move], num: int) -> Iterator[tuple[Keys, Keys, Ticks]]:
    """Yield keys, rests and ticks in order, a range of keys at a time."""
    largest = max(parts, key=len)
    num_ranges = 1 + num // _JOINED_AT_ONCE
    edges = [largest.key_at(len(largest) * at // num_ranges) for at in range(1, num_ranges)] if len(largest) else []
    edges = sorted({0, *edges, 1 << KEY_BITS})
    for first, last in pairwise(edges):
        pieces = []
        for part, move in zip(parts, moves, strict=True):
            assert part.rests is not None
            keys, where = part.keys_between(first, last)
            kept, ticks = move.applied(part.ticks[where])
            pieces.append((keys[kept], part.rests[where][kept], ticks))
        keys, rests, ticks = (np.concatenate(rows) for rows in zip(*pieces, strict=True))
        order = _order(keys, rests)
        yield keys[order], rests[order], ticks[order]


def _write(target: Path, films: Sequence[Film], num: int, pieces: Iterator[tuple[Keys, Keys, Ticks]]) -> None:
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    names = ("keys.npy", "rests.npy", "ticks.npy")[1 if num >= _LARGE else 0 :]
    files = {name: open_memmap(draft / name, "w+", np.dtype(np.uint32), (num,)) for name in names} if num else {}
    counts = np.zeros(1 << KEY_BITS, np.int64) if num >= _LARGE else None
    at = 0
    for keys, rests, ticks in pieces:
        for name, rows in (("keys.npy", keys), ("rests.npy", rests), ("ticks.npy", ticks)):
            if name in files:
                files[name][at : at + len(rows)] = rows
        if counts is not None and len(keys):
            own = np.bincount(keys - keys[0])
            counts[keys[0] : int(keys[0]) + len(own)] += own
        at += len(keys)
    for file in files.values():
        file.flush()
    if counts is not None:
        starts = np.concatenate([[0], np.cumsum(counts)])
        np.save(draft / "starts.npy", starts.astype(np.uint32 if num < 1 << 32 else np.int64))
    for name in names if not num else ():
        np.save(draft / name, np.zeros(0, np.uint32))
    rows_of_films = [[film.video_id, film.token, film.first_tick, film.num_ticks] for film in films]
    (draft / "films.json").write_text(json.dumps(rows_of_films), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
