"""A query → the rows that may answer it: a few questions to the index for each kind of signal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import TextRow
from kinora.index.vocabulary import allowed_edits
from kinora.search.evidence import WHOLE_VIDEO
from kinora.search.query import Query, Term
from kinora.search.words import COMMON_ROWS, SIGNALS_OF_FIELD, STOP_WORDS, Wanted, Word, wanted_of
from kinora.search.words import phrase_of as phrase_of_term

ROWS_A_QUESTION = 200
MIN_BEGINNING_CHARACTERS = 3
_TIMED = ("said", "shown", "chapter")


@dataclass(frozen=True)
class Gathered:
    """What was asked for, with the words' weights now known, and the distinct rows that hold any of it."""

    wanted: Wanted
    rows: tuple[TextRow, ...]


def gather_texts(index: Index, query: Query, where: VideoFilter) -> Gathered:
    """Return the rows that hold words of the query: each word's, those with all words, those of fitting videos."""
    wanted = wanted_of(query)
    rows: list[TextRow] = []
    words = []
    for word in wanted.words:
        known, found = _probe(index, word, where, is_last=word is wanted.words[-1])
        words.append(known)
        rows += found
    wanted = Wanted(tuple(words), wanted.phrases)
    for phrase in wanted.phrases:
        rows += index.text_candidates(
            phrase.terms, where, signals=phrase.signals, needs_all=True, limit=ROWS_A_QUESTION
        )
    rows += _together(index, wanted, where)
    return Gathered(wanted, tuple(_distinct(rows)))


def _probe(index: Index, word: Word, where: VideoFilter, *, is_last: bool) -> tuple[Word, list[TextRow]]:
    """Return the word with its weight (and what it may have meant, where no row holds it), and its rows."""
    if word.token.folded in STOP_WORDS:
        return word.weighted(COMMON_ROWS), []
    rows = index.text_candidates(word.terms, where, signals=word.signals, needs_all=True, limit=ROWS_A_QUESTION)
    if rows or word.token.is_unspaced:
        return word.weighted(len(rows)), rows
    for meant in _meanings(index, word, is_last=is_last):
        rows = index.text_candidates(meant.variants, where, signals=word.signals, limit=ROWS_A_QUESTION)
        if rows:
            return meant.weighted(len(rows)), rows
    return word.weighted(0), []


def _meanings(index: Index, word: Word, *, is_last: bool) -> Iterable[Word]:
    """Yield what an unknown word may have been: unfinished, if it is the last, else mistyped."""
    typed = word.token.folded
    vocabulary = index.vocabulary()
    is_unfinished = is_last and len(typed) >= MIN_BEGINNING_CHARACTERS
    if is_unfinished and (begun := vocabulary.starting_with(typed)):
        yield replace(word, variants=tuple(begun), is_beginning=True)
    limit = allowed_edits(typed)
    near = [*vocabulary.near(typed, max_edits=limit), *vocabulary.near(word.token.stem, max_edits=limit)]
    if near:
        yield replace(word, variants=tuple(dict.fromkeys(near)))


def _together(index: Index, wanted: Wanted, where: VideoFilter) -> list[TextRow]:
    """Return rows that hold all free words, rows that hold many, and moments of videos whose title holds some."""
    free = [word for word in wanted.content if not word.signals]
    if len(free) < 2:
        return []
    terms = [term for word in free for term in (word.variants or word.terms)]
    rows: list[TextRow] = []
    if not any(word.variants for word in free):
        rows += index.text_candidates(terms, where, needs_all=True, limit=ROWS_A_QUESTION)
    if len(free) > 2:
        rows += index.text_candidates(terms, where, limit=ROWS_A_QUESTION)
    about = index.text_candidates(terms, where, signals=WHOLE_VIDEO, limit=COMMON_ROWS)
    if about:
        inside = replace(where, video_ids=tuple(dict.fromkeys(row.video_id for row in about)))
        rows += about + index.text_candidates(terms, inside, signals=_TIMED, limit=ROWS_A_QUESTION)
    return rows


def gather_unwanted(index: Index, terms: Sequence[Term], where: VideoFilter) -> list[tuple[Wanted, TextRow]]:
    """Return the rows of these videos that may hold what is to be left out, each with the term it may hold."""
    found = []
    for term in terms:
        unwanted = wanted_of(Query(terms=(replace(term, is_negative=False),)))
        phrase = phrase_of_term(term)
        index_terms = phrase.terms if phrase else tuple(t for word in unwanted.words for t in word.terms)
        rows = index.text_candidates(
            index_terms, where, signals=SIGNALS_OF_FIELD[term.field], needs_all=True, limit=5 * ROWS_A_QUESTION
        )
        found += [(unwanted, row) for row in rows]
    return found


def _distinct(rows: Iterable[TextRow]) -> list[TextRow]:
    found: dict[tuple[object, ...], TextRow] = {}
    for row in rows:
        found.setdefault((row.video_id, row.signal, row.start_seconds, row.end_seconds, row.text), row)
    return list(found.values())
