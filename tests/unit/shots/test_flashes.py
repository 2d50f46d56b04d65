"""Flashes within a shot are no cut; one that goes off over a cut leaves that one cut."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.shots.reduced_films import Film, found_in, kinds_and_frames, scene


def lit(film: Film, frames: range, strengths: tuple[float, ...]) -> Film:
    """Return the film with these frames whitened."""
    film = film.copy()
    for frame, strength in zip(frames, strengths, strict=True):
        film[frame] = film[frame] * (1 - strength) + 255 * strength
    return film


@pytest.mark.parametrize("strengths", [(0.9,), (1.0, 0.8, 0.6), (0.95, 0.75, 0.55, 0.35), (0.6, 0.6, 0.6, 0.6, 0.6)])
@pytest.mark.parametrize("speed", [0.0, 0.5, 1.0])
def test_one_that_dies_away_over_a_pan_is_no_cut(strengths: tuple[float, ...], speed: float) -> None:
    film = lit(scene(1, 80, speed=speed), range(40, 40 + len(strengths)), strengths)
    assert found_in(film) == []


def test_one_that_lights_dark_footage_in_part_is_no_cut() -> None:
    film = 16 + scene(1, 80) * 0.12
    for index, strength in enumerate((0.9, 0.7, 0.5)):
        film[40 + index, :20] = film[40 + index, :20] * (1 - strength) + 255 * strength
    assert found_in(film) == []


@pytest.mark.parametrize("lit_before", [0, 1, 2])
@pytest.mark.parametrize("lit_after", [0, 1, 2])
def test_a_cut_under_a_flash_is_one_cut(lit_before: int, lit_after: int) -> None:
    film = np.concatenate([scene(1, 40), scene(2, 40)])
    frames = range(40 - lit_before, 40 + lit_after)
    ((kind, frame),) = kinds_and_frames(found_in(lit(film, frames, (0.7,) * len(frames))))
    assert kind == "cut" and abs(frame - 40) <= 2


def test_a_short_bright_shot_between_two_others_keeps_both_its_cuts() -> None:
    bright = 150 + scene(3, 3) * 0.4
    found = found_in(scene(1, 40) * 0.5, bright, scene(2, 40) * 0.5)
    assert kinds_and_frames(found) == [("cut", 40), ("cut", 43)]


def test_a_fade_that_stops_short_of_black_is_told_as_a_fade() -> None:
    film = scene(1, 84, speed=0.0)
    for index in range(18):
        film[66 + index] = film[66 + index] * (1 - 0.92 * min(1.0, (index + 1) / 14))
    (found,) = found_in(film)
    assert found.kind == "fade" and found.boundary_frame >= 76
