"""Which videos to recommend, in which order and why: from signals that were found ahead of time. No database here.

A candidate has evidence of several kinds; the strongest gives the reason that is shown, the others add to it. Then the
order is made one by one, so that no channel and no single reason fills the list (maximal marginal relevance: Carbonell
and Goldstein, 1998, with sameness of channel and of cause as the likeness).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

# How much a full signal of each kind weighs. `viewers`, `words` and `popular` were fitted to one made-up log
# (benchmarks/recommendations/fit.py); a full `popular` is the most watched video's alone, so most have little of it.
# The others are by judgement: a picture says less than words; following is asked for; newness only breaks ties.
WEIGHTS: Mapping[str, float] = {
    "viewers": 0.6,
    "words": 0.8,
    "picture": 0.55,
    "subscription": 1.0,
    "channel": 0.25,
    "fresh": 0.12,
    "popular": 3.0,
}
# A bare score of this much says nothing yet: any two texts share a language, any two pictures a sky.
FLOOR: Mapping[str, float] = {"words": 0.2, "picture": 0.1, "viewers": 0.0}
NUM_SEEDS = 12  # of what a person watched last; half as many of what they liked last
MAX_OF_KIND = 4.0  # what all evidence of a kind, from all that was watched, adds up to at most
FRESH_DAYS = 10.0  # after so many days newness is worth 1/e
LESS_OF_THIS = 0.7  # share of its worth that the nearest neighbour of something unwanted loses
SAME_CHANNEL = 0.72  # what each further video of a channel keeps of its worth
SAME_CAUSE = 0.85  # what each further video that one watched video brought keeps


@dataclass(frozen=True)
class Evidence:
    """Why a video may be wanted: a kind of `WEIGHTS`, how strong in [0, 1], and what it came from.

    `cause` is the video that was watched or liked, 0 where there is none. The seconds are where the two are nearest.
    """

    kind: str
    strength: float
    cause: int = 0
    at_seconds: float = 0.0
    other_seconds: float = 0.0
    num_people: int = 0


@dataclass(frozen=True)
class Candidate:
    """A video that may be recommended."""

    video: int
    channel: int
    age_days: float
    evidence: tuple[Evidence, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Recommended:
    """A video that is recommended, and its strongest reason."""

    video: int
    score: float
    reason: Evidence


def rank(
    candidates: Iterable[Candidate],
    *,
    limit: int,
    unwanted: Mapping[int, float] | None = None,
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Recommended]:
    """Return the best candidates in the order to be shown.

    Args:
        unwanted: how near a video is, in [0, 1], to what its person wants less of.
    """
    near = unwanted or {}
    scored = [(_worth(one, weights) * (1 - LESS_OF_THIS * near.get(one.video, 0.0)), one) for one in candidates]
    left = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].video))
    chosen: list[Recommended] = []
    channels: Counter[int] = Counter()
    causes: Counter[int] = Counter()
    while left and len(chosen) < limit:
        best = max(range(len(left)), key=lambda place: _now(left[place], channels, causes, weights))
        score, candidate = left.pop(best)
        reason = strongest(candidate.evidence, weights)
        chosen.append(Recommended(candidate.video, score, reason))
        channels[candidate.channel] += 1
        causes[reason.cause] += bool(reason.cause)
    return chosen


def strongest(evidence: Sequence[Evidence], weights: Mapping[str, float] = WEIGHTS) -> Evidence:
    """Return what is told as the reason."""
    return max(evidence, key=lambda one: (weights[one.kind] * one.strength, one.kind))


def _worth(candidate: Candidate, weights: Mapping[str, float]) -> float:
    """Return a candidate's worth: the evidence of each kind added up, and the kinds by their weights."""
    by_kind: dict[str, float] = {}
    for one in candidate.evidence:
        by_kind[one.kind] = by_kind.get(one.kind, 0.0) + one.strength
    worth = sum(weights[kind] * min(MAX_OF_KIND, strength) for kind, strength in by_kind.items())
    return worth * (0.9 + 0.1 * math.exp(-candidate.age_days / FRESH_DAYS)) if worth else 0.0


def _now(
    pair: tuple[float, Candidate], channels: Counter[int], causes: Counter[int], weights: Mapping[str, float]
) -> float:
    score, candidate = pair
    cause = strongest(candidate.evidence, weights).cause
    return score * SAME_CHANNEL ** channels[candidate.channel] * SAME_CAUSE ** (causes[cause] if cause else 0)


def freshness(age_days: float) -> float:
    """Return how new a video is, in [0, 1]."""
    return math.exp(-max(0.0, age_days) / FRESH_DAYS)
