"""Text → signs: words, phrases and parentheses, each with the character where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from kinora.search.language.filters import FILTER_FIELDS
from kinora.search.language.tree import TERM_FIELDS

FIELDS = (*TERM_FIELDS, *FILTER_FIELDS, "color", "like")
_OTHER_SPELLINGS = {"colour": "color", "licence": "license", "language": "lang"}
_FIELD = re.compile(f"({'|'.join((*FIELDS, *_OTHER_SPELLINGS))}):", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_TYPOGRAPHIC_QUOTES = str.maketrans("“”„‟«»", '""""""')
# Marks that change nothing a reader sees: soft hyphen, zero-width space, byte-order mark, direction marks.
_INVISIBLE = re.compile("[\u00ad\u200b\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Sign:
    """A word or phrase (with its field), or a parenthesis; `position` counts characters from 1, as people do."""

    kind: Literal["value", "open", "close"]
    position: int
    is_negative: bool = False
    field: str = ""
    value: str = ""
    is_quoted: bool = False

    @property
    def is_bare(self) -> bool:
        """Return whether it is a plain word: no field, no quotes, no minus."""
        return self.kind == "value" and not (self.is_negative or self.field or self.is_quoted)


def signs_of(text: str) -> Iterator[Sign]:
    """Yield the signs of a text; an open quote ends with the text.

    A parenthesis counts where a word could begin, and closes where one is open: `f(x)` and `:)` are words.
    """
    cleaned, places = _cleaned(text)
    at = depth = 0
    while at < len(cleaned):
        if cleaned[at].isspace():
            at += 1
            continue
        if cleaned[at] == ")" and (depth or _stands_alone(cleaned, at)):
            yield Sign("close", places[at])
            at, depth = at + 1, max(0, depth - 1)
            continue
        sign, at = _sign(cleaned, at, places, is_inside=depth > 0)
        depth += sign.kind == "open"
        yield sign


def _sign(text: str, at: int, places: list[int], *, is_inside: bool) -> tuple[Sign, int]:
    start, position = at, places[at]
    while at < len(text) and text[at] == "-":
        at += 1
    found = _FIELD.match(text, at)
    named = found.group(1).lower() if found else ""
    field = _OTHER_SPELLINGS.get(named, named)
    at = found.end() if found else at
    is_negative = text[start] == "-"
    if text[at : at + 1] == "(" and field in ("", *TERM_FIELDS):
        return Sign("open", position, is_negative, field), at + 1
    value, is_quoted, at = _value(text, at, is_inside=is_inside)
    return Sign("value", position, is_negative, field, value, is_quoted), at


def _value(text: str, at: int, *, is_inside: bool) -> tuple[str, bool, int]:
    if at < len(text) and text[at] == '"':
        end = text.find('"', at + 1)
        end = len(text) if end < 0 else end
        return _SPACE.sub(" ", text[at + 1 : end]).strip(), True, end + 1
    end, open_at = at, []
    while end < len(text) and not text[end].isspace() and text[end] != '"':
        if text[end] == "(":
            open_at.append(end)
        elif text[end] == ")" and open_at:
            open_at.pop()
        elif text[end] == ")" and is_inside:
            break
        end += 1
    if is_inside and open_at:  # f(x) is a word in parentheses too, f(x is not
        end = open_at[0]
    return text[at:end], False, end


def _stands_alone(text: str, at: int) -> bool:
    return at + 1 == len(text) or text[at + 1].isspace() or text[at + 1] == '"'


def _cleaned(text: str) -> tuple[str, list[int]]:
    """Return the text as it is read (NFKC, straight quotes, nothing invisible) and where each character came from."""
    pieces: list[str] = []
    places: list[int] = []
    for start, end in pairwise([*_clusters(text), len(text)]):
        piece = _read(text[start:end])
        pieces.append(piece)
        places += [start + 1] * len(piece)
    joined, whole = "".join(pieces), _read(text)
    if joined != whole:  # characters that only join across clusters: places are then near, not exact
        places = [min(at, len(text) - 1) + 1 for at in range(len(whole))]
    return whole, places


def _clusters(text: str) -> Iterator[int]:
    """Yield where each character begins that doesn't belong to the one before it."""
    yield from (at for at, letter in enumerate(text) if at == 0 or not unicodedata.combining(letter))


def _read(text: str) -> str:
    visible = _INVISIBLE.sub("", text)
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in visible)
    return unicodedata.normalize("NFKC", spaced).translate(_TYPOGRAPHIC_QUOTES)
