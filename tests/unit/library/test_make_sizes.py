"""What a wish leaves open is decided by what is given."""

from pathlib import Path

import pytest

from kinora.errors import InputError
from kinora.generate.condition import Request
from kinora.generate.operations import Material, Source
from kinora.library.make_sizes import LEFT_OPEN, decided, nearest_size
from kinora.library.order import stretches_in

OPEN = Request(model="kinora-small", **LEFT_OPEN)  # type: ignore[arg-type]
FILM = Source(Path("film.mp4"), 12.0, at_seconds=2.0, width=1280, height=720, fps=25.0)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1280, 720), "128x64"),
        ((640, 480), "128x96"),
        ((500, 500), "128x128"),
        ((720, 1280), "64x128"),
        ((0, 0), "64x64"),
    ],
)
def test_the_size_is_the_one_nearest_in_shape(size, expected):
    assert nearest_size(*size, "kinora-small") == expected


def test_words_alone_take_what_is_usual():
    made = decided(OPEN, "text_to_video", Material())
    assert (made.width, made.height, made.seconds, made.fps) == (64, 64, 2.0, 8.0)


def test_in_betweens_double_the_rate_over_the_whole_video():
    made = decided(OPEN, "interpolate", Material(videos=(FILM,)))
    assert (made.width, made.height, made.fps) == (128, 64, 50.0)
    assert made.seconds == pytest.approx(12.0 - 2.0 - 1 / 25)


def test_what_is_said_stays():
    made = decided(Request(width=96, height=96, seconds=1.0, fps=100.0), "interpolate", Material(videos=(FILM,)))
    assert (made.width, made.seconds, made.fps) == (96, 1.0, 100.0)


def test_a_rate_without_room_for_in_betweens_is_refused():
    with pytest.raises(InputError, match="in-betweens at 30 frames a second were asked of a video that has 25"):
        decided(Request(fps=30.0), "interpolate", Material(videos=(FILM,)))


def test_stretches_are_read_as_people_write_them():
    assert stretches_in("") == ()
    assert stretches_in("0:00-0:01.5, 1:02 – 1:04,3 to 4") == ((0.0, 1.5), (62.0, 64.0), (3.0, 4.0))
    for wrong in ("1-", "a-b", "2-1", "1-2-3", "1..2-3"):
        with pytest.raises(InputError):
            stretches_in(wrong)
