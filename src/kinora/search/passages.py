"""Sentences of a transcript → passages: where several sentences together answer a question.

A question is answered by a passage rather than by the sentence that shares its words, so each sentence is scored in
windows round it: the words of the question that the window holds (BM25's saturation and rarity), the mean of its
cosines, and the best one. Peaks become passages whose ends lie where the score falls off (N rows, M words).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kinora.index.entry import Vectors
from kinora.search.clauses import Clause
from kinora.search.fitted import PassageFit
from kinora.search.lexical import Match
from kinora.search.words import Wanted
from kinora.timebase import Span

MAX_PASSAGES_A_VIDEO = 5
MIN_WORDS = 2
MIN_WORDS_OF_A_SENTENCE = 5  # words that say something: so many are a description where no sentence holds them
HELD_BY_A_SENTENCE = 0.75
_AS_WRITTEN = 0.99  # how well a sentence holds a word that stands in it in the same form
_LEAST_COSINE, _FULL_COSINE = 0.1, 0.7
_QUESTION = re.compile(
    r"(how|what|whats|why|where|when|who|whom|whose|which|can|could|does|do|did|is|are|was|were|should|will|would|explain"
    r"|describe|summari[sz]e|tell me|show me)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sentences:
    """The sentences of one track in order of time.

    `starts`, `ends` (N,) seconds; `qualities` (N, M) of each wanted word; `cosines` (N,) to the question.
    """

    starts: Vectors
    ends: Vectors
    qualities: Vectors
    cosines: Vectors


@dataclass(frozen=True)
class Passage:
    """Rows `first` to `last`, with the row where the score peaks; `score` in [0, 1]."""

    span: Span
    first: int
    last: int
    peak: int
    score: float


def wants_passage(clause: Clause, wanted: Wanted, matches: Iterable[Match]) -> bool:
    """Return whether free words alone ask or describe something that a passage answers better than a sentence.

    Words that one sentence holds nearly all of are that sentence; a question is, where every word is there as written.
    """
    held = list(matches)
    num_words = len(wanted.content)
    if wanted.phrases or wanted.required_places or num_words < MIN_WORDS:
        return False
    if _QUESTION.match(clause.meaning) or clause.meaning.rstrip().endswith("?"):
        return not any(min(match.qualities, default=0.0) >= _AS_WRITTEN for match in held)
    return num_words >= MIN_WORDS_OF_A_SENTENCE and _most_held(wanted, held) < HELD_BY_A_SENTENCE


def _most_held(wanted: Wanted, matches: Iterable[Match]) -> float:
    """Return the largest share of the wanted words that one sentence holds."""
    held = (sum(w * q for w, q in zip(wanted.weights, match.qualities, strict=False)) for match in matches)
    return max(held, default=0.0) / max(wanted.weight, 1e-6)


def passages_of(
    sentences: Sentences, rarity: Vectors, fit: PassageFit, *, limit: int = MAX_PASSAGES_A_VIDEO
) -> list[Passage]:
    """Return the passages of one track, best first; `rarity` (M,) says how much each word matters."""
    if not len(sentences.starts):
        return []
    scores = window_scores(sentences, rarity, fit)
    taken = np.zeros(len(scores), dtype=bool)
    found: list[Passage] = []
    for peak in np.argsort(-scores, kind="stable").tolist():
        if len(found) == limit or scores[peak] <= 0.0:
            break
        if taken[peak]:
            continue
        first, last = _reach(sentences, scores, taken, peak, fit)
        taken[first : last + 1] = True
        span = Span(float(sentences.starts[first]), float(sentences.ends[first : last + 1].max()))
        found.append(Passage(span, first, last, peak, float(scores[peak])))
    return found


def rarity_of(qualities: Vectors) -> Vectors:
    """Return how rare each word is among the sentences looked at (M,), as BM25 counts it."""
    held = np.count_nonzero(qualities, axis=0)
    rarity: Vectors = np.log1p((len(qualities) - held + 0.5) / (held + 0.5))
    return rarity


def window_scores(sentences: Sentences, rarity: Vectors, fit: PassageFit) -> Vectors:
    """Return how well the surroundings of each sentence answer (N,), in [0, 1]."""
    middles = np.maximum.accumulate((sentences.starts + sentences.ends) / 2)
    words = np.vstack([np.zeros((1, len(rarity))), np.cumsum(sentences.qualities, axis=0)])
    sums = np.concatenate([[0.0], np.cumsum(sentences.cosines)])
    whole = max(float(rarity.sum()), 1e-6)
    scores = np.zeros(len(middles))
    for half in fit.half_seconds:
        first = np.searchsorted(middles, middles - half, "left")
        after = np.searchsorted(middles, middles + half, "right")
        counts = words[after] - words[first]
        said = (counts / (counts + fit.saturation)) @ rarity / whole
        mean = (sums[after] - sums[first]) / (after - first)
        best = _best_in(sentences.cosines, first, after)
        scores += fit.words * said + fit.mean * _calibrated(mean) + fit.best * _calibrated(best)
    calibrated: Vectors = scores / len(fit.half_seconds)
    return calibrated


def _best_in(values: Vectors, first: Vectors, after: Vectors) -> Vectors:
    padded = np.append(values, -1.0)
    best: Vectors = np.maximum.reduceat(padded, np.stack([first, after], axis=1).ravel())[::2]
    return best


def _calibrated(cosines: Vectors) -> Vectors:
    clipped: Vectors = np.clip((cosines - _LEAST_COSINE) / (_FULL_COSINE - _LEAST_COSINE), 0.0, 1.0)
    return clipped


def _reach(sentences: Sentences, scores: Vectors, taken: Vectors, peak: int, fit: PassageFit) -> tuple[int, int]:
    """Return the first and last row of the passage round a peak: it grows to the better side, within its lengths."""
    first = last = peak
    while True:
        sides = [at for at in (first - 1, last + 1) if 0 <= at < len(scores) and not taken[at]]
        if not sides:
            return first, last
        best = max(sides, key=lambda at: float(scores[at]))
        start, end = float(sentences.starts[min(first, best)]), float(sentences.ends[max(last, best)])
        length = float(sentences.ends[last] - sentences.starts[first])
        is_enough = length >= fit.least_seconds and scores[best] < fit.edge_share * scores[peak]
        if is_enough or end - start > fit.most_seconds:
            return first, last
        first, last = min(first, best), max(last, best)
