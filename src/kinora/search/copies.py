"""Which stretch of a film reappears in which film: candidates by shared landmarks, then proof.

A copy's landmarks agree on three things at once: when (one offset, one speed), where in the picture (one size and
shift, whether the picture was cropped, bordered or set into another), and that over time. Each is a vote: place first,
then time, then the ends of the stretch. Landmarks that agree only inside one small corner of both pictures are a logo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinora.index.landmark_part import Asked
from kinora.index.landmarks import LandmarkIndex
from kinora.moments.copy_prints import Marks, Prints, between
from kinora.search.copy_alignment import Line, fitted_line, supported_stretches
from kinora.search.copy_places import agreeing, spread_in_both

_CHUNK_SECONDS = 20.0
_MOST_CANDIDATES = 12  # of a chunk
_PICTURE_BITS, _SOUND_BITS = 8, 8  # at most so many of 64 bits differ between landmarks taken for the same
_LEAST_SECONDS = 1.0
_CERTAIN_BITS, _EVIDENCE_NEEDED = 9.0, 28.0
LEAST_SCORE = 0.75  # what is less sure is not told
_STILL_SECONDS, _SAME_PLACE = 4.0, 0.04  # heights of the picture; octaves of sound
_BAND_SECONDS = 4.0  # a stretch is compared by so many seconds, each with what lies about as much later
_MOST_WINDOWS = 3  # of a chunk and a film
_SAME_OFFSET_SECONDS = 3.0  # offsets nearer than this are looked at as one
EXACT, NEAR, CONTAINS, PART_OF, OVERLAPS = "exact", "near", "contains", "part_of", "overlaps"
_WHOLE = 0.9  # of a film: reappears as a whole


@dataclass(frozen=True)
class Stretch:
    """A stretch and where it reappears; `by` is "picture", "sound" or "both", `speed` the other's over this one's."""

    start_seconds: float
    end_seconds: float
    other_start_seconds: float
    other_end_seconds: float
    score: float
    by: str
    speed: float
    is_mirrored: bool


@dataclass(frozen=True)
class CopyMatch:
    """A film in which stretches of the film asked about reappear, the best first; `score` is the best's, in [0, 1]."""

    video_id: str
    kind: str
    score: float
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, eq=False)
class CopyShelves:
    """Where to look: both indexes, and the prints of a film by its identifier (None where it has none)."""

    pictures: LandmarkIndex
    sound: LandmarkIndex
    prints_of: Callable[[str], Prints | None]


def find_copies(
    prints: Prints, shelves: CopyShelves, is_wanted: Callable[[str, str], bool], *, least_score: float = LEAST_SCORE
) -> list[CopyMatch]:
    """Return the films that hold stretches of a film, best first; `is_wanted` takes a film's identifier and token."""
    found: dict[str, list[Stretch]] = {}
    for video_id, stretch in _stretches(prints, shelves, is_wanted):
        found.setdefault(video_id, []).append(stretch)
    matches = []
    for video_id, stretches in found.items():
        other = shelves.prints_of(video_id)
        joined = tuple(one for one in _joined(stretches) if one.score >= least_score)
        if other is not None and joined:
            kind = kind_of(joined, prints.duration_seconds, other.duration_seconds)
            matches.append(CopyMatch(video_id, kind, joined[0].score, joined))
    return sorted(matches, key=lambda match: -match.score)


def kind_of(stretches: Iterable[Stretch], duration_seconds: float, other_seconds: float) -> str:
    """Return how a film and another hold the same: `near`, `contains` it whole, `part_of` it, or `overlaps`.

    The same bytes (`exact`) are known by their hash, not here.
    """
    mine = _covered((one.start_seconds, one.end_seconds) for one in stretches) / max(duration_seconds, 0.1)
    theirs = _covered((one.other_start_seconds, one.other_end_seconds) for one in stretches) / max(other_seconds, 0.1)
    if mine >= _WHOLE and theirs >= _WHOLE:
        return NEAR
    return CONTAINS if theirs >= _WHOLE else PART_OF if mine >= _WHOLE else OVERLAPS


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    total, last = 0.0, -np.inf
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, last))
        last = max(last, end)
    return total


