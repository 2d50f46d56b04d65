"""What is made joins what was given: its own pixels, no jump at a seam, the source's size and rate."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from kinora.generate.condition import Request, TimedPrompt
from kinora.generate.loader import open_model
from kinora.generate.operations import Material, Source, operation
from kinora.generate.run import generate_with
from kinora.media.clip_writer import ClipFormat, write_clip
from kinora.media.frames import frames_at

WIDTH, HEIGHT, RATE, SECONDS = 160, 96, 24, 3


@pytest.fixture(scope="module")
def family(tiny_model):
    return open_model(str(tiny_model))


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Source:
    """Return a film of a pattern that moves right by a pixel a frame, and to and fro in brightness."""
    noise = np.random.default_rng(0).integers(60, 200, (HEIGHT // 8, 60, 3)).astype(np.uint8)
    wide = np.repeat(np.repeat(noise, 8, 0), 8, 1)
    frames = [wide[:, number : number + WIDTH] for number in range(SECONDS * RATE)]
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    how = ClipFormat(width=WIDTH, height=HEIGHT, frame_rate=Fraction(RATE), crf=8)
    write_clip(path, iter(frames), None, how)
    return Source(path, float(SECONDS), id="film", width=WIDTH, height=HEIGHT, fps=float(RATE))


def made_by(name: str, family, film: Source, folder: Path, **changes) -> tuple[Request, np.ndarray]:
    settings = Request(prompts=(TimedPrompt(0.0, "a ball"),), steps=2, seconds=2.0, **changes)
    num_videos = {"connect": 2}.get(name, 1)
    keep = ((0.0, 0.5), (1.5, 2.0)) if name == "recut" else ()
    request = operation(name).request(Material(videos=(film,) * num_videos, keep=keep), settings)
    made = generate_with(family, request, folder, lambda *_: None)
    times = [number / request.shown_fps for number in range(made.num_frames)]
    return request, np.stack([one.rgb for one in frames_at(made.path, times, height=HEIGHT)]).astype(float)


def of_film(film: Source, seconds: list[float]) -> np.ndarray:
    return np.stack([one.rgb for one in frames_at(film.path, seconds, height=HEIGHT)]).astype(float)


def steps_of(frames: np.ndarray) -> np.ndarray:
    return np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2, 3))


def test_an_extension_begins_with_the_films_own_last_second_and_does_not_jump(family, film, tmp_path):
    _, frames = made_by("extend", family, film, tmp_path)
    assert frames.shape == (2 * RATE + 1, HEIGHT, WIDTH, 3)
    own = of_film(film, [2.0 - 1 / RATE + number / RATE + 0.002 for number in range(RATE + 1)])
    assert np.abs(frames[: RATE + 1] - own).mean() < 3.0, "the film's own pixels, but for the codec"
    steps = steps_of(frames)
    ordinary = float(np.median(steps[:RATE]))
    assert steps[RATE : RATE + 4].max() < 1.6 * ordinary, "no step at the seam is larger than those of the film"


def test_an_extension_back_ends_with_the_films_own_first_second(family, film, tmp_path):
    _, frames = made_by("extend_back", family, film, tmp_path)
    own = of_film(film, [number / RATE + 0.002 for number in range(0, RATE - 4)])
    assert np.abs(frames[-len(own) - 2 : -2] - own).mean() < 6.0
    steps = steps_of(frames)
    assert steps[RATE - 2 : RATE + 5].max() < 1.6 * float(np.median(steps[-RATE + 4 :]))


def test_a_loop_is_the_film_and_a_way_back_that_closes_the_circle(family, film, tmp_path):
    request, frames = made_by("loop", family, film, tmp_path)
    assert request.circle == (0.0, 3.0)
    assert len(frames) > SECONDS * RATE + RATE // 2
    own = of_film(film, [number / RATE + 0.002 for number in range(SECONDS * RATE)])
    assert np.abs(frames[: SECONDS * RATE] - own).mean() < 3.0
    ordinary = float(np.median(steps_of(own)))
    assert np.abs(frames[-1] - frames[0]).mean() < 2.0 * ordinary, "the last picture leads to the first"
    assert steps_of(frames)[SECONDS * RATE - 2 : SECONDS * RATE + 3].max() < 1.6 * ordinary


def test_in_betweens_keep_every_picture_of_the_film(family, film, tmp_path):
    _, frames = made_by("interpolate", family, replace(film, at_seconds=0.5), tmp_path, fps=48.0)
    own = of_film(film, [0.5 + number / RATE + 0.002 for number in range(40)])
    assert np.abs(frames[: 2 * len(own) : 2] - own).mean() < 3.0
    assert steps_of(frames).max() < 1.6 * float(np.median(steps_of(own)))


def test_a_re_cut_keeps_stretches_and_remix_has_the_films_size(family, film, tmp_path):
    for name in ("recut", "remix"):
        (tmp_path / name).mkdir()
    _, frames = made_by("recut", family, film, tmp_path / "recut")
    own = of_film(film, [number / RATE + 0.002 for number in range(RATE // 2)])
    assert np.abs(frames[: len(own)] - own).mean() < 3.0
    _, remixed = made_by("remix", family, film, tmp_path / "remix", noise=0.3)
    assert remixed.shape == (2 * RATE + 1, HEIGHT, WIDTH, 3)


def test_as_the_model_makes_it_is_of_the_models_size(family, film, tmp_path):
    settings = Request(prompts=(TimedPrompt(0.0, "a ball"),), steps=2)
    request = operation("extend").request(Material(videos=(film,), is_finished=False), settings)
    made = generate_with(family, request, tmp_path, lambda *_: None)
    frame = next(iter(frames_at(made.path, [0.0], height=64))).rgb
    assert (frame.shape, made.num_frames) == ((64, 64, 3), 17)
