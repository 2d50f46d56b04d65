"""Motion between pictures: followed halfway, gone on along, and refused where two pictures are not one motion."""

import numpy as np
import pytest

from kinora.generate.motion import Between, flow_between, going_on


def square_at(column: int) -> np.ndarray:
    """Return a textured square on a textured ground."""
    ground = np.random.default_rng(0).integers(80, 120, (64, 96, 3))
    ground[20:44, column : column + 24] = np.random.default_rng(1).integers(160, 250, (24, 24, 3))
    return np.repeat(np.repeat(ground[::2, ::2], 2, 0), 2, 1).astype(np.uint8)


def column_of(picture: np.ndarray) -> float:
    """Return where the bright square is, by its centre of mass."""
    bright = picture.mean(axis=2) > 140
    return float(np.nonzero(bright)[1].mean())


def test_halfway_the_square_is_halfway():
    one, other = square_at(20), square_at(32)
    between = Between(one, other)
    assert between.agrees
    assert column_of(between.at(0.5)) == pytest.approx((column_of(one) + column_of(other)) / 2, abs=2.0)
    assert np.array_equal(between.at(0.0), one)
    assert np.array_equal(between.at(1.0), other)


def test_what_moved_goes_on_ever_slower():
    before, last = square_at(20), square_at(24)
    back = flow_between(last, before)
    moved = [column_of(going_on(last.astype(np.float32), back, 0.125, seconds)) for seconds in (0.0, 0.125, 0.25, 3.0)]
    assert moved[0] == pytest.approx(column_of(last), abs=0.5)
    assert 2.0 < moved[1] - moved[0] < 5.0
    assert moved[2] > moved[1]
    assert moved[3] - moved[0] < 4 / 0.125 * 0.8 + 4, "its speed is spent"


def test_two_pictures_of_different_things_are_not_one_motion():
    noise = np.random.default_rng(3).integers(0, 255, (64, 96, 3)).astype(np.uint8)
    assert not Between(square_at(20), noise).agrees
