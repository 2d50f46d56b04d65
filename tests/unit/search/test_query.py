"""The search language: what is understood, what is refused, and that its print is its reading."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinora.errors import InputError, QueryRefused
from kinora.search.query import MAX_TERMS, Colour, Filters, Group, Like, Query, Step, Term, parse_query

_PIECES = st.sampled_from(
    [
        *("-", '"', ":", " ", "--", "：", "“", "«", "\u200b", "\x00", "\ud800", "¨", "ﷺ", "é", "e\u0301", "\U0001f996"),
        *("said:", "SHOWN:", "title:", "in:", "before:2024-05-01", "after:2020", "longer:10m", "shorter:1:30"),
        *("dog", "Größe", "汽车", "a:b", "f(x)", "by:bob", "lang:en", "Licence:CC0", "has:speech", "-is:ai", "is:ai"),
        *("(", ")", "OR", "THEN", "WHILE", "then", "while", "within", "30s", "within 30 s", "or", "and", "he", "the"),
        *("colour:Grey", "like:ab_-1@12.5", "like:x@1-2.5", "like:x@1[0.1,0.2,0.5,0.5]", "tag:x", "said:(", "-("),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(_PIECES, max_size=12).map("".join),
    st.lists(_PIECES, max_size=20).map(" ".join),
)


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


def words(text: str) -> tuple[Term, ...]:
    return tuple(Term(word) for word in text.split())


def test_or_joins_what_stands_on_both_sides() -> None:
    assert parse_query("dog OR big cat").steps == (Step(((words("dog"), words("big cat")),)),)
    assert parse_query("dog or cat").steps == (Step(((words("dog or cat"),),)),)


def test_groups_lose_parentheses_that_say_nothing() -> None:
    assert parse_query("((dog)) (big (cat))") == parse_query("dog big cat")
    assert parse_query("(dog OR (cat OR cow))") == parse_query("dog OR cat OR cow")
    assert parse_query("(dog OR cat) beach").steps[0].beside[0][0][0] == Group((words("dog"), words("cat")))


def test_a_field_before_a_group_holds_for_all_in_it() -> None:
    assert parse_query("said:(dog title:cat)").terms == (Term("dog", "said"), Term("cat", "title"))


def test_leaving_out_a_group() -> None:
    assert parse_query("x -(dog OR cat)") == parse_query("x -dog -cat")
    assert parse_query("x -(dog cat)").steps[0].beside[0][0][1] == Group((words("dog cat"),), is_negative=True)
    assert str(parse_query("x -((a b) OR c)")) == "x -(a b) -c"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a dog then a beach", "a dog THEN a beach"),
        ("dog THEN beach within 30s", "dog THEN beach within 30s"),
        ("dog then beach within 2 minutes", "dog THEN beach within 2m"),
        ("a THEN b within 5s THEN c within 1:30", "a THEN b within 5s THEN c within 1m30s"),
        ("man singing while it rains", "man singing while it rains"),
        ("singing while dancing", "singing WHILE dancing"),
        ("door WHILE it rains THEN night in:films", "door WHILE it rains THEN night in:films"),
        ("color:red then color:blue", "color:red THEN color:blue"),
        ('dog then "then he said"', 'dog THEN "then he said"'),
        ("dog OR cat then beach", "dog OR cat THEN beach"),
    ],
)
def test_what_follows_and_what_goes_on_beside(text: str, printed: str) -> None:
    assert str(parse_query(text)) == printed


@pytest.mark.parametrize(
    "text",
    [
        "and then he said", "he went home and then he left", "then", "now and then", "then what", "if you go then stay",
        "for a while", "while you were sleeping", "wait a while longer", "once in a while a dog", "dog then",
        "then dog",
        "the then of", "what happened then", "cat or dog", "within 30s", "dog within 30s", "every now and then rain",
        "we walked then we ran", '"dog then beach"', "said:then dog", "and or then while within",
    ],
)  # fmt: skip
def test_small_letters_of_a_sentence_stay_words(text: str) -> None:
    query = parse_query(text)
    assert len(query.steps) == 1 and len(query.steps[0].beside) == 1 and len(query.steps[0].beside[0]) == 1
    assert str(query) == text


def test_within_is_the_steps_own() -> None:
    query = parse_query("dog then cat within 10s then cow")
    assert [step.within_seconds for step in query.steps] == [None, 10.0, None]


def test_filters_of_the_library() -> None:
    query = parse_query('by:"Ada L" language:en licence:cc-by has:speech -has:text -is:ai dog')
    assert query.filters == Filters(
        creator="Ada L", language="en", licence="cc-by", has_speech=True, has_text=False, is_ai=False
    )
    assert query.terms == words("dog")


def test_colours_and_likes() -> None:
    query = parse_query("colour:Teal -color:grey like:a-b@61.25 like:x@10-12 like:x@1[0.1,0.2,0.5,0.5]")
    assert query.pieces == (
        Colour("cyan"), Colour("gray", is_negative=True), Like("a-b", 61.25), Like("x", 10.0, 12.0),
        Like("x", 1.0, None, (0.1, 0.2, 0.5, 0.5)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("dog OR", 5, "after OR"),
        ("OR dog", 1, "before OR"),
        ("dog OR OR cat", 8, "before OR"),
        ("dog THEN", 5, "quote it"),
        ("dog THEN THEN cat", 10, "before THEN"),
        ("dog OR -cat", 8, "leave out"),
        ("dog THEN -cat", 10, "leave out"),
        ("dog ()", 5, "parentheses"),
        ("dog ) cat", 5, "closes nothing"),
        ("dog (in:x cat)", 6, "outside the parentheses"),
        ("(dog THEN cat) x", 6, "can't stand in parentheses"),
        ("dog THEN within 30s cat", 10, "time stands last"),
        ("dog THEN cat within 25h", 14, "up to 24h"),
        ("x color:mauve-ish", 3, "one of red"),
        ("x like:abc", 3, "a video and a second"),
        ("x like:abc@9-4", 3, "a video and a second"),
        ("x like:abc@1[0.9,0,0.5,1]", 3, "a video and a second"),
        ("x has:music", 3, "has:speech or has:text"),
        ("x is:old", 3, "is:ai"),
        ("has:text -has:text", 10, "stands twice"),
        ("x -(dog color:red)", 3, "left out in parentheses"),
        ("(" * 20 + "dog", 13, "12 deep"),
        ("a THEN b THEN c THEN d THEN e THEN f THEN g", 43, "at most 6"),
        ("(a OR b) (a OR b) (a OR b) (a OR b) (a OR b)", 1, "24 combinations"),
        ("e\u0301te\u0301 after:x", 7, "wants a day"),
        ("\u200b\u200bdog after:x", 7, "wants a day"),
        ("ﷺ after:x", 3, "wants a day"),
    ],
)
def test_a_refusal_says_what_and_where(text: str, position: int, says: str) -> None:
    with pytest.raises(QueryRefused, match=rf"\(character {position}\)") as refused:
        parse_query(text)
    assert says in refused.value.message and refused.value.position == position


@pytest.mark.parametrize("text", ["smile :)", "f(x)", "1) first", "a(b", "(dog", "said:(dog cat"])
def test_parentheses_of_words_and_open_ones(text: str) -> None:
    assert parse_query(text).terms
