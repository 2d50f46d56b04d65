"""Steps between cells go, edges of the picture stay, and a picture without steps stays as it is."""

import numpy as np
import pytest

from kinora.generate.families.seams import without_seams

CELL = 16


def sky(height: int = 64, width: int = 96) -> np.ndarray:
    """Return two frames of a soft gradient."""
    rows, columns = np.mgrid[:height, :width]
    grey = 80 + rows * 0.5 + columns * 0.3
    return np.repeat(np.stack([grey, grey + 20, grey + 40], -1)[None], 2, axis=0).astype(np.uint8)


def step_at(frames: np.ndarray, column: int) -> float:
    """Return the mean step to the right of a column."""
    frames = frames.astype(float)
    return float(np.abs(frames[:, :, column + 1] - frames[:, :, column]).mean())


def test_a_soft_picture_stays():
    assert np.abs(without_seams(sky(), CELL).astype(int) - sky()).max() <= 1


def test_a_cell_of_another_level_is_blended_in():
    frames = sky()
    frames[:, 16:32, 32:48] += 14
    mended = without_seams(frames, CELL)
    assert step_at(frames[:, 16:32], 31) > 13
    assert step_at(mended[:, 16:32], 31) < 3
    assert abs(mended.mean() - frames.mean()) < 0.1


@pytest.mark.parametrize("column", [31, 40])
def test_an_edge_of_the_picture_stays(column):
    frames = sky()
    frames[:, :, column + 1 :] = (200, 30, 30)
    mended = without_seams(frames, CELL)
    assert step_at(mended, column) > 0.9 * step_at(frames, column)


@pytest.mark.parametrize("shape", [(1, 31, 64, 3), (1, 16, 16, 3)])
def test_what_has_no_cells_to_join_is_left(shape):
    frames = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    assert without_seams(frames, CELL) is frames
