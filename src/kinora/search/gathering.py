"""A query → the rows that may answer it: a few questions to the index for each kind of signal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import TextRow
from kinora.search.evidence import WHOLE_VIDEO
from kinora.search.known_words import vocabulary as known_vocabulary
from kinora.search.lexical import cached_tokens
from kinora.search.query import Query, Term
from kinora.search.words import COMMON_ROWS, SIGNALS_OF_FIELD, Wanted, Word, wanted_of
from kinora.search.words import phrase_of as phrase_of_term

ROWS_A_QUESTION = 100
MAX_PROBES = 4  # longer queries are asked as a whole
MIN_BEGINNING_CHARACTERS = 3
_TIMED = ("said", "shown", "chapter")


@dataclass(frozen=True)
class Gathered:
    """What was asked for, with the words' weights now known, and the distinct rows that hold any of it."""

    wanted: Wanted
    rows: tuple[TextRow, ...]


def gather_texts(index: Index, query: Query, where: VideoFilter) -> Gathered:
    """Return the rows that hold words of the query: any, all, or some in a video whose title holds others."""
    wanted = wanted_of(query)
    rows: list[TextRow] = []
    for phrase in wanted.phrases:
        rows += index.text_candidates(
            phrase.terms, where, signals=phrase.signals, needs_all=True, limit=ROWS_A_QUESTION
        )
    words = {word: word.weighted(COMMON_ROWS) for word in wanted.words}
    for signals in dict.fromkeys(word.signals for word in wanted.content):
        group = [word for word in wanted.content if word.signals == signals]
        known, found = _gather_group(index, group, last=wanted.words[-1:], where=where)
        words.update(zip(group, known, strict=True))
        rows += found
    return Gathered(Wanted(tuple(words.values()), wanted.phrases), tuple(_distinct(rows)))


def _gather_group(
    index: Index, words: Sequence[Word], *, last: Sequence[Word], where: VideoFilter
) -> tuple[list[Word], list[TextRow]]:
    """Return words that may stand in the same places with their weights now known, and the rows that hold any."""
    signals = words[0].signals
    terms = [term for word in words for term in word.terms]
    rows = index.text_candidates(terms, where, signals=signals, limit=ROWS_A_QUESTION)
    is_whole = len(rows) < ROWS_A_QUESTION
    known = []
    for word in words:
        num_rows = sum(word.is_in(cached_tokens(row.text)) for row in rows)
        if num_rows == 0 or not (is_whole or len(words) > MAX_PROBES):
            word, found = _probe(index, word, where, is_last=word in last)
            rows, num_rows = rows + found, len(found)
        known.append(word.weighted(num_rows))
    return known, rows + _together(index, known, where, is_whole=is_whole)


def _probe(index: Index, word: Word, where: VideoFilter, *, is_last: bool) -> tuple[Word, list[TextRow]]:
    """Return the word (with what it may have meant, where no row holds it) and its rows."""
    rows = index.text_candidates(word.terms, where, signals=word.signals, needs_all=True, limit=ROWS_A_QUESTION)
    if rows or word.token.is_unspaced:
        return word, rows
    meant = replace(word, variants=tuple(_variants(index, word, is_last=is_last)))
    if not meant.variants:
        return word, []
    return meant, index.text_candidates(meant.terms, where, signals=word.signals, limit=ROWS_A_QUESTION)


def _variants(index: Index, word: Word, *, is_last: bool) -> Iterable[str]:
    """Return what an unknown word may have been: unfinished, if it is the last; mistyped, if it is no English word."""
    typed = word.token.folded
    vocabulary = index.vocabulary()
    is_unfinished = is_last and len(typed) >= MIN_BEGINNING_CHARACTERS
    begun = vocabulary.starting_with(typed) if is_unfinished else []
    return dict.fromkeys([*begun, *([] if typed in known_vocabulary() else vocabulary.near(typed))])


def _together(index: Index, words: Sequence[Word], where: VideoFilter, *, is_whole: bool) -> list[TextRow]:
    """Return rows that hold all words, and moments of videos whose title holds some, which other rows crowded out."""
    if is_whole or len(words) < 2 or words[0].signals:
        return []
    terms = [term for word in words for term in word.terms]
    rows: list[TextRow] = []
    if not any(word.variants for word in words):
        rows += index.text_candidates(terms, where, needs_all=True, limit=ROWS_A_QUESTION)
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
