"""More like this, less like this: Rocchio's feedback over meaning, look and words (Rocchio 1971; SMART, α β γ).

What the examples say is averaged, what the counter-examples say taken away; the moments found are ranked again by how
near they come to the one and the other, and moments near the examples join them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinora.index.entry import Vectors
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.terms import tokens_of
from kinora.search.alike import Pictured, seconds_alike
from kinora.search.hit import Hit, Reason
from kinora.search.meaning import curve_for
from kinora.search.scope import Scope
from kinora.search.stop_words import STOP_WORDS
from kinora.timebase import Span

ALPHA, BETA, GAMMA = 0.45, 0.55, 0.6  # of the search itself, of the examples, of the counter-examples
NEAR_ROWS = 120
OF_HITS_ROWS = 1_500
NUM_WORDS = 8
LEAST_SCORE = 0.02
LEAST_REASON = 0.1

Embed = Callable[[Sequence[str]], Vectors | None]


@dataclass(frozen=True)
class Example:
    """A moment that a person pointed at: what is said and shown in it, and what it looks like."""

    video_id: str
    span: Span
    texts: tuple[str, ...] = ()
    look: Pictured | None = None


@dataclass(frozen=True)
class Feedback:
    """Moments to find more of, and moments to find less of."""

    more: tuple[Example, ...] = ()
    less: tuple[Example, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.more or self.less)


NO_FEEDBACK = Feedback()


def ranked_again(
    hits: Sequence[Hit], feedback: Feedback, index: Index, where: VideoFilter, scope: Scope, embed: Embed
) -> list[Hit]:
    """Return the moments in their new order: what is near the examples first, what is near the others last or gone."""
    near = _Nearness(index, where, scope, embed)
    found = _with_new(hits, near.moments_like(feedback.more))
    more, less = near.of(found, feedback.more), near.of(found, feedback.less)
    moved = [_moved(hit, more[at], less[at], feedback) for at, hit in enumerate(found)]
    kept = [hit for hit in moved if hit.score >= LEAST_SCORE and not _is_one_of(hit, feedback.less)]
    return sorted(kept, key=lambda hit: (-round(hit.score, 6), hit.video_id, hit.start_seconds))


def _moved(hit: Hit, more: float, less: float, feedback: Feedback) -> Hit:
    share = BETA if feedback.more else 0.0
    score = (1 - share) * hit.score + share * more - GAMMA * less
    signs = [("more_like", more), ("less_like", less)]
    reasons = [Reason(signal, "", value) for signal, value in signs if value >= LEAST_REASON]  # type: ignore[arg-type]
    return replace(hit, score=max(0.0, min(1.0, score)), reasons=(*hit.reasons, *reasons))


def _with_new(hits: Sequence[Hit], new: Iterable[Hit]) -> list[Hit]:
    found = list(hits)
    for one in new:
        if not any(hit.video_id == one.video_id and hit.span.overlap_seconds(one.span) > 0 for hit in found):
            found.append(one)
    return found


def _is_one_of(hit: Hit, examples: Sequence[Example]) -> bool:
    return any(one.video_id == hit.video_id and one.span.iou(hit.span) > 0.5 for one in examples)


class _Nearness:
    """How near moments come to examples, by the best of meaning, look and words."""

    def __init__(self, index: Index, where: VideoFilter, scope: Scope, embed: Embed) -> None:
        self._index, self._where, self._scope, self._embed = index, where, scope, embed

    def moments_like(self, examples: Sequence[Example]) -> list[Hit]:
        """Return moments near the examples, wherever they are."""
        hits = []
        for video_id, revision, span, score, text in self._near(examples, self._where, NEAR_ROWS):
            if self._scope.is_current([video_id]).get(video_id) == revision:
                reason = Reason("meaning" if text else "looks_like", text, score)
                hits.append(Hit(video_id, span.start_seconds, span.end_seconds, 0.0, (reason,)))
        return hits

    def of(self, hits: Sequence[Hit], examples: Sequence[Example]) -> list[float]:
        """Return how near each moment comes, in [0, 1]."""
        if not hits or not examples:
            return [0.0] * len(hits)
        inside = replace(self._where, video_ids=tuple({hit.video_id for hit in hits}))
        spans: dict[str, list[tuple[Span, float]]] = {}
        for video_id, _, span, score, _ in self._near(examples, inside, OF_HITS_ROWS):
            spans.setdefault(video_id, []).append((span, score))
        words = telling_words(examples)
        return [max(_best_in(hit, spans.get(hit.video_id, ())), _share_of_words(hit, words)) for hit in hits]

    def _near(
        self, examples: Sequence[Example], where: VideoFilter, limit: int
    ) -> list[tuple[str, int, Span, float, str]]:
        found = []
        if (vector := self._mean_of_texts(examples)) is not None:
            curve = curve_for("", num_videos=10)
            rows = self._index.sentence_candidates(vector, where, limit=limit, min_cosine=curve.cut_off)
            found += [
                (r.video_id, r.revision, Span(r.start_seconds, r.end_seconds), curve.score(r.score), r.text)
                for r in rows
                if r.signal in ("said", "shown", "chapter")
            ]
        for example in examples:
            for row, score in seconds_alike(self._index, example.look, where) if example.look else ():
                found.append((row.video_id, row.revision, Span(row.second, row.second + 1.0), score, ""))
        return found

    def _mean_of_texts(self, examples: Sequence[Example]) -> Vectors | None:
        """Return the centre of what the examples say, of length 1."""
        texts = [" ".join(one.texts) for one in examples if one.texts]
        vectors = self._embed(texts) if texts else None
        if vectors is None:
            return None
        mean = np.asarray(vectors, np.float32).mean(axis=0)
        unit: Vectors = mean / max(float(np.linalg.norm(mean)), 1e-6)
        return unit


def telling_words(examples: Sequence[Example]) -> dict[str, float]:
    """Return the words that the examples share or repeat, with their weights, which sum to 1."""
    counts = Counter(
        token.stem
        for one in examples
        for token in {t.stem: t for text in one.texts for t in tokens_of(text)}.values()
        if token.folded not in STOP_WORDS and len(token.folded) > 2
    )
    best = dict(counts.most_common(NUM_WORDS))
    return {word: count / sum(best.values()) for word, count in best.items()}


def _share_of_words(hit: Hit, words: dict[str, float]) -> float:
    if not words:
        return 0.0
    held = {token.stem for reason in hit.reasons for token in tokens_of(reason.text)}
    return sum(weight for word, weight in words.items() if word in held)


def _best_in(hit: Hit, spans: Sequence[tuple[Span, float]]) -> float:
    own = Span(hit.start_seconds, max(hit.end_seconds, hit.start_seconds + 0.5))
    return max((score for span, score in spans if own.overlap_seconds(span) > 0), default=0.0)
