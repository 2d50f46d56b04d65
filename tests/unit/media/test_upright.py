from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest

from kinora.errors import Bug
from kinora.media.upright import Turn, plausible_aspect, shown_size, turn_from_matrix, turned

ONE = 1 << 16
PICTURE = np.array([[1, 2, 3], [4, 5, 6]])


def matrix(m0: int, m1: int, m3: int, m4: int) -> bytes:
    return struct.pack("=9i", m0 * ONE, m1 * ONE, 0, m3 * ONE, m4 * ONE, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize(
    ("given", "degrees", "expected"),
    [
        (matrix(1, 0, 0, 1), 0, [[1, 2, 3], [4, 5, 6]]),
        (matrix(0, 1, -1, 0), 90, [[4, 1], [5, 2], [6, 3]]),
        (matrix(-1, 0, 0, -1), 180, [[6, 5, 4], [3, 2, 1]]),
        (matrix(0, -1, 1, 0), 270, [[3, 6], [2, 5], [1, 4]]),
        (matrix(-1, 0, 0, 1), 180, [[3, 2, 1], [6, 5, 4]]),  # mirrored left-right
        (matrix(1, 0, 0, -1), 0, [[4, 5, 6], [1, 2, 3]]),  # mirrored top-bottom
        (matrix(0, 1, 1, 0), 90, [[1, 4], [2, 5], [3, 6]]),  # turned and mirrored
    ],
)
def test_a_matrix_turns_and_mirrors(given: bytes, degrees: int, expected: list[list[int]]) -> None:
    turn = turn_from_matrix(given)
    assert turned(PICTURE, turn).tolist() == expected
    assert turn.clockwise_degrees == degrees


def test_a_matrix_that_flattens_the_picture_is_ignored() -> None:
    assert turn_from_matrix(bytes(36)) == Turn()
    with pytest.raises(Bug, match="36 bytes"):
        turn_from_matrix(b"short")


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(None, 1), (Fraction(0), 1), (Fraction(-4, 3), 1), (Fraction(4, 3), Fraction(4, 3)), (Fraction(1000), 1)],
)
def test_an_absurd_aspect_is_square(ratio: Fraction | None, expected: Fraction) -> None:
    assert plausible_aspect(ratio) == expected


def test_samples_are_made_square_before_the_turn() -> None:
    assert shown_size(720, 576, Fraction(16, 15), Turn()) == (768, 576)
    assert shown_size(720, 576, Fraction(16, 15), Turn(swaps_axes=True)) == (576, 768)
    assert shown_size(1, 9, Fraction(1, 8), Turn()) == (1, 9)
