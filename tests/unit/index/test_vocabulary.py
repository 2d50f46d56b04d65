"""What a mistyped or unfinished word may have meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.index.vocabulary import Vocabulary, edit_distance, edit_distances, is_mistyped

WORDS = Vocabulary(["hammock", "=disabilities", "disabl", "street", "stretched", "heart", "post", "汽车", "automobile"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hamock", "hammock"),
        ("hmamock", "hammock"),
        ("disabilitits", "disabilities"),
        ("stret", "street"),
        ("hert", "heart"),
    ],
)
def test_mistyped_words_are_found(typed: str, meant: str) -> None:
    assert meant in WORDS.near(typed)


@pytest.mark.parametrize("typed", ["tost", "xammock", "asdfgh", "ham", "xqzzvbn", "flurpt", "", "h" * 60])
def test_other_letters_are_no_mistyped_words(typed: str) -> None:
    assert WORDS.near(typed) == []


def test_beginnings() -> None:
    assert WORDS.starting_with("autom") == ["automobile"]
    assert WORDS.starting_with("str") == ["street", "stretched"]
    assert WORDS.starting_with("zz") == []


def test_four_letters_may_be_swapped_or_left_out_but_not_changed() -> None:
    assert is_mistyped("psot", "post")
    assert is_mistyped("strt", "strut")
    assert not is_mistyped("past", "post")


_WORD = st.text(alphabet="abcd", min_size=0, max_size=7)


@given(_WORD, st.lists(_WORD.filter(bool), min_size=1, max_size=5))
def test_distances_at_once_are_the_distances_one_by_one(word: str, others: list[str]) -> None:
    import numpy as np

    width = max(map(len, others))
    letters = np.zeros((len(others), width), np.uint32)
    for row, other in enumerate(others):
        letters[row, : len(other)] = [ord(letter) for letter in other]
    at_once = edit_distances(word, letters, np.array([len(other) for other in others]))
    assert at_once.tolist() == [edit_distance(word, other) for other in others]
