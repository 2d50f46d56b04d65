"""The search language: free words, "phrases", -words, fields and filters.

    query   := piece*
    piece   := ["-"] [field ":"] value
    field   := said | shown | title | in | before | after | longer | shorter
    value   := word | '"' any words '"'

`str(query)` gives the text back in one spelling: `parse_query(str(query)) == query`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal, cast

from kinora.errors import InputError, QueryRefused
from kinora.timebase import parse_timecode

TermField = Literal["", "said", "shown", "title"]

MAX_CHARACTERS = 1_000
MAX_TERMS = 64
MAX_LENGTH_SECONDS = 1_000 * 3600.0

TERM_FIELDS = ("said", "shown", "title")
FILTER_FIELDS = ("in", "before", "after", "longer", "shorter")
HINT = (
    'accepted: words, "a phrase", -word, said:word, shown:word, title:word, in:channel, '
    "before:2024-05-01, after:2024-05-01, longer:10m, shorter:90s"
)

_FIELD = re.compile(r"(said|shown|title|in|before|after|longer|shorter):", re.IGNORECASE)
_BARE = re.compile(r'[^\s"]+')
_SPACE = re.compile(r"\s+")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_TYPOGRAPHIC_QUOTES = str.maketrans("“”„‟«»", '""""""')
# Marks that change nothing a reader sees: soft hyphen, zero-width space, byte-order mark, direction marks.
_INVISIBLE = re.compile("[\u00ad\u200b\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Term:
    """A word or phrase to find or to leave out; `field` restricts where it may stand ("" is anywhere)."""

    text: str
    field: TermField = ""
    is_phrase: bool = False
    is_negative: bool = False

    def __str__(self) -> str:
        value = f'"{self.text}"' if self.is_phrase else self.text
        return f"{'-' if self.is_negative else ''}{self.field + ':' if self.field else ''}{value}"


@dataclass(frozen=True)
class Filters:
    """What the video itself must be. Days are UTC: `before` excludes its day, `after` includes it."""

    channel: str = ""
    before: date | None = None
    after: date | None = None
    longer_seconds: float | None = None
    shorter_seconds: float | None = None

    def __str__(self) -> str:
        parts = []
        if self.channel:
            parts.append(f"in:{_quoted_if_needed(self.channel)}")
        parts += [f"before:{self.before}"] if self.before else []
        parts += [f"after:{self.after}"] if self.after else []
        if self.longer_seconds is not None:
            parts.append(f"longer:{_length_text(self.longer_seconds)}")
        if self.shorter_seconds is not None:
            parts.append(f"shorter:{_length_text(self.shorter_seconds)}")
        return " ".join(parts)


@dataclass(frozen=True)
class Query:
    """A search as understood."""

    terms: tuple[Term, ...] = ()
    filters: Filters = Filters()

    def __str__(self) -> str:
        return " ".join([*(str(term) for term in self.terms), *([str(self.filters)] if str(self.filters) else [])])

    @property
    def wanted(self) -> tuple[Term, ...]:
        """Return the terms to find."""
        return tuple(term for term in self.terms if not term.is_negative)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """Return the terms to leave out."""
        return tuple(term for term in self.terms if term.is_negative)

    @property
    def meaning(self) -> str:
        """Return the free words and phrases as one sentence: what the sentence and picture encoders are asked."""
        return " ".join(term.text for term in self.wanted if not term.field)


def parse_query(text: str) -> Query:
    """Return what a person typed, understood.

    An open quote ends with the text, so that a search typed so far is a search.

    Raises:
        QueryRefused: empty, too long, too many terms, nothing to look for, or a filter that makes no sense; the
            sentence names the character.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryRefused(
            f"the search is {len(text):,} characters long; at most {MAX_CHARACTERS:,} are accepted",
            hint="search for a few words of the moment",
        )
    terms: list[Term] = []
    filters = Filters()
    for piece in _pieces(_cleaned(text)):
        if piece.field in FILTER_FIELDS:
            filters = _with_filter(filters, piece)
        elif piece.value:
            terms.append(_term(piece))
    return _checked(Query(tuple(terms), filters))


