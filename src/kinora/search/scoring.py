"""Evidence of one video → hits: how well each range answers, what counts beside it, which neighbours are one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kinora.search.evidence import Evidence
from kinora.search.hit import Hit, Reason
from kinora.search.words import Wanted
from kinora.timebase import Span

NEIGHBOUR_GAP_SECONDS = 2.0
SAME_MOMENT_IOU = 0.35
MAX_MOMENT_SECONDS = 20.0
WHOLE_VIDEO_SECONDS = 10.0  # what a hit by title alone plays
BESIDE = 0.85  # a word said or shown right beside the moment counts this much
ABOUT = 0.6  # a word of the title, description or tags counts this much for a moment of the video
MIN_COVERAGE = 0.3
_WEIGHTS = ((1, (0.68, 0.20, 0.12)), (3, (0.52, 0.33, 0.15)), (1_000, (0.42, 0.38, 0.20)))  # by number of words
_SIGNAL_FACTOR = {"said": 1.0, "shown": 0.97, "chapter": 0.93, "title": 0.88, "tag": 0.82, "description": 0.8}


@dataclass(frozen=True)
class Weights:
    """The convex weights of the signals; they sum to 1 over the signals at hand."""

    words: float
    meaning: float
    picture: float


@dataclass(frozen=True)
class Scored:
    """Evidence with its place in the ranking; `words` is the calibrated score of its words."""

    evidence: Evidence
    score: float
    words: float


def weights_for(wanted: Wanted, *, has_meaning: bool, has_picture: bool) -> Weights:
    """Return the weights by kind of query: the more words, the more meaning and picture say."""
    words, meaning, picture = next(weights for most, weights in _WEIGHTS if len(wanted.content) <= most)
    if wanted.phrases:
        words, meaning, picture = 0.9, 0.06, 0.04
    meaning, picture = meaning * has_meaning, picture * has_picture
    whole = words + meaning + picture
    return Weights(words / whole, meaning / whole, picture / whole)


def hits_of_video(evidence: Sequence[Evidence], wanted: Wanted, weights: Weights) -> list[Hit]:
    """Return the moments of one video that answer, best first, neighbours that are one moment merged."""
    scored = [_scored(one, near, wanted, weights) for one, near in _with_neighbours(evidence)]
    good = [one for one in scored if one.score > 0.0]
    good.sort(key=lambda one: (-one.score, one.evidence.span, one.evidence.signal, one.evidence.text))
    return _merged(good)


def _with_neighbours(evidence: Sequence[Evidence]) -> list[tuple[Evidence, list[Evidence]]]:
    """Return each piece of evidence with those that may count for it: in time beside it, or about the whole video."""
    about = [one for one in evidence if one.is_whole_video]
    timed = sorted((one for one in evidence if not one.is_whole_video), key=lambda one: one.span)
    near: list[list[Evidence]] = [[one, *about] for one in timed]
    for at, one in enumerate(timed):
        for place in range(at + 1, len(timed)):
            if timed[place].span.start_seconds > one.span.end_seconds + NEIGHBOUR_GAP_SECONDS:
                break
            near[at].append(timed[place])
            near[place].append(one)
    return [*zip(timed, near, strict=True), *((one, about) for one in about)]


def _scored(one: Evidence, others: Sequence[Evidence], wanted: Wanted, weights: Weights) -> Scored:
    span = span_of(one)
    words = _words_score(one, others, wanted)
    meaning, picture = one.meaning, one.picture
    for other in others:
        if other is not one and not other.is_whole_video and span.iou(other.span) >= SAME_MOMENT_IOU:
            meaning, picture = max(meaning, other.meaning), max(picture, other.picture)
    if max(words, meaning, picture) <= 0.0 or not _holds_required(one, others, wanted):
        return Scored(one, 0.0, 0.0)
    fused = weights.words * words + weights.meaning * meaning + weights.picture * picture
    return Scored(one, fused * _SIGNAL_FACTOR.get(one.signal, 1.0), words)


def _words_score(one: Evidence, others: Sequence[Evidence], wanted: Wanted) -> float:
    """Return the share of the wanted words found here, beside it, or in what the video is about, in [0, 1]."""
    if wanted.is_empty or one.match is None or not one.match.is_any:
        return 0.0
    best = [*one.match.qualities, *one.match.phrases]
    for other in others:
        if other is one or other.match is None or not other.match.is_any:
            continue
        factor = _nearness(one, other)
        for at, quality in enumerate((*other.match.qualities, *other.match.phrases)):
            if quality and factor * quality > best[at]:
                best[at] = factor * quality
    coverage = sum(weight * quality for weight, quality in zip(wanted.weights, best, strict=True)) / wanted.weight
    return coverage**1.5 if coverage >= MIN_COVERAGE else 0.0


def _nearness(one: Evidence, other: Evidence) -> float:
    if other is one:
        return 1.0
    if other.is_whole_video:
        return 1.0 if one.is_whole_video else ABOUT
    if one.is_whole_video:
        return 0.0
    gap = max(one.span.start_seconds, other.span.start_seconds) - min(one.span.end_seconds, other.span.end_seconds)
    return BESIDE if gap <= NEIGHBOUR_GAP_SECONDS else 0.0


def _holds_required(one: Evidence, others: Sequence[Evidence], wanted: Wanted) -> bool:
    """Return whether quoted phrases and words with a field are all there."""
    if not wanted.required_places and not wanted.phrases:
        return True
    near = [o.match for o in others if o.match and _nearness(one, o) > 0.0]
    has_words = all(any(match.qualities[at] for match in near) for at in wanted.required_places)
    return has_words and all(any(match.phrases[at] for match in near) for at in range(len(wanted.phrases)))


def span_of(one: Evidence) -> Span:
    """Return what plays: the evidence's own span, for words about the whole video its start."""
    if one.is_whole_video:
        return Span(one.span.start_seconds, min(one.span.end_seconds, one.span.start_seconds + WHOLE_VIDEO_SECONDS))
    return one.span


