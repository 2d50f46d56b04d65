"""Scrub sprites and covers: each second finds its own picture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kinora.media.covers import write_cover
from kinora.media.scrub import ScrubWriter, write_scrub
from kinora.timebase import parse_timecode


@dataclass(frozen=True)
class Shown:
    seconds: float
    rgb: NDArray[np.uint8]


def grey(level: int, width: int = 320, height: int = 180) -> NDArray[np.uint8]:
    return np.full((height, width, 3), level, np.uint8)


def picture_at(vtt: Path, seconds: float) -> tuple[NDArray[np.uint8], float, float]:
    """Return the thumbnail that the WebVTT shows at a second, as a player would cut it out."""
    cues = re.findall(r"(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)", vtt.read_text())
    for start, end, name, *box in cues:
        if parse_timecode(start) <= seconds < parse_timecode(end):
            x, y, width, height = map(int, box)
            sheet = Image.open(vtt.parent / name)
            assert x + width <= sheet.width and y + height <= sheet.height
            return np.asarray(sheet.crop((x, y, x + width, y + height))), parse_timecode(start), parse_timecode(end)
    raise AssertionError(f"no thumbnail at {seconds} s")


def test_every_second_finds_its_own_picture(tmp_path: Path) -> None:
    frames = [Shown(second, grey(second % 250)) for second in range(130)]
    scrub = write_scrub(frames, tmp_path, duration_seconds=130.5)
    assert scrub is not None and len(scrub.sheets) == 2 and scrub.num_thumbnails == 130
    for second in (0, 9, 10, 99, 100, 129):
        thumbnail, start, _ = picture_at(scrub.vtt, second + 0.4)
        assert thumbnail.shape == (90, 160, 3)
        assert abs(float(thumbnail.mean()) - second % 250) < 4
        assert start == second
    assert picture_at(scrub.vtt, 130.2)[2] == 130.5


def test_long_videos_get_a_longer_interval_not_more_sheets(tmp_path: Path) -> None:
    writer = ScrubWriter(tmp_path, max_sheets=1)
    for second in range(1000):
        writer.add(float(second), grey(second // 4))
    scrub = writer.close(duration_seconds=1000.0)
    assert scrub is not None and len(scrub.sheets) == 1 and scrub.interval_seconds == 16.0
    for second in (3, 500, 996):
        thumbnail, start, end = picture_at(scrub.vtt, second)
        assert end - start <= 17 and abs(float(thumbnail.mean()) - start // 4) < 4


def test_frames_between_two_turns_are_left_out(tmp_path: Path) -> None:
    scrub = write_scrub([Shown(n / 25, grey(n)) for n in range(101)], tmp_path)
    assert scrub is not None and scrub.num_thumbnails == 5


def test_portrait_thumbnails_keep_their_shape(tmp_path: Path) -> None:
    scrub = write_scrub([Shown(0.0, grey(9, 180, 320))], tmp_path)
    assert scrub is not None
    assert picture_at(scrub.vtt, 0.0)[0].shape == (160, 90, 3)


def test_no_frames_write_nothing(tmp_path: Path) -> None:
    assert write_scrub([], tmp_path / "scrub") is None
    assert not (tmp_path / "scrub").exists()


@pytest.mark.parametrize(
    ("size", "shown"), [((1280, 720), (640, 360)), ((200, 100), (200, 100)), ((360, 720), (180, 360))]
)
def test_covers_shrink_but_never_grow(tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]) -> None:
    rgb = np.zeros((size[1], size[0], 3), np.uint8)
    rgb[..., 0] = 200
    path = write_cover(rgb, tmp_path / "covers" / "0.jpg")
    picture = Image.open(path)
    assert (picture.size, picture.format) == (shown, "JPEG")
    assert np.allclose(np.asarray(picture).mean(axis=(0, 1)), (200, 0, 0), atol=4)
    assert [entry.name for entry in path.parent.iterdir()] == ["0.jpg"]
