"""A query → the rows that may answer it: a few questions to the index for each kind of signal, the rows read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import TextRow
from kinora.index.text_search import TextQuestion
from kinora.index.vocabulary import Vocabulary
from kinora.search.clauses import Clause
from kinora.search.evidence import WHOLE_VIDEO
from kinora.search.known_words import vocabulary as known_vocabulary
from kinora.search.language.tree import Term
from kinora.search.lexical import cached_tokens
from kinora.search.words import COMMON_ROWS, SIGNALS_OF_FIELD, Phrase, Wanted, Word, wanted_of
from kinora.search.words import phrase_of as phrase_of_term

ROWS_A_QUESTION = 100
STEPS = ((60, ROWS_A_QUESTION), (300, 500), (1_000, 1_500))  # for so many hits each question gives so many rows
MAX_PROBES = 4  # the words of longer queries are not asked for one by one
MIN_BEGINNING_CHARACTERS = 3
_TIMED = ("said", "shown", "chapter")


@dataclass(frozen=True)
class Gathered:
    """What was asked for, with the words' weights now known, and the distinct rows that hold any of it."""

    wanted: Wanted
    rows: tuple[TextRow, ...]


def gather_texts(index: Index, query: Clause, where: VideoFilter, *, limit: int = ROWS_A_QUESTION) -> Gathered:
    """Return the rows that hold words of the query: any, all, or some in a video whose title holds others."""
    held = index.texts_in_memory()
    if held is not None:
        return Gathering(held, where, limit).of(query)
    return index.steady(lambda: Gathering(index, where, limit).of(query))


class TextSource(Protocol):
    """Where rows are looked for: in memory where they fit, else on disk (`Index`)."""

    def text_places(self, questions: Sequence[TextQuestion], /) -> list[list[int]]:
        """Return the places of the rows that answer each question, best first."""
        ...

    def texts_at(self, places: Sequence[int], /) -> dict[int, TextRow]:
        """Return the moments at these places, in their order."""
        ...

    def vocabulary(self) -> Vocabulary:
        """Return every distinct term."""
        ...