@dataclass(frozen=True)
class _Piece:
    position: int  # from 1, as people count
    is_negative: bool
    field: str
    value: str
    is_quoted: bool


def _cleaned(text: str) -> str:
    visible = _INVISIBLE.sub("", text)
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in visible)
    return unicodedata.normalize("NFKC", spaced).translate(_TYPOGRAPHIC_QUOTES)


def _pieces(text: str) -> Iterator[_Piece]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        start = at
        while at < len(text) and text[at] == "-":
            at += 1
        found = _FIELD.match(text, at)
        field = found.group(1).lower() if found else ""
        at = found.end() if found else at
        value, is_quoted, at = _value(text, at)
        if field and not value:
            raise _refused(f"nothing stands after {field}:", start + 1)
        yield _Piece(start + 1, text[start] == "-", field, value, is_quoted)


def _value(text: str, at: int) -> tuple[str, bool, int]:
    if at < len(text) and text[at] == '"':
        end = text.find('"', at + 1)
        end = len(text) if end < 0 else end
        return _SPACE.sub(" ", text[at + 1 : end]).strip(), True, end + 1
    found = _BARE.match(text, at)
    return (found.group(), False, found.end()) if found else ("", False, at)


def _term(piece: _Piece) -> Term:
    field: TermField = ""
    if piece.field in TERM_FIELDS:
        field = cast(TermField, piece.field)
    return Term(piece.value, field, piece.is_quoted, piece.is_negative)


def _with_filter(filters: Filters, piece: _Piece) -> Filters:
    name = {"in": "channel", "longer": "longer_seconds", "shorter": "shorter_seconds"}.get(piece.field, piece.field)
    if piece.is_negative:
        raise _refused(f"-{piece.field}: can't be left out", piece.position)
    if getattr(filters, name) not in ("", None):
        raise _refused(f"{piece.field}: stands twice", piece.position)
    value: Any = piece.value
    if piece.field != "in":
        value = _date(piece) if piece.field in ("before", "after") else _length(piece)
    return replace(filters, **{name: value})


def _date(piece: _Piece) -> date:
    found = _DATE.fullmatch(piece.value)
    try:
        if found:
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        pass
    raise _refused(f"{piece.field}: wants a day such as 2024-05-01, not {piece.value[:30]!r}", piece.position)


def _length(piece: _Piece) -> float:
    try:
        seconds = parse_timecode(piece.value)
    except InputError as error:
        wanted = f"{piece.field}: wants a length such as 10m, 1h30m or 90s, not {piece.value[:30]!r}"
        raise _refused(wanted, piece.position) from error
    if seconds > MAX_LENGTH_SECONDS:
        raise _refused(f"{piece.field}: takes at most 1000h, not {piece.value[:30]!r}", piece.position)
    return round(seconds * 1_000_000) / 1_000_000


def _checked(query: Query) -> Query:
    if len(query.terms) > MAX_TERMS:
        raise QueryRefused(f"the search has {len(query.terms)} terms; at most {MAX_TERMS} are accepted", hint=HINT)
    if not query.terms and query.filters == Filters():
        raise QueryRefused("the search is empty; write at least one word", hint=HINT)
    if query.unwanted and not query.wanted and query.filters == Filters():
        raise QueryRefused("the search only says what to leave out; write at least one word to find", hint=HINT)
    return query


def _refused(sentence: str, position: int) -> QueryRefused:
    return QueryRefused(f"{sentence} (character {position})", hint=HINT)


def _quoted_if_needed(value: str) -> str:
    return value if _BARE.fullmatch(value) else f'"{value}"'


def _length_text(seconds: float) -> str:
    microseconds = round(seconds * 1_000_000)
    minutes, rest = divmod(microseconds, 60_000_000)
    hours, minutes = divmod(minutes, 60)
    whole = f"{rest // 1_000_000}.{rest % 1_000_000:06d}".rstrip("0").rstrip(".")
    larger = (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes else "")
    return larger if larger and whole == "0" else f"{larger}{whole}s"


def unix_seconds(day: date) -> float:
    """Return the first instant of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
