"""Seconds whose picture matches become ranges."""

from __future__ import annotations

import pytest

from kinora.index.rows import PictureRow
from kinora.search.pictures import odds_of_best, ranges_of, share_of_best
from kinora.timebase import Span

LONG = Span(0.0, 60.0)


def seconds(*scores: float, shot: Span = LONG) -> list[tuple[PictureRow, float]]:
    rows = [PictureRow("v", 1, float(at), 0, shot.start_seconds, shot.end_seconds, 0.0) for at in range(len(scores))]
    return list(zip(rows, scores, strict=True))


def test_a_short_shot_answers_whole() -> None:
    assert ranges_of(seconds(0.1, 0.9, 0.2, shot=Span(2.0, 7.5))) == [("v", Span(2.0, 7.5), 0.9)]


def test_of_a_long_shot_the_runs_of_good_seconds_answer() -> None:
    found = ranges_of(seconds(0.9, 0.8, 0.1, 0.1, 0.1, 0.7, 0.6, 0.1))
    assert found == [("v", Span(0.0, 2.0), 0.9), ("v", Span(5.0, 7.0), 0.7)]


def test_probabilities_are_told_apart_by_their_odds() -> None:
    """Beside a faint best second a third of it is near; beside a sure one much more is."""
    assert share_of_best(0.5) == pytest.approx(0.3)
    assert odds_of_best(0.5) == pytest.approx(0.0826, abs=1e-3)
    assert odds_of_best(0.99) == pytest.approx(0.9, abs=0.02)
    assert 0.0 < odds_of_best(0.01) < 0.001
    assert odds_of_best(1.0) > 0.99
    sure = seconds(0.995, 0.95, 0.7, 0.2)
    assert ranges_of(sure, odds_of_best) == [("v", Span(0.0, 2.0), 0.995)]