class Gathering:
    """One search's questions to the index; `limit` rows are looked at by each question."""

    def __init__(self, index: TextSource, where: VideoFilter, limit: int) -> None:
        self._index, self._where, self._limit = index, where, limit
        self._rows: dict[int, TextRow] = {}

    def of(self, query: Clause) -> Gathered:
        wanted = wanted_of(query)
        phrases = [self._all_of(phrase) for phrase in wanted.phrases]
        places = [place for found in self._ask(*phrases) for place in found]
        words = {word: word.weighted(COMMON_ROWS) for word in wanted.words}
        for signals in dict.fromkeys(word.signals for word in wanted.content):
            group = [word for word in wanted.content if word.signals == signals]
            known, found = self._group(group, last=wanted.words[-1:])
            words.update(zip(group, known, strict=True))
            places += found
        apart = [self._apart(word) for word in wanted.words if word.halves]
        places += [place for found in self._ask(*apart) for place in found] if apart else []
        rows = self._read(places)
        return Gathered(Wanted(tuple(words.values()), wanted.phrases), tuple(_distinct(rows)))

    def _group(self, words: Sequence[Word], *, last: Sequence[Word]) -> tuple[list[Word], list[int]]:
        """Return words that may stand in the same places with their weights now known, and the places of any."""
        all_of: list[int] = []
        if len(words) == 1:
            (any_of,) = self._ask(self._all_of(words[0]))
        else:
            terms = tuple(dict.fromkeys(term for word in words for term in (*word.terms, *word.joined)))
            any_of, all_of = self._ask(self._any_of(terms, words[0].signals), self._all_of(*words))
        if len(all_of) >= COMMON_ROWS:
            return [word.weighted(COMMON_ROWS) for word in words], [*all_of, *any_of]
        is_whole = len(any_of) < self._limit
        known, found = self._counted(words, any_of, is_whole=is_whole, last=last)
        more = [] if is_whole else self._about(known)
        return known, [*all_of, *any_of, *found, *more]

    def _counted(
        self, words: Sequence[Word], any_of: Sequence[int], *, is_whole: bool, last: Sequence[Word]
    ) -> tuple[list[Word], list[int]]:
        """Return the words with their weights, and the places of what unknown ones may have meant."""
        if len(words) == 1:
            held = {words[0]: list(any_of)}
        elif is_whole or len(words) > MAX_PROBES:
            rows = self._read(any_of)
            held = {w: [n for n, row in enumerate(rows) if w.is_in(cached_tokens(row.text))] for w in words}
        else:
            held = dict(zip(words, self._ask(*(self._all_of(word) for word in words)), strict=True))
        known: list[Word] = []
        places: list[int] = []
        for word in words:
            num_rows = len(held[word])
            if num_rows == 0:
                word, found = self._meant(word, is_last=word in last)
                num_rows, places = len(found), places + found
            elif num_rows < COMMON_ROWS and not is_whole and len(words) <= MAX_PROBES:
                places += held[word]
            known.append(word.weighted(num_rows))
        return known, places

    def _meant(self, word: Word, *, is_last: bool) -> tuple[Word, list[int]]:
        """Return a word that no row holds with what it may have meant, and the places of that."""
        if word.token.is_unspaced:
            return word, []
        meant = replace(word, variants=tuple(dict.fromkeys(_variants(self._index, word, is_last=is_last))))
        return (meant, self._ask(self._any_of(meant.terms, word.signals))[0]) if meant.variants else (word, [])

    def _about(self, words: Sequence[Word]) -> list[int]:
        """Return moments of videos whose title holds some of the words, which other rows crowded out."""
        if len(words) < 2 or words[0].signals:
            return []
        terms = tuple(term for word in words for term in word.terms)
        (about,) = self._ask(replace(self._any_of(terms, WHOLE_VIDEO), limit=COMMON_ROWS))
        video_ids = tuple(dict.fromkeys(row.video_id for row in self._read(about)))
        if not video_ids:
            return []
        inside = replace(self._any_of(terms, _TIMED), where=replace(self._where, video_ids=video_ids))
        return about + self._ask(inside)[0]

    def _all_of(self, *wanted: Word | Phrase) -> TextQuestion:
        terms = tuple(term for one in wanted for term in one.terms)
        return TextQuestion(terms, self._where, wanted[0].signals, needs_all=True, limit=self._limit)

    def _apart(self, word: Word) -> TextQuestion:
        terms = tuple(half.stem for half in word.halves)
        return TextQuestion(terms, self._where, word.signals, needs_all=True, limit=self._limit)

    def _any_of(self, terms: tuple[str, ...], signals: tuple[str, ...]) -> TextQuestion:
        return TextQuestion(terms, self._where, signals, limit=self._limit)

    def _ask(self, *questions: TextQuestion) -> list[list[int]]:
        return self._index.text_places(questions)

    def _read(self, places: Iterable[int]) -> list[TextRow]:
        """Return the rows at these places, each read once in a search."""
        asked = list(dict.fromkeys(places))
        self._rows.update(self._index.texts_at([place for place in asked if place not in self._rows]))
        return [self._rows[place] for place in asked if place in self._rows]


def _variants(index: TextSource, word: Word, *, is_last: bool) -> Iterator[str]:
    """Yield what an unknown word may have been: unfinished, if it is the last; mistyped, if it is no English word."""
    typed = word.token.folded
    vocabulary = index.vocabulary()
    if is_last and len(typed) >= MIN_BEGINNING_CHARACTERS:
        yield from vocabulary.starting_with(typed)
    if typed not in known_vocabulary():
        yield from vocabulary.near(typed)


def gather_unwanted(index: Index, term: Term, where: VideoFilter) -> tuple[Wanted, list[TextRow]]:
    """Return the rows of these videos that may hold a term that is to be left out, and what they must hold."""
    unwanted = wanted_of(Clause(wanted=(term,)))
    phrase = phrase_of_term(term)
    index_terms = phrase.terms if phrase else tuple(t for word in unwanted.words for t in word.terms)
    signals = SIGNALS_OF_FIELD[term.field]
    rows = index.text_candidates(index_terms, where, signals=signals, needs_all=True, limit=5 * ROWS_A_QUESTION)
    return unwanted, rows


def _distinct(rows: Iterable[TextRow]) -> list[TextRow]:
    found: dict[tuple[object, ...], TextRow] = {}
    for row in rows:
        key = (row.video_id, row.revision, row.signal, row.start_seconds, row.end_seconds, row.text)
        found.setdefault(key, row)
    return list(found.values())