def _merged(ranked: Sequence[Scored]) -> list[Hit]:
    groups: list[list[Scored]] = []
    spans: list[Span] = []
    for one in ranked:
        span = span_of(one.evidence)
        at = next((i for i, group in enumerate(groups) if _is_same(group, spans[i], one)), None)
        if at is None:
            groups.append([one])
            spans.append(span)
        else:
            if _grows(groups[at], one):
                spans[at] = spans[at].joined(span)
            groups[at].append(one)
    return [_hit(group, span) for group, span in zip(groups, spans, strict=True)]


def _is_same(group: Sequence[Scored], span: Span, one: Scored) -> bool:
    """Return whether a range belongs to a moment: it is much the same, or both together are still a moment of both."""
    own = span_of(one.evidence)
    if group[0].evidence.is_whole_video or one.evidence.is_whole_video:
        return group[0].evidence.is_whole_video and one.evidence.is_whole_video
    if span.iou(own) >= SAME_MOMENT_IOU:
        return True
    if any(span_of(part.evidence).iou(own) >= SAME_MOMENT_IOU for part in group):
        return True
    gap = max(span.start_seconds, own.start_seconds) - min(span.end_seconds, own.end_seconds)
    joined = span.joined(own)
    is_near = gap <= NEIGHBOUR_GAP_SECONDS and joined.duration_seconds <= MAX_MOMENT_SECONDS
    return is_near and _grows(group, one)


def _grows(group: Sequence[Scored], one: Scored) -> bool:
    """Return whether a neighbour holds wanted words that the moment lacks, so that the moment reaches over it."""
    match = one.evidence.match
    if one.evidence.is_whole_video or match is None or not match.is_any:
        return False
    held = [part.evidence.match for part in group if part.evidence.match]
    return any(
        quality > 0.0 and not any(other.qualities[at] for other in held) for at, quality in enumerate(match.qualities)
    )


def _hit(group: Sequence[Scored], span: Span) -> Hit:
    best = group[0]
    distinct: dict[tuple[str, str], Reason] = {}
    for reason in sorted((r for one in group for r in _reasons(one)), key=lambda reason: -reason.score):
        distinct.setdefault((reason.signal, reason.text), reason)
    return Hit(best.evidence.video_id, span.start_seconds, span.end_seconds, best.score, tuple(distinct.values()))


def _reasons(one: Scored) -> list[Reason]:
    evidence, reasons = one.evidence, []
    if evidence.match and evidence.match.is_any and one.words > 0:
        reasons.append(Reason(evidence.signal, evidence.text, one.words, evidence.match.highlights, evidence.box))
    elif evidence.meaning > 0:
        reasons.append(Reason("meaning", evidence.text, evidence.meaning, (), evidence.box))
    if evidence.picture > 0:
        reasons.append(Reason("picture", evidence.text, evidence.picture))
    return reasons
