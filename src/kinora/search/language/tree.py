"""What a search says, as a tree: pieces in options, options in steps. It prints itself as text that reads the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from kinora.search.language.filters import NO_FILTERS, Filters, length_text

TermField = Literal["", "said", "shown", "title", "tag"]
TERM_FIELDS: tuple[TermField, ...] = ("said", "shown", "title", "tag")
DEFAULT_WITHIN_SECONDS = 60.0

Box = tuple[float, float, float, float]  # left, top, width, height as fractions of the picture


@dataclass(frozen=True)
class Term:
    """A word or phrase to find or to leave out; `field` restricts where it may stand ("" is anywhere)."""

    text: str
    field: TermField = ""
    is_phrase: bool = False
    is_negative: bool = False

    def __str__(self) -> str:
        value = f'"{self.text}"' if self.is_phrase else self.text
        return f"{_sign(self.is_negative)}{self.field + ':' if self.field else ''}{value}"


@dataclass(frozen=True)
class Colour:
    """A named colour that a good part of the picture has."""

    name: str
    is_negative: bool = False

    def __str__(self) -> str:
        return f"{_sign(self.is_negative)}color:{self.name}"


@dataclass(frozen=True)
class Like:
    """A frame of a video, a box of it, or a clip of it: what is wanted looks like it."""

    video_id: str
    start_seconds: float
    end_seconds: float | None = None
    box: Box | None = None

    def __str__(self) -> str:
        end = "" if self.end_seconds is None else f"-{number_text(self.end_seconds)}"
        box = "" if self.box is None else f"[{','.join(number_text(side) for side in self.box)}]"
        return f"like:{self.video_id}@{number_text(self.start_seconds)}{end}{box}"


@dataclass(frozen=True)
class Group:
    """Options of which any will do; a negative one has a single option of terms that must not all be there."""

    options: Options
    is_negative: bool = False

    def __str__(self) -> str:
        return f"{_sign(self.is_negative)}({options_text(self.options)})"


Piece = Term | Colour | Like | Group
Pieces = tuple[Piece, ...]
Options = tuple[Pieces, ...]


@dataclass(frozen=True)
class Step:
    """What is to be seen at one time: every part of `beside` (A while B); a later step within so many seconds."""

    beside: tuple[Options, ...]
    within_seconds: float | None = None

    def __str__(self) -> str:
        within = "" if self.within_seconds is None else f" within {length_text(self.within_seconds)}"
        return " WHILE ".join(options_text(options) for options in self.beside) + within


@dataclass(frozen=True)
class Query:
    """A search as understood: steps that follow each other (A then B), and what the video itself must be."""

    steps: tuple[Step, ...] = ()
    filters: Filters = NO_FILTERS

    @classmethod
    def of(cls, *pieces: Piece, filters: Filters = NO_FILTERS) -> Query:
        """Return the query that has these pieces side by side."""
        return cls((Step(((pieces,),)),) if pieces else (), filters)

    def __str__(self) -> str:
        said = " THEN ".join(str(step) for step in self.steps)
        return " ".join(part for part in (said, str(self.filters)) if part)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Return every piece that is no group, in order, wherever it stands."""
        found = (options for step in self.steps for options in step.beside)
        return tuple(chain.from_iterable(leaves(options) for options in found))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return every term in order, wherever it stands."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Term))

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
        """Return the free words and phrases as one sentence."""
        return meaning_of(self.wanted)

    def with_piece(self, piece: Piece) -> Query:
        """Return the query with one more piece to find in its first step."""
        if not self.steps:
            return Query.of(piece, filters=self.filters)
        first = self.steps[0]
        options = tuple((*pieces, piece) for pieces in first.beside[0])
        return replace(self, steps=(replace(first, beside=(options, *first.beside[1:])), *self.steps[1:]))

    def with_terms(self, change: Callable[[Term], Term]) -> Query:
        """Return the query with every term changed, those in groups too."""
        return replace(self, steps=tuple(_step_with(step, change) for step in self.steps))


def meaning_of(terms: tuple[Term, ...]) -> str:
    """Return the free words and phrases as one sentence: what the sentence and picture encoders are asked."""
    return " ".join(term.text for term in terms if not term.field and not term.is_negative)


def options_text(options: Options) -> str:
    """Return options as they are typed."""
    return " OR ".join(" ".join(str(piece) for piece in pieces) for pieces in options)


def leaves(options: Options) -> Iterator[Piece]:
    """Yield every piece that is no group; what a negative group holds comes as negative terms."""
    for piece in chain.from_iterable(options):
        if not isinstance(piece, Group):
            yield piece
        elif not piece.is_negative:
            yield from leaves(piece.options)
        else:
            yield from (replace(leaf, is_negative=True) for leaf in leaves(piece.options) if isinstance(leaf, Term))


def number_text(value: float) -> str:
    """Return a number without needless noughts."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _sign(is_negative: bool) -> str:
    return "-" if is_negative else ""


def _step_with(step: Step, change: Callable[[Term], Term]) -> Step:
    return replace(step, beside=tuple(_options_with(options, change) for options in step.beside))


def _options_with(options: Options, change: Callable[[Term], Term]) -> Options:
    return tuple(tuple(_piece_with(piece, change) for piece in pieces) for pieces in options)


def _piece_with(piece: Piece, change: Callable[[Term], Term]) -> Piece:
    if isinstance(piece, Group):
        return replace(piece, options=_options_with(piece.options, change))
    return change(piece) if isinstance(piece, Term) else piece


_LIKE = re.compile(
    r"(?P<id>[A-Za-z0-9_-]{1,16})@(?P<start>\d{1,7}(?:\.\d{1,6})?)(?:-(?P<end>\d{1,7}(?:\.\d{1,6})?))?s?"
    r"(?:\[(?P<box>[0-9.,]{7,40})\])?"
)


def like_of(text: str) -> Like | None:
    """Return the frame, box or clip that `VIDEO@12.5`, `VIDEO@12.5[0.1,0.2,0.5,0.5]` or `VIDEO@10-20` names."""
    found = _LIKE.fullmatch(text)
    if not found:
        return None
    start, end = round(float(found["start"]), 3), round(float(found["end"]), 3) if found["end"] else None
    box = _box_of(found["box"]) if found["box"] else None
    if (end is not None and end <= start) or (found["box"] and box is None):
        return None
    return Like(found["id"], start, end, box)


def _box_of(text: str) -> Box | None:
    try:
        left, top, width, height = (round(float(side), 3) for side in text.split(","))
    except ValueError:
        return None
    is_inside = 0 <= left < 1 and 0 <= top < 1 and left + width <= 1.001 and top + height <= 1.001
    return (left, top, width, height) if is_inside and width >= 0.02 and height >= 0.02 else None