def _stretches(
    prints: Prints, shelves: CopyShelves, is_wanted: Callable[[str, str], bool]
) -> Iterable[tuple[str, Stretch]]:
    for by, index, marks in (("picture", shelves.pictures, prints.pictures), ("sound", shelves.sound, prints.sound)):
        for mirrored in (False, True) if by == "picture" else (False,):
            asked = _mirrored(marks) if mirrored else marks
            for video_id, windows in _candidates(index, asked, is_wanted).items():
                other = shelves.prints_of(video_id)
                if other is not None:
                    others = other.pictures if by == "picture" else other.sound
                    for stretch in proven(asked, others, windows, by=by):
                        yield video_id, replace(stretch, is_mirrored=mirrored)


def _mirrored(marks: Marks) -> Marks:
    """Return the marks that the mirror image has; x runs the other way from an edge that does not matter."""
    turned = marks.copy()
    turned["code"], turned["weak"], turned["x"] = marks["mirror"], marks["mirror_weak"], -marks["x"]
    return turned


def _candidates(
    index: LandmarkIndex, marks: Marks, is_wanted: Callable[[str, str], bool]
) -> Mapping[str, list[tuple[float, float, float]]]:
    """Return of each film that may hold a part: start and end of the chunk asked with, and the rough offset."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    last = float(marks["seconds"][-1]) if len(marks) else -1.0
    for start in np.arange(0.0, last + 1e-3, _CHUNK_SECONDS):
        chunk = between(marks, start, start + _CHUNK_SECONDS)
        if not len(chunk):
            continue
        asked = Asked(chunk["code"], chunk["weak"], _groups(chunk), chunk["seconds"])
        for one in index.candidates(asked, most=_MOST_CANDIDATES, is_wanted=is_wanted):
            found.setdefault(one.video_id, []).append((float(start), float(start + _CHUNK_SECONDS), one.offset_seconds))
    return found


def _groups(marks: Marks) -> NDArray[np.intp]:
    """Return the same number for landmarks of one place within some seconds: what stands still is one thing.

    Else a patch that two films happen to share for some seconds would outvote a copy (burstiness: Jégou et al. 2009).
    """
    places = [np.floor(marks["seconds"] / _STILL_SECONDS)]
    places += [np.round(marks[name].astype(np.float32) / _SAME_PLACE) for name in ("x", "y", "size")]
    numbers = np.stack(places, axis=1).astype(np.int64) @ np.array([1 << 45, 1 << 30, 1 << 15, 1])
    groups: NDArray[np.intp] = np.unique(numbers, return_inverse=True)[1]
    return groups


def proven(asked: Marks, others: Marks, windows: Iterable[tuple[float, float, float]], *, by: str) -> list[Stretch]:
    """Return the stretches of `asked` that truly reappear in `others`, looked for around the rough offsets.

    A window is start and end in `asked` and how much later that lies in `others`, in seconds.
    """
    pairs = _pairs(asked, others, windows, _PICTURE_BITS if by == "picture" else _SOUND_BITS)
    found: list[Stretch] = []
    for _ in range(2):  # several stretches of one film, each with a place and an offset of its own
        if len(pairs) < 4:
            break
        inside = agreeing(pairs, by=by)
        line = fitted_line(pairs[inside]) if inside.any() else None
        if line is None:
            break
        on_line = inside & line.holds(pairs)
        found += _proven_on(pairs[on_line], asked, line, by)
        pairs = pairs[~on_line]
    return found


def _proven_on(pairs: NDArray[Any], asked: Marks, line: Line, by: str) -> list[Stretch]:
    stretches = []
    for start, end in supported_stretches(pairs, asked, by=by):
        own = pairs[(pairs["t"] >= start - 1e-3) & (pairs["t"] <= end + 1e-3)]
        if end - start < _LEAST_SECONDS or (by == "picture" and not spread_in_both(own)):
            continue
        score = _score(own)
        stretches.append(Stretch(start, end, line.at(start), line.at(end), score, by, line.speed, is_mirrored=False))
    return stretches


def _score(pairs: NDArray[Any]) -> float:
    """Return how sure it is: each landmark that agrees counts by how exactly (set on the benchmark's tuning clips)."""
    order = np.argsort(pairs["bits"], kind="stable")
    _, firsts = np.unique(pairs["a"][order], return_index=True)
    evidence = float((_CERTAIN_BITS - pairs["bits"][order][firsts].astype(float)).clip(0).sum() / 4)
    return float(1 - np.exp(-evidence / _EVIDENCE_NEEDED))


def _pairs(asked: Marks, others: Marks, windows: Iterable[tuple[float, float, float]], most_bits: int) -> NDArray[Any]:
    """Return landmarks that are taken for the same; a pair may come twice."""
    found: list[NDArray[Any]] = []
    looked_at: dict[float, list[float]] = {}
    for start, end, offset in windows:
        near = [abs(offset - other) < _SAME_OFFSET_SECONDS for other in looked_at.setdefault(start, [])]
        if any(near) or len(near) >= _MOST_WINDOWS:
            continue
        looked_at[start].append(offset)
        slack = 3.0 + 0.06 * (end - start)
        for first in np.arange(start, end, _BAND_SECONDS):
            last = min(end, first + _BAND_SECONDS)
            mine, theirs = between(asked, first, last), between(others, first + offset - slack, last + offset + slack)
            found.append(_close(mine, theirs, most_bits))
    return np.concatenate([*found, np.zeros(0, _PAIR)])


# `a` names the landmark asked with by its time and code, `t` and `u` are the seconds in either film; then both places.
_PAIR = np.dtype(
    [("a", "<u8"), ("bits", "u1"), ("t", "<f4"), ("u", "<f4"), ("x", "<f4"), ("y", "<f4"), ("size", "<f4"),
     ("ux", "<f4"), ("uy", "<f4"), ("usize", "<f4")]
)  # fmt: skip
_ROWS = 32  # what is compared at once stays in the processor's cache


def _close(mine: Marks, theirs: Marks, most_bits: int) -> NDArray[Any]:
    parts = [np.zeros(0, _PAIR)]
    codes = np.ascontiguousarray(theirs["code"])
    for first in range(0, len(mine), _ROWS):
        block = mine[first : first + _ROWS]
        bits = np.bitwise_count(block["code"][:, None] ^ codes)
        rows, columns = np.divmod(np.flatnonzero((bits <= most_bits).reshape(-1)), max(1, len(codes)))
        pairs = np.zeros(len(rows), _PAIR)
        pairs["bits"] = bits[rows, columns]
        one, other = block[rows], theirs[columns]
        pairs["a"] = one["code"] ^ (
            one["seconds"].astype(np.float32).view(np.uint32).astype(np.uint64) << np.uint64(20)
        )
        pairs["t"], pairs["u"] = one["seconds"], other["seconds"]
        for name in ("x", "y", "size"):
            pairs[name], pairs[f"u{name}"] = one[name], other[name]
        parts.append(pairs)
    return np.concatenate(parts)


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Join what picture and sound both found, and what overlaps in both films; best first."""
    kept: list[Stretch] = []
    for one in sorted(stretches, key=lambda stretch: -stretch.score):
        for number, other in enumerate(kept):
            if _overlap(one, other):
                kept[number] = _union(other, one)
                break
        else:
            kept.append(one)
    return tuple(sorted(kept, key=lambda stretch: -stretch.score))


def _overlap(one: Stretch, other: Stretch) -> bool:
    mine = min(one.end_seconds, other.end_seconds) - max(one.start_seconds, other.start_seconds)
    theirs = min(one.other_end_seconds, other.other_end_seconds) - max(
        one.other_start_seconds, other.other_start_seconds
    )
    return mine > 0 and theirs > 0


def _union(best: Stretch, more: Stretch) -> Stretch:
    """The sounder one says where the ends are, unless both are of one kind; two kinds together are surer."""
    if best.by in (more.by, "both"):
        return best
    score = 1 - (1 - best.score) * (1 - more.score)
    longer = best if best.end_seconds - best.start_seconds >= more.end_seconds - more.start_seconds else more
    picture = best if best.by == "picture" else more
    return replace(longer, score=score, by="both", is_mirrored=picture.is_mirrored)
