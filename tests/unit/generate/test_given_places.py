"""Where a condition lies in the clip: whole latents, and the end that is said keeps its place."""

from pathlib import Path

import pytest

from kinora.generate.condition import Condition, Request
from kinora.generate.given import Canvas, Stretch, stretch_of
from kinora.generate.operations import Material, Source, operation

CANVAS = Canvas(64, 64, 17, 8.0, 4)
FILM = Source(Path("film.mp4"), 10.0, id="film", width=1920, height=800, fps=24.0)
SHOWN = Canvas(128, 64, 17, 8.0, 4, 1280, 532, 24.0)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition(0.0, "frame", Path("a.png")), (0, 1, 0.0)),
        (Condition(2.0, "frame", Path("a.mp4"), from_seconds=3.0), (16, 1, 3.0)),
        (Condition(0.0, "clip", Path("a.mp4"), from_seconds=5.0, to_seconds=6.0), (0, 9, 5.0)),
        (Condition(0.0, "clip", Path("a.mp4"), from_seconds=5.0, to_seconds=5.3), (0, 1, 5.0)),
        (Condition(1.0, "clip", Path("a.mp4"), from_seconds=1.0, to_seconds=2.0), (9, 8, 1.125)),
        (Condition(1.0, "clip", Path("a.mp4"), from_seconds=0.0, to_seconds=1.0, anchor="begin"), (9, 8, 0.0)),
        (Condition(0.0, "clip", Path("a.mp4"), from_seconds=8.9, to_seconds=10.0, anchor="end"), (0, 9, 8.875)),
        (Condition(0.5, "clip", Path("a.mp4")), (5, 12, 0.125)),
    ],
)
def test_a_condition_lies_on_whole_latents(condition, expected):
    assert stretch_of(condition, CANVAS) == Stretch(condition.path, *expected)


def test_the_last_picture_of_a_video_is_the_last_that_is_given():
    request = operation("extend").request(Material(videos=(FILM,)), Request())
    stretch = stretch_of(request.conditions[0], SHOWN)
    last = stretch.from_seconds + (stretch.num_frames - 1) / SHOWN.fps
    assert last == pytest.approx(10.0 - 1 / 24)


def test_what_is_made_is_shown_at_the_sources_size_and_rate():
    request = operation("extend").request(Material(videos=(FILM,)), Request())
    assert (request.shown_width, request.shown_height, request.shown_fps) == (1280, 534, 24.0)
    as_made = operation("extend").request(Material(videos=(FILM,), is_finished=False), Request())
    assert (as_made.shown_width, as_made.shown_fps) == (0, 0.0)
    unknown = operation("extend").request(Material(videos=(Source(Path("a.mp4"), 3.0),)), Request())
    assert unknown.shown_width == 0
    assert operation("text_to_video").request(Material(), Request()).shown_width == 0


@pytest.mark.parametrize("name", ["loop", "connect"])
def test_half_of_a_way_between_two_ends_is_made(name):
    videos = (FILM,) * (2 if name == "connect" else 1)
    request = operation(name).request(Material(videos=videos), Request(seconds=2.0))
    given = [stretch_of(one, SHOWN) for one in request.conditions]
    assert [(one.at_frame, one.num_frames) for one in given] == [(0, 5), (13, 4)]
    assert given[1].from_seconds == 0.0


def test_a_loop_shows_ten_seconds_of_a_long_video_from_the_second_that_is_said():
    long = Source(Path("film.mp4"), 60.0, at_seconds=12.0, width=640, height=360, fps=25.0)
    request = operation("loop").request(Material(videos=(long,)), Request(seconds=2.0))
    assert request.circle == (12.0, 22.0)
    assert [(one.from_seconds, one.to_seconds) for one in request.conditions] == [(21.5, 22.0), (12.0, 12.5)]


def test_in_betweens_give_pictures_of_the_videos_own():
    request = operation("interpolate").request(Material(videos=(FILM,)), Request(seconds=1.0, fps=48.0))
    times = [one.from_seconds * 24 for one in request.conditions]
    assert times == pytest.approx([round(time) for time in times])
    assert request.shown_fps == 48.0
