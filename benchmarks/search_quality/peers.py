"""Plain ways to rank the same transcripts: BM25 and the cosine of the same MiniLM, over cues and over windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from corpus import Corpus
from encoders import Encoder
from metrics import Answer

from kinora.timebase import Span

NUM_ANSWERS = 10


@dataclass(frozen=True)
class Unit:
    """A range of a transcript with its words."""

    video: str
    span: Span
    text: str


def units_of(corpus: Corpus, window_seconds: float) -> list[Unit]:
    """Return the cues (0), or windows of so many seconds, each beginning half a window after the one before."""
    return [unit for name, cues in corpus.transcripts.items() for unit in _units(name, cues, window_seconds)]


def _units(name: str, cues: Sequence, seconds: float) -> Iterator[Unit]:
    if not seconds:
        yield from (Unit(name, cue.span, cue.text) for cue in cues)
        return
    begin, first = -1e9, 0
    for first, cue in enumerate(cues):
        if cue.start_seconds < begin + seconds / 2:
            continue
        begin = cue.start_seconds
        held = [one for one in cues[first:] if one.end_seconds <= begin + seconds] or [cue]
        yield Unit(name, Span(begin, held[-1].end_seconds), " ".join(one.text for one in held))


def by_bm25(units: Sequence[Unit], queries: Sequence[str]) -> list[list[Answer]]:
    """Return the best units by bm25s (Lucene's formula, English stop words, its own tokens)."""
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize([unit.text for unit in units], stopwords="en", show_progress=False), show_progress=False)
    asked = bm25s.tokenize(list(queries), stopwords="en", show_progress=False, return_ids=False)
    answers = []
    for tokens in asked:
        scores = index.get_scores(tokens) if tokens else np.zeros(len(units))
        answers.append(
            [_answer(units[at]) for at in np.argsort(-scores, kind="stable")[:NUM_ANSWERS] if scores[at] > 0]
        )
    return answers


def by_cosine(units: Sequence[Unit], queries: Sequence[str], encoder: Encoder) -> list[list[Answer]]:
    """Return the best units by the cosine of their sentence vectors."""
    vectors = encoder.embed_sentences([unit.text for unit in units]).astype(np.float32)
    asked = encoder.embed_sentences(list(queries)).astype(np.float32)
    return [[_answer(units[at]) for at in np.argsort(-(vectors @ one), kind="stable")[:NUM_ANSWERS]] for one in asked]


def _answer(unit: Unit) -> Answer:
    return unit.video, unit.span
