"""Take the seams out of decoded frames: what a coarse latent gets a little wrong stands as a step between its cells.

The step is taken out of the picture's slopes, and the picture nearest to the slopes that are left is solved for
(screened Poisson equation: Pérez et al. 2003, "Poisson image editing"; Bhat et al. 2008), so that the error is spread
where nobody sees it. A step larger than errors are is an edge of the picture and stays.

Letters: T frames, H rows, W columns, C colours.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.generate.families.family import Frames

Planes = NDArray[np.float32]
_STEPS = ((1, 60.0), (2, 12.0), (4, 12.0))  # parts of a cell's side, and the levels of 255 from which a step is an edge
_HELD = 0.02  # how much each pixel holds on to its own level


def without_seams(frames_THWC: Frames, cell: int) -> Frames:
    """Return the frames with the steps between their cells of `cell` pixels, and those within them, taken out."""
    height, width = frames_THWC.shape[1:3]
    if height % 2 or width % 2 or cell >= min(height, width):
        return frames_THWC
    given = frames_THWC.astype(np.float32)
    across, down = np.diff(given, axis=2), np.diff(given, axis=1)
    for part, edge in reversed(_STEPS):
        _mend(np.moveaxis(across, 2, 0), cell // part, edge)
        _mend(np.moveaxis(down, 1, 0), cell // part, edge)
    wanted = _HELD * given
    wanted[:, :, :-1] -= across
    wanted[:, :, 1:] += across
    wanted[:, :-1] -= down
    wanted[:, 1:] += down
    solved: Frames = _solved(wanted).round().clip(0, 255).astype(np.uint8)
    return solved


def _mend(slopes: Planes, cell: int, edge: float) -> None:
    """Give each slope between two cells the mean of its neighbours, unless it is an edge; in place, first axis."""
    for at in range(cell - 1, len(slopes) - 1, cell):
        usual = (slopes[at - 1] + slopes[at + 1]) / 2
        step = slopes[at] - usual
        size = np.abs(step).max(axis=-1, keepdims=True)
        slopes[at] = usual + step * (1 - np.exp(-((size / edge) ** 4)))


def _solved(wanted_THWC: Planes) -> Planes:
    height, width = wanted_THWC.shape[1:3]
    rows = 2 - 2 * np.cos(np.pi * np.arange(height) / height)
    columns = 2 - 2 * np.cos(np.pi * np.arange(width) / width)
    share_HW = (1 / (_HELD + rows[:, None] + columns)).astype(np.float32)
    solved = np.empty_like(wanted_THWC)
    for frame in range(len(wanted_THWC)):
        for colour in range(3):
            waves: Any = cv2.dct(np.ascontiguousarray(wanted_THWC[frame, :, :, colour]))
            solved[frame, :, :, colour] = cv2.idct(waves * share_HW)
    return solved
