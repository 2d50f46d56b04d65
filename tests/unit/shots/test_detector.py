"""The detector on made films whose transitions are known to the frame."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.shots.reduced_films import dissolved, found_in, kinds_and_frames, plain, scene


def test_a_cut_is_found_at_the_first_frame_of_the_new_shot() -> None:
    assert kinds_and_frames(found_in(scene(1, 40), scene(2, 33))) == [("cut", 40)]


def test_shots_of_one_and_of_three_frames_are_kept_apart() -> None:
    found = found_in(scene(1, 30), scene(2, 1), scene(3, 3), scene(4, 30))
    assert kinds_and_frames(found) == [("cut", 30), ("cut", 31), ("cut", 34)]


def test_one_frame_of_another_picture_within_a_shot_is_a_shot_too() -> None:
    shot = scene(1, 61)
    assert kinds_and_frames(found_in(shot[:30], scene(2, 1), shot[31:])) == [("cut", 30), ("cut", 31)]


def test_a_cut_in_very_dark_footage_is_found() -> None:
    dark = [16 + scene(seed, 40) * 0.12 for seed in (1, 2)]
    assert kinds_and_frames(found_in(*dark)) == [("cut", 40)]


@pytest.mark.parametrize("length", [6, 10, 16, 25, 38, 50])
def test_a_dissolve_is_found_with_its_span(length: int) -> None:
    # Both pictures move on by two cells meanwhile, a thirtieth of the width.
    first, second = (scene(seed, 40 + length, speed=2 / length) for seed in (1, 2))
    (found,) = found_in(dissolved(first, second, length))
    assert found.kind == "dissolve"
    assert abs(found.start_frame - 40) <= 3 + length // 8
    assert abs(found.end_frame - (40 + length)) <= 3 + length // 8
    assert found.start_frame < found.boundary_frame < found.end_frame


@pytest.mark.parametrize("level", [0, 255])
def test_a_fade_out_and_in_over_a_short_hold_is_one_transition(level: int) -> None:
    out = dissolved(scene(1, 60), plain(level, 12), 12)
    back = dissolved(plain(level, 15), scene(2, 60), 12)
    (found,) = found_in(out, back)
    assert found.kind == "fade"
    assert abs(found.start_frame - 48) <= 3 and abs(found.end_frame - 75) <= 3
    assert 58 <= found.boundary_frame <= 65


def test_fades_around_a_long_black_are_two() -> None:
    out = dissolved(scene(1, 60), plain(0, 14), 14)
    back = dissolved(plain(0, 64), scene(2, 60), 14)
    found = found_in(out, back)
    assert [one.kind for one in found] == ["fade", "fade"]
    assert abs(found[0].boundary_frame - 60) <= 2 and abs(found[1].boundary_frame - 110) <= 3


@pytest.mark.parametrize("length", [1, 2, 3, 4])
@pytest.mark.parametrize("strength", [0.5, 0.8, 1.0])
def test_a_camera_flash_is_no_transition(length: int, strength: float) -> None:
    film = scene(1, 80)
    film[40 : 40 + length] = film[40 : 40 + length] * (1 - strength) + 255 * strength
    assert found_in(film) == []


def test_a_flash_that_lights_half_the_picture_and_dies_away_is_no_transition() -> None:
    film = scene(1, 80)
    for index, strength in enumerate((0.9, 0.6, 0.3)):
        film[40 + index, :20] = film[40 + index, :20] * (1 - strength) + 255 * strength
    assert found_in(film) == []


def test_a_cut_right_after_a_flash_is_still_found() -> None:
    film = scene(1, 40)
    film[36:38] = 250
    assert kinds_and_frames(found_in(film, scene(2, 40))) == [("cut", 40)]


@pytest.mark.parametrize("speed", [0.0, 0.5, 1.5])
def test_stillness_and_pans_hold_no_transition(speed: float) -> None:
    assert found_in(scene(1, 100, speed=speed)) == []


def test_noise_alone_holds_no_transition() -> None:
    rng = np.random.default_rng(5)
    assert found_in(rng.normal(110, 12, (120, 36, 64)).astype(np.float32)) == []


def test_a_lamp_switched_on_is_no_cut() -> None:
    film = scene(1, 80)
    film[40:] = np.clip(film[40:] * 0.7 + 60, 0, 255)
    assert found_in(film) == []


def test_repeated_frames_do_not_turn_motion_into_cuts() -> None:
    assert found_in(np.repeat(scene(1, 50, speed=1.5), 3, axis=0)) == []


def test_a_black_film_holds_no_transition() -> None:
    assert found_in(plain(16, 90)) == []


@pytest.mark.parametrize("num_frames", [1, 2, 3])
def test_films_of_a_few_frames_are_taken(num_frames: int) -> None:
    assert found_in(scene(1, num_frames)) == []


def test_a_long_film_gives_the_same_as_its_parts() -> None:
    """Blocks overlap; a transition at any place of a block, its edges among them, is told once."""
    lengths = [97, 211, 150, 254, 301, 44, 180]
    parts = [scene(seed, length, speed=0.2) for seed, length in enumerate(lengths, start=1)]
    cuts = np.cumsum(lengths)[:-1].tolist()
    assert kinds_and_frames(found_in(*parts)) == [("cut", frame) for frame in cuts]


@pytest.mark.parametrize("start", [498, 505, 512, 519])
def test_a_dissolve_across_the_edge_of_a_block_is_told_once(start: int) -> None:
    film = dissolved(scene(1, start + 20, speed=0.02), scene(2, 420, speed=0.02), 20)
    (found,) = found_in(film)
    assert found.kind == "dissolve" and abs(found.start_frame - start) <= 4
