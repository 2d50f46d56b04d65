"""The measures of the search benchmark, against values worked out by hand."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

from kinora.timebase import Span

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks" / "search_quality"


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the benchmark's files import each other, as when it runs."""
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("metrics", "corpus"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def asked(*right: tuple[str, float, float]):
    from corpus import Question, Right

    return Question("?", tuple(Right(video, Span(start, end)) for video, start, end in right))


def test_a_first_answer_that_is_exactly_right_scores_everywhere() -> None:
    from metrics import scores_of

    scores = scores_of([asked(("a", 10, 20))], [[("a", Span(10, 20)), ("b", Span(0, 5))]])
    assert (scores.video_first, scores.first, scores.first_five, scores.first_iou_3, scores.first_iou_5) == (1,) * 5
    assert (scores.mean_iou, scores.ndcg_10, scores.mean_reciprocal_rank, scores.missed) == (1, 1, 1, 0)
    assert scores.false_alarms is None


def test_a_right_range_in_second_place_is_discounted_by_overlap_and_place() -> None:
    from metrics import scores_of

    scores = scores_of([asked(("a", 10, 20))], [[("a", Span(40, 50)), ("a", Span(15, 25))]])
    assert (scores.video_first, scores.first, scores.mean_iou) == (1, 0, 0)
    assert scores.first_five == 1
    assert scores.mean_reciprocal_rank == pytest.approx(0.5)
    assert scores.ndcg_10 == pytest.approx((5 / 15) / math.log2(3))


def test_thresholds_of_the_first_answers_overlap() -> None:
    from metrics import scores_of

    third = scores_of([asked(("a", 0, 10))], [[("a", Span(5, 15))]])  # 5 of 15 seconds
    assert (third.first_iou_3, third.first_iou_5) == (1, 0)
    assert third.mean_iou == pytest.approx(1 / 3)


def test_each_right_range_counts_once_and_the_ideal_has_all_of_them() -> None:
    from metrics import scores_of

    question = asked(("a", 0, 10), ("b", 0, 10))
    twice = scores_of([question], [[("a", Span(0, 10)), ("a", Span(0, 10))]])
    both = scores_of([question], [[("a", Span(0, 10)), ("b", Span(0, 10))]])
    assert both.ndcg_10 == pytest.approx(1.0)
    assert twice.ndcg_10 == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_the_same_seconds_of_another_video_are_wrong() -> None:
    from metrics import scores_of

    scores = scores_of([asked(("a", 0, 10))], [[("b", Span(0, 10))]])
    assert (scores.video_first, scores.first, scores.ndcg_10, scores.mean_reciprocal_rank) == (0, 0, 0, 0)


def test_questions_without_an_answer_are_counted_apart() -> None:
    from metrics import scores_of

    questions = [asked(("a", 0, 10)), asked(), asked()]
    scores = scores_of(questions, [[], [("a", Span(0, 1))], []])
    assert (scores.num_questions, scores.missed, scores.false_alarms) == (1, 1, 0.5)


def test_answers_after_the_tenth_do_not_count() -> None:
    from metrics import scores_of

    late = [("b", Span(0, 1))] * 10 + [("a", Span(0, 10))]
    scores = scores_of([asked(("a", 0, 10))], [late])
    assert (scores.ndcg_10, scores.mean_reciprocal_rank) == (0, 0)
