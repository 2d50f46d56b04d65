"""The cheap looks and the small decisions of reading the screen."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from kinora.moments.moment import Box
from kinora.moments.screen_reader import Line, is_trusted
from kinora.moments.screen_text import is_clock, is_same_text
from kinora.moments.text_likeness import edge_correlation, num_new_blocks, num_two_tone_blocks, patch, text_mask


def card(text: str, *, size: int = 24, background: int = 20) -> np.ndarray:
    image = Image.new("L", (426, 240), background)
    ImageDraw.Draw(image).text((60, 100), text, fill=240, font=ImageFont.load_default(size))
    return np.asarray(image, dtype=np.int16)


@pytest.mark.parametrize("size", [12, 24, 60])
def test_words_of_any_size_look_like_words(size: int) -> None:
    luma = card("Departures", size=size)
    assert text_mask(luma).sum() >= 3 and num_two_tone_blocks(luma) >= 2


def test_a_smooth_picture_does_not() -> None:
    rows, columns = np.mgrid[0:240, 0:426]
    smooth = (120 + 80 * np.sin(rows / 40) * np.cos(columns / 60)).astype(np.int16)
    assert not text_mask(smooth).any()


def test_only_letters_at_new_places_are_news() -> None:
    first, other = text_mask(card("Departures")), text_mask(np.roll(card("Departures"), 80, axis=0))
    assert num_new_blocks(first, None) > 2
    assert num_new_blocks(first, first) == 0
    assert num_new_blocks(other, first) > 2


def test_edges_tell_standing_words_from_changed_ones() -> None:
    box = Box(0.12, 0.38, 0.6, 0.2)
    standing, darker = patch(card("Departures"), box), patch(card("Departures", background=90), box)
    assert edge_correlation(standing, darker) > 0.9
    assert edge_correlation(standing, patch(card("Wonderful ox"), box)) < 0.5
    assert edge_correlation(standing, patch(np.full((240, 426), 20, dtype=np.int16), box)) == 0


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("OPEN MOVIE", "OPENMOVIE", True),
        ("Blender Foundation", "Blender Foundatlon", True),
        ("00:00:01:00", "00:00:02:00", False),
        ("Frame = 11", "Frame = 21", False),
        ("GET READY", "COMING SOON", False),
    ],
)
def test_readings_of_the_same_words_are_known(first: str, second: str, same: bool) -> None:
    assert is_same_text(first, second) is same


def test_a_clock_is_mostly_digits() -> None:
    assert is_clock("00:01:22") and is_clock("42") and not is_clock("Room 42, second floor")


@pytest.mark.parametrize(
    ("text", "similarity", "height", "trusted"),
    [
        ("EXIT", 0.95, 0.05, True),
        ("出口", 0.95, 0.05, True),
        ("EXIT", 0.4, 0.05, False),
        ("7", 0.97, 0.2, True),
        ("7", 0.97, 0.02, False),
        ("8出", 0.92, 0.2, False),
        ("---|-", 0.9, 0.05, False),
        ("tiny words here", 0.9, 0.005, False),
    ],
)
def test_texture_taken_for_letters_is_dropped(text: str, similarity: float, height: float, trusted: bool) -> None:
    assert is_trusted(Line(text, Box(0.1, 0.1, 0.3, height), similarity)) is trusted
