"""Signs → the tree.

    query    := step (THEN step [within LENGTH])*      filters may stand anywhere outside parentheses
    step     := options (WHILE options)*
    options  := pieces (OR pieces)*
    pieces   := piece+
    piece    := ["-"] [said: | shown: | title: | tag:] (word | '"' words '"' | "(" options ")")
              | ["-"] color:NAME | like:VIDEO@SECONDS

`OR`, `THEN` and `WHILE` are operators in capitals; `then` and `while` also in small letters where they stand between
two things to look for and read like one (`small_letters`). The tree is the same for every spelling of the same search.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import cast

from kinora.errors import InputError, QueryRefused
from kinora.search.language.colour_names import COLOUR_NAMES, colour_named
from kinora.search.language.filters import FILTER_FIELDS, Filters, Refused, with_filter
from kinora.search.language.scanner import Sign, signs_of
from kinora.search.language.small_letters import SMALL, reads_as_operator
from kinora.search.language.tree import (
    Colour,
    Group,
    Options,
    Piece,
    Pieces,
    Query,
    Step,
    Term,
    TermField,
    leaves,
    like_of,
)
from kinora.timebase import parse_timecode

MAX_CHARACTERS = 1_000
MAX_TERMS = 64
MAX_DEPTH = 12
MAX_STEPS = 6
MAX_COMBINATIONS = 24
MAX_WITHIN_SECONDS = 24 * 3600.0
OPERATORS = ("OR", "THEN", "WHILE")
HINT = (
    'accepted: words, "a phrase", -word, cat OR dog, (groups), A THEN B within 30s, A WHILE B, said:word, shown:word, '
    "title:word, tag:word, color:red, in:channel, by:name, lang:en, license:cc-by, before:2024-05-01, after:2024, "
    "longer:10m, shorter:90s, has:speech, has:text, is:ai"
)

_LENGTH_WITH_UNIT = re.compile(r"\d.*(?:[hms]|:\d+(?:\.\d+)?)", re.IGNORECASE)
_UNIT_WORDS = {"s": "s", "sec": "s", "secs": "s", "m": "m", "min": "m", "mins": "m", "h": "h"}
_UNIT_WORDS |= {f"{word}{end}": word[0] for word in ("second", "minute", "hour") for end in ("", "s")}


@dataclass(frozen=True)
class Placed:
    """A piece, an operator or a filter's trace, with the character where it stands."""

    what: Piece | str
    position: int


