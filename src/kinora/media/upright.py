"""Turn and mirror a picture the way its display matrix asks."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame

from kinora.errors import Bug

_MOST_STRETCH = 8  # a sample aspect ratio beyond this is damage, not a choice


@dataclass(frozen=True)
class Turn:
    """What to do, in this order: swap axes, then mirror left-right, then mirror top-bottom."""

    swaps_axes: bool = False
    mirrors_x: bool = False
    mirrors_y: bool = False
    clockwise_degrees: int = 0


def turn_of(frame: VideoFrame) -> Turn:
    """Return the turn that a decoded frame asks for, to the nearest quarter."""
    try:
        data = frame.side_data["DISPLAYMATRIX"]  # type: ignore[typeddict-item]  # absent from PyAV's stubs
    except (KeyError, ValueError):  # PyAV stumbles over side data newer than itself
        return _quarter_turns(-frame.rotation)
    return turn_from_matrix(bytes(data)[:36])


def _quarter_turns(clockwise_degrees: int) -> Turn:
    degrees = round(clockwise_degrees / 90) * 90 % 360
    return Turn(degrees in (90, 270), degrees in (90, 180), degrees in (180, 270), degrees)


def turn_from_matrix(matrix: bytes) -> Turn:
    """Return the turn of FFmpeg's 3×3 display matrix: x' = m0·x + m3·y, y' = m1·x + m4·y."""
    if len(matrix) != 36:
        raise Bug(f"a display matrix has 36 bytes, not {len(matrix)}")
    m0, m1, _, m3, m4, *_ = struct.unpack("=9i", matrix)
    if not (m0 or m1) or not (m3 or m4):
        return Turn()  # a matrix that flattens the picture is damage
    degrees = round(math.degrees(math.atan2(m1, m0)) / 90) * 90 % 360
    if abs(m0) + abs(m4) >= abs(m1) + abs(m3):
        return Turn(False, m0 < 0, m4 < 0, degrees)
    return Turn(True, m3 < 0, m1 < 0, degrees)


def turned(picture: np.ndarray, turn: Turn) -> np.ndarray:
    """Return the picture (HxW or HxWxC) as it is shown, in memory order."""
    if turn.swaps_axes:
        picture = picture.swapaxes(0, 1)
    if turn.mirrors_x:
        picture = picture[:, ::-1]
    if turn.mirrors_y:
        picture = picture[::-1]
    return np.ascontiguousarray(picture)


def plausible_aspect(ratio: Fraction | None) -> Fraction:
    """Return the sample aspect ratio, 1 when it is missing or absurd."""
    if ratio is None or ratio <= 0 or not Fraction(1, _MOST_STRETCH) <= ratio <= _MOST_STRETCH:
        return Fraction(1)
    return ratio


def shown_size(width: int, height: int, aspect: Fraction, turn: Turn) -> tuple[int, int]:
    """Return width and height as shown: samples made square by width, then turned."""
    square = max(1, round(width * plausible_aspect(aspect)))
    return (height, square) if turn.swaps_axes else (square, height)
