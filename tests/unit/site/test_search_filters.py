"""The menus of the search page and the query's text say the same."""

from __future__ import annotations

from datetime import date

import pytest

from kinora.errors import QueryRefused
from kinora.site.search_filters import DATES, LENGTHS, PLACES, menus_of, with_menus

TODAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("text", "chosen", "expected"),
    [
        ("dog", {"channel": "alice"}, "dog in:alice"),
        ("dog in:alice", {"channel": "bob"}, "dog in:bob"),
        ("dog in:alice", {"channel": ""}, "dog"),
        ("dog", {"date": "7"}, "dog after:2026-03-02"),
        ("dog before:2020-01-01", {"date": "7"}, "dog after:2026-03-02"),
        ("dog", {"length": "240-1200"}, "dog longer:4m shorter:20m"),
        ("dog longer:1h", {"length": ""}, "dog"),
        ('dog "wet nose" -cat', {"where": "said"}, 'said:dog said:"wet nose" -cat'),
        ("said:dog", {"where": ""}, "dog"),
        ("", {"channel": "alice"}, "in:alice"),
    ],
)
def test_a_menu_becomes_words_of_the_query(text: str, chosen: dict[str, str], expected: str) -> None:
    assert with_menus(text, chosen, TODAY) == expected


@pytest.mark.parametrize("name,values", [("date", DATES), ("length", LENGTHS), ("where", PLACES)])
def test_each_option_is_read_back_from_the_query(name: str, values: tuple[tuple[str, str], ...]) -> None:
    for value, _ in values:
        assert getattr(menus_of(with_menus("dog", {name: value}, TODAY), TODAY), name) == value


def test_what_no_menu_offers_is_shown_as_other() -> None:
    menus = menus_of("said:dog cat longer:7m before:2020-01-01 after:2019-01-01", TODAY)
    assert (menus.where, menus.length, menus.date) == ("other", "other", "other")


def test_a_refused_query_leaves_the_menus_at_their_first_option() -> None:
    assert menus_of("after:never", TODAY) == menus_of("", TODAY)
    with pytest.raises(QueryRefused):
        with_menus("after:never", {"channel": "alice"}, TODAY)


def test_a_value_that_is_not_offered_takes_the_filter_out() -> None:
    assert with_menus("dog after:2020-01-01", {"date": "../etc"}, TODAY) == "dog"