def parse_query(text: str) -> Query:
    """Return what a person typed, understood.

    Open quotes and parentheses end with the text, so that a search typed so far is a search.

    Raises:
        QueryRefused: empty, too long, too many terms, nothing to look for, or something that makes no sense; the
            sentence names the character, and `position` holds it.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryRefused(
            f"the search is {len(text):,} characters long; at most {MAX_CHARACTERS:,} are accepted",
            hint="search for a few words of the moment",
        )
    signs = list(signs_of(text))
    filters = _filters(signs)
    placed = _group(iter(signs), depth=0, field="")
    return _checked(Query(tuple(_steps(placed)), filters), placed)


def refused(sentence: str, position: int) -> QueryRefused:
    return QueryRefused(f"{sentence} (character {position})", hint=HINT, position=position)


def _filters(signs: Iterable[Sign]) -> Filters:
    """Return the filters, which hold for the whole search wherever they stand."""
    filters, depth = Filters(), 0
    for sign in signs:
        depth += (sign.kind == "open") - (sign.kind == "close")
        if sign.field not in FILTER_FIELDS:
            continue
        if depth > 0:
            raise refused(f"{sign.field}: holds for the whole search; write it outside the parentheses", sign.position)
        _needs_value(sign)
        try:
            filters = with_filter(filters, sign.field, sign.value, is_negative=sign.is_negative)
        except Refused as error:
            raise refused(str(error), sign.position) from error
    return filters


def _needs_value(sign: Sign) -> None:
    if sign.field and not sign.value:
        raise refused(f"nothing stands after {sign.field}:", sign.position)


def _group(signs: Iterator[Sign], *, depth: int, field: str, opened_at: int = 0) -> list[Placed]:
    """Return what stands up to the closing parenthesis or the end."""
    found: list[Placed] = []
    for sign in signs:
        if sign.kind == "close":
            if depth:
                return found
            raise refused('this ")" closes nothing', sign.position)
        if sign.kind == "open":
            found += _parenthesised(sign, signs, depth=depth, field=field)
        elif sign.is_bare and sign.value in OPERATORS:
            if depth and sign.value != "OR":
                sentence = f"{sign.value} can't stand in parentheses; it joins whole sides: (cat OR dog) THEN beach"
                raise refused(sentence, sign.position)
            found.append(Placed(sign.value, sign.position))
        elif sign.field not in FILTER_FIELDS and (piece := _piece(sign, field)):
            found.append(Placed(piece, sign.position))
    return found


def _parenthesised(sign: Sign, signs: Iterator[Sign], *, depth: int, field: str) -> list[Placed]:
    """Return the pieces that a group stands for, in one spelling: groups that need no parentheses lose them."""
    if depth >= MAX_DEPTH:
        raise refused(f"parentheses stand in each other more than {MAX_DEPTH} deep", sign.position)
    inside = _group(signs, depth=depth + 1, field=sign.field or field, opened_at=sign.position)
    if not inside:
        raise refused("nothing stands in these parentheses", sign.position)
    options = _options(inside)
    pieces = _left_out(options, sign.position) if sign.is_negative else _wanted(options)
    return [Placed(piece, sign.position) for piece in pieces]


def _wanted(options: Options) -> Pieces:
    if len(options) == 1 and not _holds_small_operator(options):
        return options[0]
    return (Group(options),)


def _left_out(options: Options, position: int) -> Pieces:
    """Return -(a OR b) as -a -b, and -(a b) as a negative group: a moment that has both is left out."""
    found: list[Piece] = []
    for pieces in distributed(options, position):
        if any(not isinstance(piece, Term) or piece.is_negative for piece in pieces):
            raise refused('what is left out in parentheses can only be words and "phrases"', position)
        whole = Group((pieces,), is_negative=True)
        found.append(whole if len(pieces) > 1 else replace(cast(Term, pieces[0]), is_negative=True))
    return tuple(found)


def distributed(options: Options, position: int = 1) -> Options:
    """Return options without groups inside: (a OR b) c is a c OR b c.

    Raises:
        QueryRefused: more than `MAX_COMBINATIONS`.
    """
    found: list[Pieces] = []
    for pieces in options:
        choices = [distributed(p.options, position) if _is_choice(p) else ((p,),) for p in pieces]  # type: ignore[union-attr]
        for chosen in product(*choices):
            found.append(tuple(piece for part in chosen for piece in part))
            if len(found) > MAX_COMBINATIONS:
                sentence = f"these groups make more than {MAX_COMBINATIONS} combinations; write fewer OR"
                raise refused(sentence, position)
    return tuple(found)


def _is_choice(piece: Piece) -> bool:
    return isinstance(piece, Group) and not piece.is_negative


def _holds_small_operator(options: Options) -> bool:
    """Return whether a word could be read as an operator once the parentheses around it are gone."""
    return any(isinstance(leaf, Term) and str(leaf).lower() in SMALL for leaf in leaves(options))


def _piece(sign: Sign, field: str) -> Piece | None:
    if sign.field or sign.is_quoted or sign.value:
        _needs_value(sign)
    if not sign.value:
        return None
    if sign.field == "color":
        name = colour_named(sign.value)
        if not name:
            accepted = ", ".join(COLOUR_NAMES)
            raise refused(f"color: wants one of {accepted}, not {sign.value[:30]!r}", sign.position)
        return Colour(name, sign.is_negative)
    if sign.field == "like":
        like = like_of(sign.value)
        if like is None or sign.is_negative:
            wanted = "like: wants a video and a second (ID@12.5), a clip (ID@10-20) or a box (ID@12.5[0.1,0.2,0.5,0.5])"
            raise refused(f"{wanted}, not {'-' if sign.is_negative else ''}{sign.value[:30]!r}", sign.position)
        return like
    return Term(sign.value, cast(TermField, sign.field or field), sign.is_quoted, sign.is_negative)


def _options(placed: Sequence[Placed]) -> Options:
    """Return what stands between the ORs; an option that is itself a choice joins the others."""
    found: list[Pieces] = []
    for side in _split(placed, "OR"):
        pieces = tuple(cast(Piece, one.what) for one in side)
        sole = pieces[0] if len(pieces) == 1 else None
        if isinstance(sole, Group) and not sole.is_negative and not _holds_small_operator(sole.options):
            found += sole.options
        else:
            found.append(pieces)
        if len(found) > 1 and not all(_says_what(pieces) for pieces in found):
            raise refused("this side of OR only says what to leave out", side[0].position)
    return tuple(found)


def _split(placed: Sequence[Placed], operator: str) -> list[list[Placed]]:
    """Return the sides of an operator; every side must hold something."""
    sides: list[list[Placed]] = [[]]
    for one in placed:
        if one.what != operator:
            sides[-1].append(one)
            continue
        if not sides[-1]:
            raise refused(f"nothing stands before {operator}", one.position)
        sides.append([])
        last = one
    if len(sides) > 1 and not sides[-1]:
        raise refused(f"nothing stands after {operator}; to find the word, quote it", last.position)
    return sides


def _says_what(pieces: Pieces) -> bool:
    """Return whether pieces say what to find, not only what to leave out."""
    return any(not getattr(piece, "is_negative", False) for piece in pieces)


def _steps(placed: Sequence[Placed]) -> Iterator[Step]:
    if not placed:
        return
    sides = _split(_with_small_operators(placed), "THEN")
    if len(sides) > MAX_STEPS:
        raise refused(f"at most {MAX_STEPS} things can follow each other", sides[MAX_STEPS][0].position)
    for number, side in enumerate(sides):
        left, within = _window(side) if number else (side, None)
        beside = tuple(_options(part) for part in _split(left, "WHILE"))
        if len(sides) > 1 or len(beside) > 1:
            _check_sides(beside, left)
        yield Step(beside, within)


def _check_sides(beside: tuple[Options, ...], placed: Sequence[Placed]) -> None:
    if not all(_says_what(pieces) for options in beside for pieces in options):
        raise refused("this side of THEN or WHILE only says what to leave out", placed[0].position)


def _with_small_operators(placed: Sequence[Placed]) -> list[Placed]:
    """Return the same with `then` and `while` in capitals where they are operators."""
    found: list[Placed] = []
    start = 0  # of the side that is being read
    for at, one in enumerate(placed):
        if one.what in ("THEN", "WHILE"):
            start = len(found) + 1
        word = str(one.what) if isinstance(one.what, Term) else ""
        before, after = [p.what for p in found[start:]], [p.what for p in placed[at + 1 :]]
        if word in SMALL and reads_as_operator(word, before, after):
            one = Placed(word.upper(), one.position)
            start = len(found) + 1
        found.append(one)
    return found


def _window(side: list[Placed]) -> tuple[list[Placed], float | None]:
    """Return a step without the `within 30s` at its end, and those seconds."""
    words = [str(one.what) if isinstance(one.what, Term) else "" for one in side]
    for size in (2, 3):
        if len(words) >= size and words[-size].lower() == "within":
            seconds = _seconds("".join(words[1 - size :]) if size == 2 else _with_unit(words[-2], words[-1]))
            if seconds is not None and len(words) > size:
                return side[:-size], _checked_window(seconds, side[-size].position)
    leading = words[0].lower() == "within" and len(words) > 1
    if leading and (_seconds(words[1]) or _seconds(_with_unit(words[1], words[2] if len(words) > 2 else ""))):
        raise refused("the time stands last: dog THEN beach within 30s", side[0].position)
    return side, None


def _with_unit(number: str, unit: str) -> str:
    return number + _UNIT_WORDS.get(unit.lower(), "?")


def _seconds(text: str) -> float | None:
    if not _LENGTH_WITH_UNIT.fullmatch(text):
        return None
    try:
        return round(parse_timecode(text) * 1_000_000) / 1_000_000
    except InputError:
        return None


def _checked_window(seconds: float, position: int) -> float:
    if not 0 < seconds <= MAX_WITHIN_SECONDS:
        raise refused("within wants a time of up to 24h, such as 30s or 2m", position)
    return seconds


def _checked(query: Query, placed: Sequence[Placed]) -> Query:
    num_terms = len(query.pieces)
    if num_terms > MAX_TERMS:
        raise QueryRefused(f"the search has {num_terms} terms; at most {MAX_TERMS} are accepted", hint=HINT)
    if not query.steps and query.filters == Filters():
        raise QueryRefused("the search is empty; write at least one word", hint=HINT)
    if query.filters == Filters() and not any(_says_what(pieces) for pieces in _all_options(query)):
        raise QueryRefused("the search only says what to leave out; write at least one word to find", hint=HINT)
    num_combinations = sum(len(distributed(options)) for step in query.steps for options in step.beside)
    if num_combinations > MAX_COMBINATIONS:
        raise refused(f"the groups make more than {MAX_COMBINATIONS} combinations; write fewer OR", placed[0].position)
    return query


def _all_options(query: Query) -> Iterator[Pieces]:
    for step in query.steps:
        for options in step.beside:
            yield from options
