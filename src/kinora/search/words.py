"""A query's terms → the words and phrases to match, with how much each one matters."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from kinora.index.terms import Token, stem_of, tokens_of
from kinora.search.known_words import vocabulary
from kinora.search.language.tree import Term, TermField
from kinora.search.stop_words import STOP_WORDS

SIGNALS_OF_FIELD: dict[TermField, tuple[str, ...]] = {
    "": (),
    "said": ("said",),
    "shown": ("shown",),
    "title": ("title",),
    "tag": ("tag",),
}
STOP_WEIGHT = 0.08
MIN_PART = 3  # letters of each part of a word that may be written together or apart
COMMON_ROWS = 64  # a word in this many rows is common; no count goes further, so scores give no hidden rows away


@dataclass(frozen=True)
class Word:
    """One word to find: its token, its weight, and what it may have meant when nothing holds it.

    `variants` are words of the index that a mistyped or unfinished one may have been. `joined` are stems of the word
    written together with its neighbour in the query (*web site*: `websit`); `halves` its two parts written apart.
    """

    token: Token
    signals: tuple[str, ...]
    is_required: bool
    weight: float = 1.0
    variants: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    halves: tuple[Token, ...] = ()

    def weighted(self, num_rows: int) -> Word:
        """Return the word with the weight of one that so many rows hold (counted up to `COMMON_ROWS`)."""
        if self.token.folded in STOP_WORDS:
            return replace(self, weight=STOP_WEIGHT)
        common = math.log1p(min(num_rows, COMMON_ROWS)) / math.log1p(COMMON_ROWS)
        return replace(self, weight=1.0 / (1.0 + common))

    def is_in(self, tokens: Iterable[Token]) -> bool:
        """Return whether a text holds the word or a form of it."""
        if self.token.is_unspaced:
            return any(self.token.folded in token.folded for token in tokens if token.is_unspaced)
        return any(token.stem == self.token.stem for token in tokens)

    @property
    def terms(self) -> tuple[str, ...]:
        """Return the index terms to ask for: all of the word's own, or any of its variants'."""
        if self.variants:
            return tuple(dict.fromkeys(stem_of(variant) for variant in self.variants))
        return self.token.query_terms()


@dataclass(frozen=True)
class Phrase:
    """Words that must follow each other exactly as written."""

    text: str
    tokens: tuple[Token, ...]
    signals: tuple[str, ...]
    weight: float = 1.0

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(term for token in self.tokens for term in token.query_terms())


@dataclass(frozen=True)
class Wanted:
    """All that a query wants matched in words."""

    words: tuple[Word, ...]
    phrases: tuple[Phrase, ...]

    def places_of(self, token: Token) -> Collection[int]:
        """Return which of the words a text's token may be: they have its stem, or may have meant it."""
        by_stem = self.forms.get(token.stem, ())
        if token.folded == token.stem:
            return by_stem
        by_word = self.forms.get(token.folded, ())
        return {*by_stem, *by_word} if by_stem and by_word else by_stem or by_word

    @cached_property
    def unspaced_places(self) -> tuple[int, ...]:
        """Return which of the words are of scripts without spaces."""
        return tuple(at for at, word in enumerate(self.words) if word.token.is_unspaced)

    @cached_property
    def split_places(self) -> tuple[int, ...]:
        """Return which of the words may be written apart."""
        return tuple(at for at, word in enumerate(self.words) if word.halves)

    @cached_property
    def forms(self) -> dict[str, tuple[int, ...]]:
        """Return which of the words a stem or a variant stands for."""
        forms: dict[str, tuple[int, ...]] = {}
        for at, word in enumerate(self.words):
            own = () if word.token.is_unspaced else (word.token.stem, *word.variants, *word.joined)
            for form in dict.fromkeys(own):
                forms[form] = (*forms.get(form, ()), at)
        return forms

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """Return how much each word matters, then each phrase."""
        return (*(word.weight for word in self.words), *(phrase.weight for phrase in self.phrases))

    @cached_property
    def weight(self) -> float:
        """Return how much all of it matters."""
        return sum(self.weights)

    @cached_property
    def required_places(self) -> tuple[int, ...]:
        """Return which of the words must be there."""
        return tuple(at for at, word in enumerate(self.words) if word.is_required)

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.phrases

    @property
    def content(self) -> tuple[Word, ...]:
        """Return the words that say something: all but stop words, or all when there is nothing else."""
        telling = tuple(word for word in self.words if word.token.folded not in STOP_WORDS)
        return telling or self.words


class HasWanted(Protocol):
    """What says which terms are to be found: a query, or one clause of it."""

    @property
    def wanted(self) -> tuple[Term, ...]: ...


def wanted_of(query: HasWanted) -> Wanted:
    """Return what is wanted; a word that stands twice counts once."""
    words: dict[tuple[str, TermField], Word] = {}
    compounds = compounds_of(query.wanted)
    phrases: list[Phrase] = []
    for term in query.wanted:
        if phrase := phrase_of(term):
            phrases.append(phrase)
            continue
        for token in tokens_of(term.text):
            signals = SIGNALS_OF_FIELD[term.field]
            joined = compounds.get((token.folded, term.field), ())
            word = Word(token, signals, bool(term.field), joined=joined, halves=halves_of(token))
            words.setdefault((token.folded, term.field), word)
    return Wanted(tuple(words.values()), tuple(phrases))


def compounds_of(terms: Sequence[Term]) -> dict[tuple[str, TermField], tuple[str, ...]]:
    """Return the stems of neighbouring words written together, for each of the two: *web site* may be *website*."""
    found: dict[tuple[str, TermField], tuple[str, ...]] = {}
    for one, other in pairwise(terms):
        if one.is_phrase or other.is_phrase or one.field != other.field:
            continue
        first, second = tokens_of(one.text), tokens_of(other.text)
        if len(first) == len(second) == 1 and _is_part(first[0]) and _is_part(second[0]):
            stem = stem_of(first[0].folded + second[0].folded)
            for token in (first[0], second[0]):
                key = token.folded, one.field
                found[key] = (*found.get(key, ()), stem)
    return found


def halves_of(token: Token) -> tuple[Token, ...]:
    """Return the two known words that a word is made of, the most even way, none where it is not: *web*, *site*."""
    word, known = token.folded, vocabulary()
    if len(word) < 2 * MIN_PART or not token.stem.isascii() or token.is_unspaced:
        return ()
    for at in sorted(range(MIN_PART, len(word) - MIN_PART + 1), key=lambda at: abs(2 * at - len(word))):
        halves = word[:at], word[at:]
        if all(half in known and half not in STOP_WORDS for half in halves):
            return tuple(Token(0, 0, half, stem_of(half)) for half in halves)
    return ()


def _is_part(token: Token) -> bool:
    is_word = len(token.folded) >= MIN_PART and token.folded.isalpha() and token.folded not in STOP_WORDS
    return is_word and not token.is_unspaced


def phrase_of(term: Term) -> Phrase | None:
    """Return the phrase of a quoted term, `None` for a bare one."""
    tokens = tuple(tokens_of(term.text)) if term.is_phrase else ()
    return Phrase(term.text, tokens, SIGNALS_OF_FIELD[term.field]) if tokens else None
