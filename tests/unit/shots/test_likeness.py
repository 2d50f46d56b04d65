"""Likeness of two frames: blind to motion and light, not to content."""

from __future__ import annotations

import numpy as np
from tests.unit.shots.reduced_films import scene

from kinora.shots.likeness import halved, unlikeness


def _unlike(first: np.ndarray, second: np.ndarray) -> float:
    return float(unlikeness(halved(first[None].astype(np.float32)), halved(second[None].astype(np.float32)))[0])


def test_a_frame_is_wholly_like_itself() -> None:
    assert abs(_unlike(scene(1, 1)[0], scene(1, 1)[0])) < 1e-4


def test_a_shifted_frame_is_liker_than_another_picture() -> None:
    pan = scene(1, 2, speed=6.0)
    moved, other = _unlike(pan[0], pan[1]), _unlike(pan[0], scene(2, 1)[0])
    assert moved < 0.2 < 0.4 < other


def test_light_and_contrast_do_not_matter() -> None:
    picture = scene(1, 1)[0]
    assert _unlike(picture, picture * 0.5 + 90) < 0.05


def test_flat_pictures_are_alike_and_nothing_divides_by_zero() -> None:
    flat = np.full((36, 64), 16.0)
    assert abs(_unlike(flat, flat + 100)) < 1e-3


def test_no_pairs_give_no_values() -> None:
    nothing = np.zeros((0, 18, 32), np.float32)
    assert unlikeness(nothing, nothing).shape == (0,)


def test_many_pairs_give_what_single_ones_give() -> None:
    first, second = halved(scene(1, 70)), halved(scene(2, 70))
    together = unlikeness(first, second)
    alone = [float(unlikeness(first[at : at + 1], second[at : at + 1])[0]) for at in (0, 31, 32, 69)]
    np.testing.assert_allclose(together[[0, 31, 32, 69]], alone, rtol=1e-4, atol=1e-5)
