"""Moments found for each side of OR, WHILE and THEN → the moments that answer both.

A then B: score of the best pair by a scan with a window, as the top systems of the Video Browser Showdown do
(shared ranking by max over t1 < t2 ≤ t1 + window); here over ranges, and for any number of steps.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kinora.search.evidence import WHOLE_VIDEO
from kinora.search.hit import Hit, Reason
from kinora.search.scoring import SAME_MOMENT_IOU
from kinora.timebase import Span, format_timecode

MAX_HITS_A_VIDEO = 400  # of one side; those with the best scores
LEAST_SHARE_OF_BEST = 0.25  # of a side's best score: weaker moments make no pair
SURE_ALONE = {"meaning": 0.55, "picture": 0.5}  # what a moment found by this alone must reach to be a part
FAR = 0.25  # a second moment at the far end of the window counts this much less
SHORT_SECONDS = 2.0
_REASONS_A_SIDE = 2


@dataclass(frozen=True)
class Side:
    """The moments of one side, and how it is called in the reason."""

    name: str
    hits: Sequence[Hit]
    within_seconds: float = 0.0  # after the side before it


def any_of(sides: Iterable[Sequence[Hit]]) -> list[Hit]:
    """Return the moments of every side; what is found twice counts once, with its best score and all its reasons."""
    kept: dict[str, list[Hit]] = {}
    for hit in sorted((hit for hits in sides for hit in hits), key=_order):
        same = kept.setdefault(hit.video_id, [])
        at = next((i for i, one in enumerate(same) if one.span.iou(hit.span) >= SAME_MOMENT_IOU), None)
        if at is None:
            same.append(hit)
        else:
            same[at] = replace(same[at], reasons=_distinct((*same[at].reasons, *hit.reasons)))
    return sorted((hit for hits in kept.values() for hit in hits), key=_order)


def at_once(sides: Sequence[Side]) -> list[Hit]:
    """Return the moments in which all sides go on at the same time."""
    found: list[tuple[Hit, tuple[Hit, ...]]] = [
        (replace(hit, reasons=hit.reasons[:_REASONS_A_SIDE]), (hit,)) for hit in _strong(sides[0].hits)
    ]
    for side in sides[1:]:
        held = _by_video(_strong(side.hits))
        found = [
            (_overlap(whole, hit), (*parts, hit))
            for whole, parts in found
            for hit in held.get(whole.video_id, ())
            if _goes_on(whole, hit)
        ]
    hits = []
    for whole, parts in found:
        score = _mean(part.score for part in parts)
        text = " while ".join(_at(s.name, part) for s, part in zip(sides, parts, strict=True))
        hits.append(replace(whole, score=score, reasons=_distinct((Reason("while", text, score), *whole.reasons))))
    return _apart(hits)


def in_order(sides: Sequence[Side]) -> list[Hit]:
    """Return the stretches in which the sides follow each other, each within its seconds of the one before."""
    videos = [_by_video(hit for hit in _strong(side.hits) if not _is_whole(hit)) for side in sides]
    chains: list[Hit] = []
    for video_id in set(videos[0]).intersection(*videos[1:]):
        chains += _chains([held[video_id] for held in videos], sides)
    return _apart(chains)


def _chains(held: Sequence[Sequence[Hit]], sides: Sequence[Side]) -> Iterator[Hit]:
    """Yield the best chain from each moment of the first side, worked out from the last side back."""
    best: list[tuple[Hit, tuple[Hit, ...], float]] = [(hit, (hit,), _log(hit.score)) for hit in held[-1]]
    for number in range(len(held) - 2, -1, -1):
        best = list(_linked(held[number], best, sides[number + 1].within_seconds))
    for _, parts, total in best:
        score = math.exp(total / len(parts))
        text = ", then ".join(_at(side.name, part) for side, part in zip(sides, parts, strict=True))
        reasons = (Reason("then", text, score), *(r for part in parts for r in part.reasons[:_REASONS_A_SIDE]))
        end = max(part.end_seconds for part in parts)
        yield Hit(parts[0].video_id, parts[0].start_seconds, end, score, _distinct(reasons))


def _linked(
    first: Sequence[Hit], later: Sequence[tuple[Hit, tuple[Hit, ...], float]], within: float
) -> Iterator[tuple[Hit, tuple[Hit, ...], float]]:
    ordered = sorted(later, key=lambda one: one[0].start_seconds)
    starts = [one[0].start_seconds for one in ordered]
    for hit in first:
        near = ordered[bisect_left(starts, hit.start_seconds) : bisect_right(starts, hit.end_seconds + within)]
        pairs = [(total + _log(_closeness(hit, next_hit, within)), parts) for next_hit, parts, total in near]
        good = [(total, parts) for total, parts in pairs if total > -math.inf]
        if good:
            total, parts = max(good, key=lambda pair: (pair[0], -pair[1][0].start_seconds))
            yield hit, (hit, *parts), total + _log(hit.score)


def _closeness(first: Hit, later: Hit, within: float) -> float:
    """Return how much a pair counts, in [0, 1]: 0 where it is no order at all."""
    if later.start_seconds > first.start_seconds:
        gap = max(0.0, later.start_seconds - first.end_seconds)
        return 1.0 - FAR * gap / within if within else 1.0
    return 1.0 if _in_one_text(first, later) else 0.0


def _in_one_text(first: Hit, later: Hit) -> bool:
    """Return whether both stand in the same words, in this order."""
    ends = {(r.signal, r.text): r.highlights[-1][1] for r in later.reasons if r.highlights}
    mine = [(r.highlights[0][0], ends.get((r.signal, r.text), -1), r) for r in first.reasons if r.highlights]
    starts = {(r.signal, r.text): r.highlights[0][0] for r in later.reasons if r.highlights}
    return any(start < starts.get((r.signal, r.text), -1) < end for start, end, r in mine)


def _strong(hits: Sequence[Hit]) -> list[Hit]:
    """Return the moments that may be parts: a chain of faint guesses is no answer, though each may be shown alone."""
    sure = [hit for hit in hits if any(reason.score >= SURE_ALONE.get(reason.signal, 0.0) for reason in hit.reasons)]
    best = max((hit.score for hit in sure), default=0.0)
    return [hit for hit in sure if hit.score >= LEAST_SHARE_OF_BEST * best]


def _by_video(hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    videos: dict[str, list[Hit]] = {}
    for hit in hits:
        videos.setdefault(hit.video_id, []).append(hit)
    return {video_id: sorted(held, key=_order)[:MAX_HITS_A_VIDEO] for video_id, held in videos.items()}


def _is_whole(hit: Hit) -> bool:
    """Return whether only what is written about the whole video was found: that has no place in time."""
    return all(reason.signal in WHOLE_VIDEO for reason in hit.reasons)


def _goes_on(one: Hit, other: Hit) -> bool:
    return _is_whole(one) or _is_whole(other) or one.span.overlap_seconds(other.span) > 0


def _overlap(one: Hit, other: Hit) -> Hit:
    """Return where both go on; both ranges where that is but an instant."""
    reasons = _distinct((*one.reasons, *other.reasons[:_REASONS_A_SIDE]))
    if _is_whole(one) or _is_whole(other):
        return replace(other if _is_whole(one) else one, reasons=reasons)
    start, end = max(one.start_seconds, other.start_seconds), min(one.end_seconds, other.end_seconds)
    span = Span(start, end) if end - start >= SHORT_SECONDS else one.span.joined(other.span)
    return replace(one, start_seconds=span.start_seconds, end_seconds=span.end_seconds, reasons=reasons)


def _apart(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits best first, without those that are much the same as a better one."""
    kept: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=lambda one: (*_order(one)[:1], one.span.duration_seconds, *_order(one)[1:])):
        same = kept.setdefault(hit.video_id, [])
        if len(same) < MAX_HITS_A_VIDEO and not any(one.span.iou(hit.span) >= SAME_MOMENT_IOU for one in same):
            same.append(hit)
    return sorted((hit for held in kept.values() for hit in held), key=_order)


def _order(hit: Hit) -> tuple[float, str, float]:
    return -round(hit.score, 6), hit.video_id, hit.start_seconds


def _distinct(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple({(reason.signal, reason.text): reason for reason in reversed(tuple(reasons))}.values())[::-1]


def _mean(scores: Iterable[float]) -> float:
    logs = [_log(score) for score in scores]
    return math.exp(sum(logs) / len(logs))


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def _at(name: str, hit: Hit) -> str:
    return f"{name} at {format_timecode(int(hit.start_seconds))}"
