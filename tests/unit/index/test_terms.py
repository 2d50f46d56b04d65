"""One analysis of text for index, score and highlight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.index.stemmer import stem
from kinora.index.terms import fold, index_terms, tokens_of

# From the algorithm's own sample vocabulary (snowballstem.org/algorithms/english/stemmer.html).
SAMPLE = {
    "consign": "consign", "consigned": "consign", "consigning": "consign", "consignment": "consign",
    "consist": "consist", "consisted": "consist", "consistency": "consist", "consistent": "consist",
    "consistently": "consist", "consisting": "consist", "consolation": "consol", "consolatory": "consolatori",
    "consolidate": "consolid", "consoling": "consol", "consonant": "conson", "conspicuous": "conspicu",
    "conspiracy": "conspiraci", "conspirator": "conspir", "constable": "constabl", "constancy": "constanc",
    "knack": "knack", "knaves": "knave", "kneeling": "kneel", "knees": "knee", "knightly": "knight",
    "knitting": "knit", "knocked": "knock", "knotty": "knotti", "knowingly": "know", "knowledge": "knowledg",
}  # fmt: skip


@pytest.mark.parametrize(("word", "expected"), SAMPLE.items())
def test_stems_as_published(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("running", "runs"), ("men", "man"), ("butterflies", "butterfly"), ("fell", "falling"), ("NASA’s", "nasa"),
     ("café", "CAFE"), ("Straße", "strasse"), ("don’t", "dont"), ("مَكْتُوب", "مكتوب"), ("ｗｅｂ", "web")],
)  # fmt: skip
def test_forms_of_a_word_share_a_term(one: str, other: str) -> None:
    assert tokens_of(one)[0].stem == tokens_of(other)[0].stem


def test_words_of_other_scripts_stay_whole() -> None:
    assert [token.folded for token in tokens_of("हिन्दी में लिखा")] == ["हिन्दी", "में", "लिखा"]


def test_scripts_without_spaces_give_characters_and_pairs() -> None:
    assert index_terms("汽车 OK") == "汽 汽车 车 ok"
    assert tokens_of("汽车在路")[0].query_terms() == ("汽车", "车在", "在路")
    assert tokens_of("车")[0].query_terms() == ("车",)


def test_a_word_that_is_not_its_stem_is_kept_whole_too() -> None:
    assert index_terms("Falling fast") == "fall =falling fast"


@given(st.text(max_size=80))
def test_ranges_lie_in_the_text_in_order(text: str) -> None:
    last = 0
    for token in tokens_of(text):
        assert last <= token.start < token.end <= len(text)
        last = token.end
        assert " " not in token.folded
        if not token.is_unspaced:
            assert fold(text[token.start : token.end]) == token.folded
