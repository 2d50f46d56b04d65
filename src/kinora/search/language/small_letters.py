"""Whether `then` or `while` in small letters joins two searches, or is a word of a sentence.

*A dog then a beach* means an order; *and then he said* and *for a while* are words that somebody said. In small letters
the words join only where both sides say something to look for, and the words next to them don't make a sentence of it.
Capitals always join; quotes never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from kinora.index.terms import tokens_of
from kinora.search.language.tree import Piece, Term
from kinora.search.stop_words import STOP_WORDS

SMALL = ("then", "while")

_BEFORE = {
    "then": "and but or so since until till by just even back only well now okay ok what who if when because right",
    "while": "a all the quite little long short good any worth in for every and but",
}
_SUBJECTS = "i he she we they you it there this that what who im ive id hes shes were theyre youre its thats"
_AFTER = {"then": f"{_SUBJECTS} again why how suddenly", "while": f"{_SUBJECTS} at ago later since"}
_CONDITIONS = ("if", "when", "whenever", "unless")


def reads_as_operator(word: str, before: Sequence[Piece | str], after: Sequence[Piece | str]) -> bool:
    """Return whether a word joins what stands before it (since the last operator) and after it."""
    if not before or not after or isinstance(before[-1], str) or isinstance(after[0], str):
        return False
    rest = list(takewhile(lambda one: one not in ("THEN", "WHILE"), after))
    if not _says_something(before) or not _says_something(rest):
        return False
    if _word(before[-1]) in _BEFORE[word].split() or _word(after[0]) in _AFTER[word].split():
        return False
    return word != "then" or not any(_word(one) in _CONDITIONS for one in before)


def _word(piece: Piece | str) -> str:
    """Return the folded word of a plain term, "" for anything else."""
    if not isinstance(piece, Term) or piece.field or piece.is_phrase or piece.is_negative:
        return ""
    return "".join(token.folded for token in tokens_of(piece.text))


def _says_something(pieces: Iterable[Piece | str]) -> bool:
    return any(_is_telling(piece) for piece in pieces if not isinstance(piece, str))


def _is_telling(piece: Piece) -> bool:
    if getattr(piece, "is_negative", False):
        return False
    if not isinstance(piece, Term):
        return True
    return any(token.folded not in STOP_WORDS for token in tokens_of(piece.text))
