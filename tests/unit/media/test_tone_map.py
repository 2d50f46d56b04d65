from __future__ import annotations

import numpy as np
import pytest

from kinora.media.colour import HLG, PQ
from kinora.media.tone_map import tone_mapped


def greys(signals: list[float]) -> np.ndarray:
    return np.repeat(np.array(signals)[None, :, None] * 65535, 3, axis=2).astype(np.uint16)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_brighter_stays_brighter_and_grey_stays_grey(transfer: int) -> None:
    shown = tone_mapped(greys(list(np.linspace(0, 1, 50))), transfer)
    assert shown.dtype == np.uint8 and shown.shape == (1, 50, 3)
    assert (np.diff(shown[0, :, 0].astype(int)) >= 0).all()
    assert np.ptp(shown.astype(int), axis=2).max() <= 1
    assert shown[0, 0].max() == 0 and shown[0, -1].min() >= 250


@pytest.mark.parametrize(("transfer", "white", "peak"), [(PQ, 0.5807, 0.7518), (HLG, 0.75, 1.0)])
def test_white_of_203_nits_and_the_peak_of_1000(transfer: int, white: float, peak: float) -> None:
    shown = tone_mapped(greys([white, peak]), transfer)[0, :, 0]
    assert 205 <= shown[0] <= 225
    assert shown[1] >= 250


def test_a_strong_red_keeps_its_hue() -> None:
    red = np.array([[[0.75, 0.1, 0.1]]]) * 65535
    shown = tone_mapped(red.astype(np.uint16), PQ)[0, 0].astype(int)
    assert shown[0] > 200 and shown[0] > 4 * max(shown[1], shown[2])
