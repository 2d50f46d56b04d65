"""One step's options → clauses: plain lists of what a moment must, may and must not hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kinora.search.language.grammar import distributed
from kinora.search.language.tree import Colour, Group, Like, Options, Pieces, Term, meaning_of


@dataclass(frozen=True)
class Clause:
    """What one moment must answer.

    `unwanted`: each names terms of which not all may be there. `like`: pictures it should look like.
    """

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[tuple[Term, ...], ...] = ()
    colours: tuple[str, ...] = ()
    other_colours: tuple[str, ...] = ()
    like: tuple[Like, ...] = ()

    @property
    def meaning(self) -> str:
        """Return the free words as one sentence."""
        return meaning_of(self.wanted)

    @property
    def says_what(self) -> bool:
        """Return whether there is something to look for; else every video that passes the filters answers."""
        return bool(self.wanted or self.colours or self.like)


def clauses_of(options: Options) -> list[Clause]:
    """Return a clause for each way to answer; each once."""
    return list(dict.fromkeys(_clause(pieces) for pieces in distributed(options)))


def _clause(pieces: Pieces) -> Clause:
    colours = [piece for piece in pieces if isinstance(piece, Colour)]
    return Clause(
        tuple(piece for piece in pieces if isinstance(piece, Term) and not piece.is_negative),
        tuple(_unwanted(pieces)),
        tuple(dict.fromkeys(one.name for one in colours if not one.is_negative)),
        tuple(dict.fromkeys(one.name for one in colours if one.is_negative)),
        tuple(piece for piece in pieces if isinstance(piece, Like)),
    )


def _unwanted(pieces: Pieces) -> Iterator[tuple[Term, ...]]:
    for piece in pieces:
        if isinstance(piece, Term) and piece.is_negative:
            yield (replace(piece, is_negative=False),)
        elif isinstance(piece, Group):
            yield tuple(one for one in piece.options[0] if isinstance(one, Term))
