"""A decoded frame becomes 64x36 luma and 16x9 chroma, whatever its format."""

from __future__ import annotations

import av
import numpy as np
import pytest

from kinora.media.reduced import reduce_picture


def _frame(pixel_format: str, width: int = 320, height: int = 180) -> av.VideoFrame:
    """Return a frame: left half dark blue, right half bright; the upper right red."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, : width // 2] = (0, 0, 90)
    rgb[:, width // 2 :] = (200, 200, 200)
    rgb[: height // 2, width // 2 :] = (220, 40, 40)
    return av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format=pixel_format)


FORMATS = ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv444p12le", "yuva420p"]
SEMI_PLANAR = ["nv12", "nv21", "p010le"]
OTHERS = ["rgb24", "bgra", "yuyv422", "gbrp", "gbrp10le", "yuv420p10be", "rgb48le"]


@pytest.mark.parametrize("pixel_format", FORMATS + SEMI_PLANAR + OTHERS)
def test_formats_agree(pixel_format: str) -> None:
    wanted_luma, wanted_chroma = reduce_picture(_frame("yuv420p"))
    luma, chroma = reduce_picture(_frame(pixel_format))
    assert luma.shape == (36, 64) and chroma.shape == (9, 16, 2) and luma.dtype == np.uint8
    tolerance = 20 if pixel_format == "yuvj420p" else 4
    inside = np.s_[2:16, 2:30]  # edges differ by how each format's chroma is placed
    assert np.abs(luma[inside].astype(int) - wanted_luma[inside]).max() <= tolerance
    assert np.abs(chroma[1:3, 10:14].astype(int) - wanted_chroma[1:3, 10:14]).max() <= tolerance


@pytest.mark.parametrize("pixel_format", ["gray", "gray10le", "ya8"])
def test_grey_has_no_colour(pixel_format: str) -> None:
    luma, chroma = reduce_picture(_frame(pixel_format))
    assert luma[20, 50] > luma[20, 10] + 100
    assert np.abs(chroma.astype(int) - 128).max() <= 2


@pytest.mark.parametrize("size", [(2, 2), (16, 16), (63, 35), (65, 37), (1, 90), (1000, 3), (1281, 719)])
def test_any_size_is_taken(size: tuple[int, int]) -> None:
    luma, chroma = reduce_picture(_frame("yuv444p", *size))
    assert luma.shape == (36, 64) and chroma.shape == (9, 16, 2)


def test_every_part_of_the_picture_counts() -> None:
    """A bright square moved over the frame lights the cell at its place and no other corner."""
    for top, left in ((0, 0), (0, 300), (160, 0), (160, 300), (80, 160)):
        rgb = np.zeros((180, 320, 3), np.uint8)
        rgb[top : top + 20, left : left + 20] = 255
        luma, _ = reduce_picture(av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv420p"))
        row, column = np.unravel_index(luma.argmax(), luma.shape)
        assert abs(row * 5 - top) <= 20 and abs(column * 5 - left) <= 20
