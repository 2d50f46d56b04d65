"""The strength that reaches a quality: on the line through two measured ones, within bounds."""

from __future__ import annotations

from kinora.media.quality import Strength, on_the_line


def test_the_strength_lies_on_the_line_and_is_rounded_towards_better() -> None:
    assert on_the_line([(20, 97.0), (30, 87.0)], 93.0, (16, 34), 23) == Strength(24, 93.0)
    assert on_the_line([(20, 97.0), (30, 88.0)], 93.0, (16, 34), 23).crf == 24, "24.4 is not enough, 25 too weak"


def test_it_stays_within_bounds() -> None:
    assert on_the_line([(20, 70.0), (30, 60.0)], 93.0, (16, 34), 23).crf == 16
    assert on_the_line([(20, 99.9), (30, 99.0)], 90.0, (16, 34), 23).crf == 34


def test_a_still_picture_gives_nothing_to_choose_by() -> None:
    assert on_the_line([(20, 100.0), (30, 100.0)], 93.0, (16, 34), 23) == Strength(34, 100.0)
    assert on_the_line([(20, 80.0), (30, 80.0)], 93.0, (16, 34), 23).crf == 23
