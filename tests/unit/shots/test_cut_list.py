"""Transitions become shots: contiguous, none empty, covers inside."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.shots.cut_list import shots_between
from kinora.shots.shot import Shot
from kinora.shots.transition import Transition, cut_at, cuts_beside


def shots_conform(shots: tuple[Shot, ...], num_frames: int) -> None:
    """What every list of shots must keep."""
    assert shots and shots[0].start_frame == 0 and shots[-1].end_frame == num_frames
    for index, shot in enumerate(shots):
        assert shot.index == index
        assert shot.start_frame < shot.end_frame
        assert shot.start_seconds < shot.end_seconds
        assert shot.start_seconds <= shot.cover_seconds < shot.end_seconds
        assert shot.transition_start_seconds <= shot.transition_end_seconds
        assert (shot.transition == "start") == (index == 0)
    for before, after in pairwise(shots):
        assert before.end_frame == after.start_frame
        assert before.end_seconds == after.start_seconds


def _seconds(num_frames: int) -> list[float]:
    return [index / 25 for index in range(num_frames)]


def test_no_transition_gives_one_shot() -> None:
    (shot,) = shots_between([], _seconds(10), np.arange(10, dtype=np.float32))
    assert (shot.start_frame, shot.end_frame, shot.transition) == (0, 10, "start")
    assert shot.end_seconds == pytest.approx(0.4)


def test_a_single_frame_is_a_shot() -> None:
    shots_conform(shots_between([], [0.0], np.zeros(1, np.float32)), 1)


def test_a_dissolve_keeps_its_span_and_its_cover_lies_outside() -> None:
    dissolve = Transition(40, 60, "dissolve", 50)
    interest = np.zeros(100, np.float32)
    interest[55] = 9.0
    first, second = shots_between([dissolve], _seconds(100), interest)
    assert (second.start_frame, second.transition_start_seconds, second.transition_end_seconds) == (50, 1.6, 2.4)
    assert first.cover_seconds < 1.6 and second.cover_seconds >= 2.4


def test_a_short_fade_from_black_at_the_start_is_no_shot_of_its_own() -> None:
    assert len(shots_between([Transition(3, 20, "fade", 3)], _seconds(100), np.zeros(100, np.float32))) == 1


def test_a_long_black_before_a_fade_is_a_shot() -> None:
    assert len(shots_between([Transition(30, 50, "fade", 30)], _seconds(100), np.zeros(100, np.float32))) == 2


def test_a_fade_out_and_a_cut_from_the_short_black_are_one_transition() -> None:
    fade, cut = Transition(30, 40, "fade", 40), cut_at(47, 1.0)
    _, second = shots_between([fade, cut], _seconds(100), np.zeros(100, np.float32))
    assert (second.start_frame, second.transition, second.transition_start_seconds) == (47, "fade", 1.2)


def test_a_fade_out_and_a_cut_from_a_long_black_are_two() -> None:
    fade, cut = Transition(30, 40, "fade", 40), cut_at(60, 1.0)
    assert len(shots_between([fade, cut], _seconds(100), np.zeros(100, np.float32))) == 3


def test_a_cut_to_short_black_and_a_fade_in_are_one_transition() -> None:
    cut, fade = cut_at(30, 1.0), Transition(36, 50, "fade", 36)
    _, second = shots_between([cut, fade], _seconds(100), np.zeros(100, np.float32))
    assert (second.start_frame, second.transition, second.transition_end_seconds) == (30, "fade", 2.0)


@given(st.lists(st.integers(1, 199), unique=True), st.lists(st.floats(0.001, 2.0), min_size=200, max_size=200))
def test_any_cuts_at_any_times_conform(frames: list[int], steps: list[float]) -> None:
    seconds = np.concatenate([[0.0], np.cumsum(steps)[:-1]]).tolist()
    cuts = [cut_at(frame, 1.0) for frame in sorted(frames)]
    shots_conform(shots_between(cuts, seconds, np.zeros(200, np.float32)), 200)


def test_cuts_within_or_at_the_edge_of_a_gradual_transition_are_dropped() -> None:
    cuts = [cut_at(frame, 1.0) for frame in (10, 39, 50, 61, 80)]
    kept = cuts_beside(cuts, [Transition(40, 60, "dissolve", 50)])
    assert [one.start_frame for one in kept] == [10, 80]
