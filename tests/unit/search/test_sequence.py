"""Moments of each side → moments of both: which pairs count, what they span, how they are told."""

from __future__ import annotations

import pytest

from kinora.search.hit import Hit, Reason
from kinora.search.sequence import Side, any_of, at_once, in_order


def hit(start: float, end: float, score: float = 0.8, *, video: str = "v", text: str = "", marks: int = 0) -> Hit:
    reason = Reason("said", text or f"at {start}", score, ((marks, marks + 3),))
    return Hit(video, start, end, score, (reason,))


def whole(score: float = 0.8) -> Hit:
    return Hit("v", 0.0, 10.0, score, (Reason("title", "A dog", score),))


def spans(hits: list[Hit]) -> list[tuple[str, float, float]]:
    return [(one.video_id, one.start_seconds, one.end_seconds) for one in hits]


def test_a_pair_spans_both_and_says_where_each_is() -> None:
    found = in_order([Side("dog", [hit(12, 15)]), Side("beach", [hit(31, 34)], 60.0)])
    assert spans(found) == [("v", 12, 34)]
    assert found[0].reasons[0].text == "dog at 0:12, then beach at 0:31"
    assert [reason.text for reason in found[0].reasons[1:]] == ["at 12", "at 31"]


def test_the_order_and_the_window_count() -> None:
    dog, beach = hit(100, 103), hit(31, 34)
    assert in_order([Side("dog", [dog]), Side("beach", [beach], 600.0)]) == []
    assert spans(in_order([Side("beach", [beach]), Side("dog", [dog], 66.0)])) == [("v", 31, 103)]
    assert in_order([Side("beach", [beach]), Side("dog", [dog], 65.0)]) == []


def test_a_pair_is_of_one_video() -> None:
    assert in_order([Side("a", [hit(1, 2)]), Side("b", [hit(5, 6, video="w")], 60.0)]) == []


def test_the_nearer_of_two_equals_is_taken() -> None:
    found = in_order([Side("a", [hit(0, 2)]), Side("b", [hit(50, 52), hit(4, 6)], 60.0)])
    assert spans(found) == [("v", 0, 6)]


def test_three_steps_each_with_its_own_window() -> None:
    sides = [Side("a", [hit(0, 2)]), Side("b", [hit(5, 6), hit(40, 41)], 60.0), Side("c", [hit(45, 47)], 5.0)]
    assert spans(in_order(sides)) == [("v", 0, 47)]
    assert in_order(sides)[0].reasons[0].text == "a at 0:00, then b at 0:40, then c at 0:45"


def test_words_of_one_line_count_in_their_order() -> None:
    line = "if you love me then let me go"
    love, leave = hit(3, 6, text=line, marks=7), hit(3, 6, text=line, marks=20)
    assert spans(in_order([Side("love", [love]), Side("let go", [leave], 60.0)])) == [("v", 3, 6)]
    assert in_order([Side("let go", [leave]), Side("love", [love], 60.0)]) == []


def test_what_is_about_the_whole_video_has_no_place_in_an_order() -> None:
    assert in_order([Side("dog", [whole()]), Side("beach", [hit(30, 33)], 60.0)]) == []


def test_weak_moments_make_no_pair() -> None:
    sides = [Side("a", [hit(0, 2, 0.9), hit(100, 102, 0.1)]), Side("b", [hit(104, 106)], 60.0)]
    assert in_order(sides) == []


def test_at_once_is_where_both_go_on() -> None:
    found = at_once([Side("rain", [hit(10, 20)]), Side("song", [hit(14, 30), hit(40, 50)])])
    assert spans(found) == [("v", 14, 20)]
    assert found[0].reasons[0].text == "rain at 0:10 while song at 0:14"


def test_an_instant_of_both_plays_both() -> None:
    assert spans(at_once([Side("a", [hit(10, 20)]), Side("b", [hit(19, 25)])])) == [("v", 10, 25)]


def test_a_title_goes_on_all_the_time() -> None:
    assert spans(at_once([Side("dog", [whole()]), Side("b", [hit(40, 45)])])) == [("v", 40, 45)]


def test_any_of_counts_what_is_found_twice_once() -> None:
    found = any_of([[hit(0, 4, 0.5, text="x")], [hit(0.5, 4, 0.7, text="y"), hit(9, 12, 0.6)]])
    assert spans(found) == [("v", 0.5, 4), ("v", 9, 12)]
    assert {reason.text for reason in found[0].reasons} == {"x", "y"}


@pytest.mark.parametrize("sides", [[[], []], [[hit(0, 1)], []]])
def test_a_side_that_finds_nothing_leaves_nothing(sides: list[list[Hit]]) -> None:
    told = [Side("a", sides[0]), Side("b", sides[1], 60.0)]
    assert in_order(told) == [] and at_once(told) == []


@pytest.mark.parametrize(
    ("signal", "score", "is_found"), [("meaning", 0.4, False), ("meaning", 0.7, True), ("picture", 0.3, False)]
)
def test_a_chain_takes_no_faint_guess(signal: str, score: float, is_found: bool) -> None:
    guess = Hit("v", 1.0, 2.0, 0.2, (Reason(signal, "", score),))  # type: ignore[arg-type]
    assert bool(in_order([Side("boat", [guess]), Side("bird", [hit(5, 6)], 60.0)])) is is_found
    assert bool(at_once([Side("boat", [guess]), Side("bird", [hit(0, 6)])])) is is_found
