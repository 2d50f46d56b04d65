"""The search language: what is understood, what is refused, and that its print is its reading."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinora.errors import InputError, QueryRefused
from kinora.search.query import MAX_TERMS, Filters, Query, Term, parse_query

_PIECES = st.sampled_from(
    [
        *("-", '"', ":", " ", "--", "：", "“", "«", "\u200b", "\x00", "\ud800", "¨", "ﷺ", "é", "e\u0301", "\U0001f996"),
        *("said:", "SHOWN:", "title:", "in:", "before:2024-05-01", "after:2020", "longer:10m", "shorter:1:30"),
        *("dog", "Größe", "汽车", "a:b"),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map("".join))


def test_words_phrases_and_negatives() -> None:
    query = parse_query('dog  "on the  beach" -cat -"big wave"')
    assert query.terms == (
        Term("dog"),
        Term("on the beach", is_phrase=True),
        Term("cat", is_negative=True),
        Term("big wave", is_phrase=True, is_negative=True),
    )
    assert [term.text for term in query.wanted] == ["dog", "on the beach"]
    assert query.meaning == "dog on the beach"


def test_fields_take_words_and_phrases() -> None:
    query = parse_query('said:hello Shown:"way out" -title:trailer')
    assert query.terms == (
        Term("hello", "said"),
        Term("way out", "shown", is_phrase=True),
        Term("trailer", "title", is_negative=True),
    )
    assert query.meaning == ""


def test_filters() -> None:
    query = parse_query('waves in:"my films" before:2024-05-01 after:2023 longer:1h30m shorter:"2:00:00"')
    assert query.filters == Filters("my films", date(2024, 5, 1), date(2023, 1, 1), 5400.0, 7200.0)


@pytest.mark.parametrize("text", ["t-shirt", "http://x.org/a?b=c", "foo:bar", "10:30", "c++", "don't"])
def test_ordinary_words_stay_words(text: str) -> None:
    assert parse_query(text).terms == (Term(text),)


def test_an_open_quote_ends_with_the_text() -> None:
    assert parse_query('"the land of').terms == (Term("the land of", is_phrase=True),)


def test_typographic_and_full_width_signs_count() -> None:
    assert parse_query("“way out” said：hello").terms == (Term("way out", is_phrase=True), Term("hello", "said"))


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("dog said:", 5),
        ("dog in: cat", 5),
        ("before:yesterday", 1),
        ("x before:2024-13-01", 3),
        ("after:2024-02-30", 1),
        ("waves longer:ten", 7),
        ("waves -in:films", 7),
        ("in:a waves in:b", 12),
        ("longer:2000h", 1),
    ],
)
def test_a_refusal_names_the_character(text: str, position: int) -> None:
    with pytest.raises(QueryRefused, match=rf"\(character {position}\)") as refused:
        parse_query(text)
    assert "said:word" in refused.value.hint


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", '""', "-", "---"])
def test_an_empty_search_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused, match="empty"):
        parse_query(text)


def test_only_leaving_out_is_refused() -> None:
    with pytest.raises(QueryRefused, match="leave out"):
        parse_query("-dog")


def test_limits() -> None:
    with pytest.raises(QueryRefused, match=r"10,000 characters long; at most 1,000"):
        parse_query("x" * 10_000)
    parse_query(" ".join(["a"] * MAX_TERMS))
    with pytest.raises(QueryRefused, match="65 terms"):
        parse_query(" ".join(["a"] * (MAX_TERMS + 1)))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_print_then_read_gives_the_same(text: str) -> None:
    try:
        query = parse_query(text)
    except QueryRefused:
        return
    assert parse_query(str(query)) == query
    assert str(parse_query(str(query))) == str(query)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=1200))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        assert isinstance(parse_query(text), Query)
    except InputError as error:
        assert isinstance(error, QueryRefused)
        assert error.message
