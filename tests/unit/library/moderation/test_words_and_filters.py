"""Word and link filters: what they catch however it is dressed up, what they leave alone, and that none blows up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kinora.errors import InputError
from kinora.library.accounts import channel_of
from kinora.library.models import User
from kinora.library.moderation.filters import (
    FORM,
    add_filter,
    export_filters,
    filters_of,
    hits,
    import_filters,
    matches_words,
)
from kinora.library.moderation.words import cleaned, fingerprint_of, hosts_in, words_of


@pytest.mark.parametrize(
    ("pattern", "text", "is_caught"),
    [
        ("casino", "Best CASINO in town", True),
        ("casino", "the cásinó", True),
        ("casino", "cas\u200bino", True),
        ("casino", "саsinо", True),  # Cyrillic letters
        ("casino", "c@s!n0", True),
        ("casino", "casinos are many", False),
        ("casino*", "casinos are many", True),
        ("*coin", "buy dogecoin now!", True),
        ("free money", "FREE   money!!", True),
        ("free money", "free the money", False),
        ("free* money", "freeeee money", True),
        ("e-mail", "my e-mail is", True),
        ("buy now", "what a shot, wow", False),
        ("ass", "a class of its own", False),
    ],
)
def test_words_are_caught_as_they_are_meant(pattern: str, text: str, is_caught: bool) -> None:
    assert matches_words(pattern, words_of(text)) is is_caught


def test_a_pattern_of_many_stars_takes_few_steps() -> None:
    """Twenty stars over a word of 5,000 letters: with backtracking the sun would set first."""
    assert not matches_words("a*" * 20 + "b", ["a" * 5000])
    assert matches_words("a*" * 20 + "b", ["a" * 5000 + "b"])


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("see https://Shop.Example.com:8080/a?b=c", ["shop.example.com"]),
        ("www.spam.example is great", ["www.spam.example"]),
        ("go to spam.xyz now", ["spam.xyz"]),
        ("the end.Then it began", []),
        ("mail me at a@spam.com", []),
        ("https://user:pw@evil.example/", ["evil.example"]),
        ("https://[", []),
        ("version 1.2.3 of file.txt", []),
    ],
)
def test_links_are_read_as_browsers_read_them(text: str, hosts: list[str]) -> None:
    assert hosts_in(text) == hosts


@pytest.mark.django_db
def test_a_filtered_host_takes_everything_under_it() -> None:
    add_filter(None, kind="link", text="https://www.Spam.example/page", action="refuse")
    assert [hit.text for hit in hits("http://a.b.spam.example/x", None)] == ["spam.example"]
    assert not hits("http://notspam.example", None)


def test_a_channels_filters_are_its_own(alice: User, bob: User) -> None:
    ours, theirs = channel_of(alice), channel_of(bob)
    add_filter(ours, kind="words", text="spoiler*")
    add_filter(None, kind="words", text="casino")
    assert [hit.text for hit in hits("spoilers of the casino", ours)] == ["casino", "spoiler*"]
    assert [hit.text for hit in hits("spoilers of the casino", theirs)] == ["casino"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "words", "text": ""}, {"kind": "words", "text": "***"}, {"kind": "words", "text": "a*"},
        {"kind": "words", "text": "x" * 121}, {"kind": "words", "text": "a b c d e f g h i"},
        {"kind": "regex", "text": "(a+)+$"}, {"kind": "link", "text": "no host"}, {"kind": "link", "text": "localhost"},
        {"kind": "words", "text": "ok", "action": "burn"}, {"kind": "words"}, {"kind": "words", "text": 5},
        {"kind": "words", "text": "ok", "sql": "drop"}, "casino", None,
    ],
)  # fmt: skip
def test_an_impossible_filter_is_refused_and_nothing_of_its_list_is_taken(entry: Any) -> None:
    document = {"form": FORM, "filters": [{"kind": "words", "text": "casino"}, entry]}
    with pytest.raises(InputError, match="entry 2"):
        import_filters(None, document)
    assert not filters_of(None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("document", [None, [], {}, {"form": "other", "filters": []}, {"form": FORM, "filters": "x"}])
def test_what_is_no_list_of_filters_is_refused(document: Any) -> None:
    with pytest.raises(InputError, match="no list of filters"):
        import_filters(None, document)


def test_filters_travel_as_json(alice: User) -> None:
    add_filter(None, kind="words", text="Casino*", note="since May")
    add_filter(None, kind="link", text="spam.example", action="refuse")
    exported = json.loads(json.dumps(export_filters(None)))
    assert import_filters(channel_of(alice), exported) == 2
    assert import_filters(channel_of(alice), exported) == 2, "twice is once"
    assert export_filters(channel_of(alice)) == exported


def test_texts_of_the_same_words_are_alike() -> None:
    assert fingerprint_of("Buy  cheap watches!") == fingerprint_of("buy CHEAP wátches")
    assert fingerprint_of("Buy cheap watches") != fingerprint_of("Buy cheap clocks")
    assert fingerprint_of("So nice") == "", "short praise is everybody's"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" a\r\nb\n\n\n\nc ", "a\nb\n\nc"), ("a\x00\x07b", "ab"), ("\u202eevil", "evil"), ("\u200b \ufeff", ""),
        ("👩‍👩‍👧 ok", "👩‍👩‍👧 ok"), ("שלום", "שלום"),
    ],
)  # fmt: skip
def test_control_characters_and_tricks_of_direction_go(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept
