"""Sentences → passages: where they lie, where they end, and which searches want them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinora.search.clauses import clauses_of
from kinora.search.fitted import passage_fit
from kinora.search.lexical import match_text
from kinora.search.passages import Sentences, passages_of, rarity_of, wants_passage, window_scores
from kinora.search.query import parse_query
from kinora.search.words import wanted_of

FIT = replace(passage_fit(), half_seconds=(7.0,), least_seconds=10.0, most_seconds=40.0, edge_share=0.8)


def talk(num: int = 40, *, about: slice = slice(0, 0), words: slice = slice(0, 0)) -> Sentences:
    starts = np.arange(num) * 4.0
    cosines = np.full(num, 0.1)
    cosines[about] = 0.6
    qualities = np.zeros((num, 2))
    qualities[words] = 1.0
    return Sentences(starts, starts + 4.0, qualities, cosines)


def best(sentences: Sentences) -> tuple[float, float]:
    found = passages_of(sentences, np.ones(2), FIT)[0]
    return found.span.start_seconds, found.span.end_seconds


def test_a_passage_lies_where_several_sentences_are_near() -> None:
    start, end = best(talk(about=slice(10, 16)))
    assert 36.0 <= start <= 44.0 and 60.0 <= end <= 68.0


def test_words_and_meaning_add_up() -> None:
    lone = talk(about=slice(3, 4), words=slice(30, 31))
    both = replace(lone, cosines=np.where(np.arange(40) == 30, 0.6, lone.cosines))
    assert passages_of(both, np.ones(2), FIT)[0].score > passages_of(lone, np.ones(2), FIT)[0].score
    assert best(both)[0] <= 120.0 <= best(both)[1]


def test_passages_keep_their_lengths_and_do_not_overlap() -> None:
    found = passages_of(talk(about=slice(0, 40)), np.ones(2), FIT)
    assert all(one.span.duration_seconds <= FIT.most_seconds for one in found)
    rows = [row for one in found for row in range(one.first, one.last + 1)]
    assert len(rows) == len(set(rows))


def test_a_short_track_is_one_passage() -> None:
    assert best(talk(2, about=slice(0, 1))) == (0.0, 8.0)


def test_no_sentences_no_passages() -> None:
    assert passages_of(talk(0), np.ones(2), FIT) == []


def test_sentences_inside_one_another_keep_their_order() -> None:
    long = Sentences(np.array([0.0, 5.0, 6.0]), np.array([60.0, 7.0, 8.0]), np.zeros((3, 1)), np.full(3, 0.5))
    assert np.isfinite(window_scores(long, np.ones(1), FIT)).all()


def test_scores_lie_between_nothing_and_one() -> None:
    everything = talk(about=slice(0, 40), words=slice(0, 40))
    scores = window_scores(everything, np.ones(2), FIT)
    assert scores.min() >= 0.0 and scores.max() <= 1.0


def test_rare_words_weigh_more() -> None:
    qualities = np.zeros((10, 2))
    qualities[:8, 0] = qualities[0, 1] = 1.0
    common, rare = rarity_of(qualities)
    assert rare > common > 0.0


@pytest.mark.parametrize(
    ("text", "is_wanted"),
    [
        ("How do I mend a kettle?", True),
        ("why does the switch fail", True),
        ("how", False),  # no word that says what
        ("kettle switch", False),
        ('how is "the switch" mended', False),  # a phrase is to be found as written
        ("how said:kettle", False),
        ("somebody mends the kettle switch in a kitchen", True),  # a description that no sentence holds
        ("rub the contacts with fine paper", False),  # nearly what one sentence says
        ("Until they shine?", False),  # said so, word by word
    ],
)
def test_questions_want_passages(text: str, is_wanted: bool) -> None:
    (clause,) = clauses_of(parse_query(text).steps[0].beside[0])
    wanted = wanted_of(clause)
    matches = [match_text(wanted, "Rub the contacts with fine paper until they shine.", "said")]
    assert wants_passage(clause, wanted, matches) is is_wanted


def test_the_weights_that_ship_are_convex() -> None:
    fit = passage_fit()
    assert fit.words + fit.mean + fit.best == pytest.approx(1.0)
    assert min(fit.words, fit.mean, fit.best) >= 0.0 and fit.least_seconds <= fit.most_seconds
