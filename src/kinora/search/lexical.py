"""Which of the wanted words a text holds, how well, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from kinora.index.terms import Token, tokens_of, words_of_ascii
from kinora.search.words import Phrase, Wanted, Word

EXACT = 1.0
STEMMED = 0.92
BEGINNING = 0.75
MISTYPED = 0.65
MIN_SHARE_OF_PAIRS = 0.5

Range = tuple[int, int]


@dataclass(frozen=True)
class Match:
    """What one text holds: the quality of each wanted word by its place, the phrases it holds, and where."""

    qualities: tuple[float, ...]
    phrases: tuple[bool, ...]
    highlights: tuple[Range, ...]

    @property
    def is_any(self) -> bool:
        return bool(self.highlights)


@lru_cache(maxsize=4_096)
def cached_tokens(text: str) -> tuple[Token, ...]:
    """Return a text's tokens; the same moments come back as a person types on."""
    return tuple(tokens_of(text))


@lru_cache(maxsize=4_096)
def cached_words(text: str) -> list[tuple[int, int, str, str]]:
    """Return the words of a text in ASCII; not to be changed."""
    return words_of_ascii(text)


def match_text(wanted: Wanted, text: str, signal: str) -> Match:
    """Return what a text of this signal holds of what is wanted."""
    if text.isascii() and not (wanted.phrases or wanted.unspaced_places or wanted.split_places):
        return _match_words(wanted, text, signal)
    tokens = cached_tokens(text)
    qualities = [0.0] * len(wanted.words)
    ranges: list[Range] = []
    for token in tokens:
        for at in wanted.places_of(token):
            quality = _compare(wanted.words[at], token, signal)
            if quality:
                qualities[at] = max(qualities[at], quality)
                ranges.append((token.start, token.end))
    for at in wanted.unspaced_places:
        qualities[at], found = _find_unspaced(wanted.words[at], tokens, signal)
        ranges += found
    for at in wanted.split_places:
        if found := _find_apart(wanted.words[at], tokens, signal):
            qualities[at] = max(qualities[at], STEMMED)
            ranges += found
    phrases = []
    for phrase in wanted.phrases:
        found = find_phrase(phrase, tokens) if not phrase.signals or signal in phrase.signals else []
        phrases.append(bool(found))
        ranges += found
    return Match(tuple(qualities), tuple(phrases), _joined(ranges, text))


def _match_words(wanted: Wanted, text: str, signal: str) -> Match:
    """Return the same where there are only words to find: most texts, most queries."""
    qualities = [0.0] * len(wanted.words)
    ranges: list[Range] = []
    forms = wanted.forms
    for start, end, folded, stem in cached_words(text):
        if stem not in forms and folded not in forms:
            continue
        token = Token(start, end, folded, stem)
        for at in wanted.places_of(token):
            quality = _compare(wanted.words[at], token, signal)
            if quality:
                qualities[at] = max(qualities[at], quality)
                ranges.append((start, end))
    return Match(tuple(qualities), (), _joined(ranges, text))


def _find_unspaced(word: Word, tokens: Sequence[Token], signal: str) -> tuple[float, list[Range]]:
    if word.signals and signal not in word.signals:
        return 0.0, []
    compared = [_compare_unspaced(word.token.folded, token) for token in tokens if token.is_unspaced]
    best = max((quality for quality, _ in compared), default=0.0)
    return best, [place for _, places in compared for place in places]


def _find_apart(word: Word, tokens: Sequence[Token], signal: str) -> list[Range]:
    """Return where the two parts of a word follow each other."""
    if word.signals and signal not in word.signals:
        return []
    first, second = word.halves
    pairs = pairwise(tokens)
    return [(one.start, two.end) for one, two in pairs if one.folded == first.folded and two.stem == second.stem]


def _compare(word: Word, token: Token, signal: str) -> float:
    if word.signals and signal not in word.signals:
        return 0.0
    if token.folded == word.token.folded:
        return EXACT
    if token.stem == word.token.stem or token.stem in word.joined:
        return STEMMED
    if token.folded not in word.variants and token.stem not in word.variants:
        return 0.0
    return BEGINNING if token.folded.startswith(word.token.folded) else MISTYPED


def _compare_unspaced(run: str, token: Token) -> tuple[float, list[Range]]:
    """Compare characters: the whole run, or a good share of its pairs."""
    keeps_places = len(token.folded) == token.end - token.start
    at = token.folded.find(run)
    if at >= 0:
        start = token.start + at if keeps_places else token.start
        return EXACT, [(start, start + len(run)) if keeps_places else (token.start, token.end)]
    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    held = [pair for pair in pairs if pair in token.folded]
    if len(pairs) < 2 or len(held) < MIN_SHARE_OF_PAIRS * len(pairs):
        return 0.0, []
    places = [token.start + token.folded.find(pair) for pair in held] if keeps_places else []
    return STEMMED * len(held) / len(pairs), [(p, p + 2) for p in places] or [(token.start, token.end)]


def find_phrase(phrase: Phrase, tokens: Sequence[Token]) -> list[Range]:
    """Return where the words of a phrase follow each other exactly."""
    size = len(phrase.tokens)
    found = []
    for at in range(len(tokens) - size + 1):
        parts = [_exactly(want, have) for want, have in zip(phrase.tokens, tokens[at : at + size], strict=True)]
        ranges = [part for part in parts if part]
        if len(ranges) == size:
            found.append((ranges[0][0], ranges[-1][1]))
    return found


def _exactly(want: Token, have: Token) -> Range | None:
    if want.folded == have.folded:
        return have.start, have.end
    at = have.folded.find(want.folded) if want.is_unspaced and have.is_unspaced else -1
    if at < 0:
        return None
    keeps_places = len(have.folded) == have.end - have.start
    return (have.start + at, have.start + at + len(want.folded)) if keeps_places else (have.start, have.end)


def _joined(ranges: Sequence[Range], text: str) -> tuple[Range, ...]:
    """Return the ranges in order, joined where they overlap, touch, or only a space lies between."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and (start <= joined[-1][1] or text[joined[-1][1] : start].isspace()):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)
