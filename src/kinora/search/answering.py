"""Questions → passages of the videos that hold something on them, in place of lone sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinora.index.entry import Vectors
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import TextRow
from kinora.search.fitted import PassageFit
from kinora.search.hit import Hit, Reason
from kinora.search.lexical import Match, match_text
from kinora.search.passages import Passage, Sentences, passages_of, rarity_of
from kinora.search.words import Wanted, Word

NUM_VIDEOS = 4
NUM_ROWS = 800
MAX_REASONS = 3
_BEGINNING = 4  # letters by which a text is known to hold no form of a word
_SAME = 0.5  # of a lone sentence lies in a passage


@dataclass(frozen=True)
class Question:
    """What is asked, where, and of which revisions."""

    wanted: Wanted
    vector: Vectors
    where: VideoFilter
    current: dict[str, int]


@dataclass(frozen=True)
class Track:
    """One video's sentences of one language in order of time, each with how well it holds each word (M,)."""

    video_id: str
    lines: tuple[tuple[TextRow, Vectors], ...]
    sentences: Sentences


def answered(hits: Sequence[Hit], question: Question, index: Index, fit: PassageFit) -> list[Hit]:
    """Return passages and what else was found, in no order; `hits` are best first and say where to look."""
    tracks, rarity = looked_at(hits, question, index)
    passages = [
        _hit(one, track, question.wanted) for track in tracks for one in passages_of(track.sentences, rarity, fit)
    ]
    supported = [one for one in passages if any(_meet(one, hit) for hit in hits)]
    return [*supported, *_others(hits, supported, fit)]


def looked_at(hits: Sequence[Hit], question: Question, index: Index) -> tuple[list[Track], Vectors]:
    """Return the sentences of the best videos that are read for an answer, and how rare each word is in them (M,)."""
    video_ids = tuple(dict.fromkeys(hit.video_id for hit in hits))[:NUM_VIDEOS]
    inside = replace(question.where, video_ids=video_ids)
    rows = index.sentence_candidates(question.vector, inside, signals=("said",), limit=NUM_ROWS)
    rows = [row for row in rows if question.current.get(row.video_id) == row.revision]
    qualities = qualities_in(question.wanted, rows)
    tracks = [
        Track(rows[places[0]].video_id, tuple((rows[at], qualities[at]) for at in places),
              _sentences(places, rows, qualities))
        for places in _tracks(rows)
    ]  # fmt: skip
    return tracks, rarity_of(qualities)


def qualities_in(wanted: Wanted, rows: Sequence[TextRow]) -> Vectors:
    """Return how well each row holds each of the words that say something (N, M)."""
    telling = {word.token.folded for word in wanted.content}
    places = [at for at, word in enumerate(wanted.words) if word.token.folded in telling]
    beginnings = {form[:_BEGINNING] for at in places for form in _forms(wanted.words[at])}
    qualities = np.zeros((len(rows), len(places)), np.float32)
    for number, row in enumerate(rows):
        text = row.text.lower()
        if not text.isascii() or any(beginning in text for beginning in beginnings):
            held = match_text(wanted, row.text, row.signal).qualities
            qualities[number] = [held[at] for at in places]
    return qualities


def _forms(word: Word) -> tuple[str, ...]:
    return (word.token.folded, word.token.stem, *word.variants, *word.joined, *(half.folded for half in word.halves))


def _tracks(rows: Sequence[TextRow]) -> list[list[int]]:
    """Return the places of each video's sentences of one language, in order of time."""
    tracks: dict[tuple[str, str], list[int]] = {}
    for at, row in enumerate(rows):
        tracks.setdefault((row.video_id, row.language), []).append(at)
    return [sorted(places, key=lambda at: (rows[at].start_seconds, rows[at].end_seconds)) for places in tracks.values()]


def _sentences(places: Sequence[int], rows: Sequence[TextRow], qualities: Vectors) -> Sentences:
    mine = [rows[at] for at in places]
    starts, ends, cosines = (
        np.array([getattr(row, name) for row in mine], np.float64) for name in ("start_seconds", "end_seconds", "score")
    )
    return Sentences(starts, ends, qualities[list(places)], cosines)


def _hit(passage: Passage, track: Track, wanted: Wanted) -> Hit:
    inside = track.lines[passage.first : passage.last + 1]
    telling = sorted(inside, key=lambda one: -float(one[1].sum()) - 2.0 * one[0].score)[:MAX_REASONS]
    reasons = tuple(_reason(row, match_text(wanted, row.text, row.signal), passage.score) for row, _ in telling)
    return Hit(track.video_id, passage.span.start_seconds, passage.span.end_seconds, passage.score, reasons)


def _reason(row: TextRow, match: Match, score: float) -> Reason:
    return Reason("said" if match.is_any else "meaning", row.text, score, match.highlights)


def _meet(one: Hit, other: Hit) -> bool:
    return one.video_id == other.video_id and one.span.overlap_seconds(other.span) > 0


def _others(hits: Sequence[Hit], passages: Sequence[Hit], fit: PassageFit) -> list[Hit]:
    """Return what no passage holds; a lone sentence counts less where passages answer."""
    kept = []
    for hit in hits:
        length = max(hit.span.duration_seconds, 1e-6)
        held = (one.span.overlap_seconds(hit.span) for one in passages if one.video_id == hit.video_id)
        is_said = hit.reasons[0].signal in ("said", "meaning")
        if is_said and any(overlap >= _SAME * length for overlap in held):
            continue
        kept.append(replace(hit, score=hit.score * fit.others) if is_said and passages else hit)
    return kept
