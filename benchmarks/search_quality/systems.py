"""Kinora as it searches, whole or with some of its signals only, over transcripts or a library of videos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from corpus import Corpus
from encoders import Encoder
from metrics import Answer

from kinora.errors import QueryRefused
from kinora.index.entry import IndexedVideo, Pictures
from kinora.index.index import Index
from kinora.moments.gather import Track, VideoWords, moments_of
from kinora.search import by_vector, evaluation, found_rows
from kinora.search.lexical import Match
from kinora.search.query import parse_query
from kinora.search.searcher import Scope, Searcher
from kinora.search.words import Wanted

SCOPE = Scope(None, True, lambda ids: dict.fromkeys(ids, 1))
NUM_ANSWERS = 10
TEXTS = ("said", "shown", "title", "description", "tag", "chapter")


@dataclass(frozen=True)
class Signals:
    """What a run may use: words and meaning of texts of these signals, pictures, passages."""

    words: tuple[str, ...] = TEXTS
    meaning: tuple[str, ...] = TEXTS
    pictures: bool = True
    passages: bool = True


WHOLE = Signals()
ABLATIONS = {
    "whole": WHOLE,
    "without passages": replace(WHOLE, passages=False),
    "without meaning": replace(WHOLE, meaning=(), passages=False),
    "without words": replace(WHOLE, words=(), passages=False),
    "without pictures": replace(WHOLE, pictures=False),
    "words alone": Signals(meaning=(), pictures=False, passages=False),
    "meaning alone": Signals(words=(), pictures=False, passages=False),
    "pictures alone": Signals((), (), passages=False),
    "on-screen text alone": Signals(("shown",), ("shown",), pictures=False, passages=False),
    "titles alone": Signals(("title",), ("title",), pictures=False, passages=False),
}


@contextmanager
def only(signals: Signals) -> Iterator[None]:
    """Leave the other signals out of every search inside."""
    gather, meanings, pictures = evaluation.gather_texts, by_vector._meanings, by_vector._pictures

    def gathered(*given: Any, **named: Any) -> Any:
        found = gather(*given, **named)
        return replace(found, rows=tuple(row for row in found.rows if row.signal in signals.words))

    def near(*given: Any) -> Any:
        return tuple((row, score) for row, score in meanings(*given) if row.signal in signals.meaning)

    with ExitStack() as stack:
        stack.enter_context(patch.object(evaluation, "gather_texts", gathered))
        stack.enter_context(patch.object(by_vector, "_meanings", near))
        stack.enter_context(patch.object(by_vector, "_pictures", pictures if signals.pictures else lambda *_: ()))
        if not signals.words:
            stack.enter_context(patch.object(found_rows, "match_text", _no_match))
        if not signals.passages:
            stack.enter_context(patch.object(evaluation, "wants_passage", lambda *_: False))
        yield


def _no_match(wanted: Wanted, text: str, signal: str) -> Match:
    return Match((0.0,) * len(wanted.words), (False,) * len(wanted.phrases), ())


def build(corpus: Corpus, folder: Path, encoder: Encoder) -> Asking:
    """Return a searcher over the transcripts alone."""
    index = Index.open(folder)
    for number, (name, cues) in enumerate(corpus.transcripts.items()):
        length = max((cue.end_seconds for cue in cues), default=0.0)
        title = corpus.titles.get(name, f"Clip {number}")
        moments = moments_of(VideoWords(length, title=title, tracks=(Track(cues, "en"),)))
        vectors = encoder.embed_sentences([moment.text for moment in moments]).astype(np.float16)
        entry = IndexedVideo(name, 1, title, "archive", 1, "public", 1.7e9, length)
        index.replace_video(entry, moments, vectors, Pictures.none())
    return Asking(Searcher(Index.open(folder, read_only=True), encoder))


@dataclass(frozen=True)
class Asking:
    """A searcher with who asks; `names` gives a video's name by its id in the index, where they differ."""

    searcher: Searcher
    scope: Scope = SCOPE
    names: Mapping[str, str] = field(default_factory=dict)

    def answers(self, query: str) -> list[Answer]:
        """Return the best moments; a query that is refused has none."""
        try:
            hits = self.searcher.find(parse_query(query), self.scope, limit=NUM_ANSWERS).hits
        except QueryRefused:
            return []
        return [(self.names.get(hit.video_id, hit.video_id), hit.span) for hit in hits]
