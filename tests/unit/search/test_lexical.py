"""What a text holds of a query, and where it is highlighted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kinora.search.lexical import EXACT, MISTYPED, STEMMED, match_text
from kinora.search.query import parse_query
from kinora.search.words import Wanted, wanted_of


def marked(query: str, text: str, *, signal: str = "said", variants: tuple[str, ...] = ()) -> str:
    """Return the text with [marks] where it would be highlighted."""
    wanted = wanted_of(parse_query(query))
    if variants:
        wanted = Wanted((replace(wanted.words[0], variants=variants),), ())
    for start, end in reversed(match_text(wanted, text, signal).highlights):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("hammock", "He falls into the hammock!", "He falls into the [hammock]!"),
        ("falling", "He fell; it falls.", "He [fell]; it [falls]."),
        ("cafe", "Two Cafés, one café", "Two [Cafés], one [café]"),
        ("land gatekeepers", "the land of the gatekeepers", "the [land] of the [gatekeepers]"),
        ('"the land of"', "To the land of the free land", "To [the land of] the free land"),
        ("汽车", "我的汽车在路上", "我的[汽车]在路上"),
        ("car", "a carpet", "a carpet"),
        ('"run"', "running", "running"),
        ("NASA", "NASA’s telescope", "[NASA’s] telescope"),
    ],
)
def test_highlights(query: str, text: str, expected: str) -> None:
    assert marked(query, text) == expected


def test_mistyped_words_are_highlighted_as_they_stand() -> None:
    assert marked("hamock", "orders a hammock.", variants=("hammock",)) == "orders a [hammock]."


def test_quality_tells_exact_from_stem_from_mistyped() -> None:
    wanted = wanted_of(parse_query("falling"))
    assert match_text(wanted, "falling", "said").qualities == (EXACT,)
    assert match_text(wanted, "fell", "said").qualities == (STEMMED,)
    mistyped = Wanted((replace(wanted.words[0], variants=("failing",)),), ())
    assert match_text(mistyped, "failing", "said").qualities == (MISTYPED,)


def test_a_field_looks_nowhere_else() -> None:
    wanted = wanted_of(parse_query("shown:exit"))
    assert not match_text(wanted, "exit", "said").is_any
    assert match_text(wanted, "EXIT", "shown").is_any
