"""When two sentences are near enough to mean the same."""

from __future__ import annotations

import pytest

from kinora.search.known_words import is_known
from kinora.search.meaning import curve_for, is_readable


@pytest.mark.parametrize("word", ["automobile", "petting", "butterflies", "smartphone", "unopened", "chess"])
def test_english_words_are_known(word: str) -> None:
    assert is_known(word)


@pytest.mark.parametrize("word", ["xqzzvbn", "flurpt", "asdfgh", "blorptang", "qwertyuiop", "zzzzzz"])
def test_letters_are_no_words(word: str) -> None:
    assert not is_known(word)


def test_letters_that_are_no_words_must_come_nearer() -> None:
    words, letters = curve_for("a red automobile", num_videos=10), curve_for("xqzzvbn flurpt", num_videos=10)
    assert words.score(0.33) > 0.0
    assert letters.score(0.37) == 0.0


def test_the_cut_off_rises_with_the_library() -> None:
    small, large = curve_for("dog", num_videos=10), curve_for("dog", num_videos=10_000)
    assert small.cut_off < large.cut_off < 0.4
    assert small.score(0.5) == large.score(0.5)


def test_other_languages_are_not_read_by_an_english_encoder() -> None:
    assert is_readable("A dragon.")
    assert is_readable("A dragon.", "en-GB")
    assert not is_readable("Danke.", "de")
    assert not is_readable("鼪鼬鼯")
    assert not is_readable("12 34")
