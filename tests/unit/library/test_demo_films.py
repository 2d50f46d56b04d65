"""The demo films as they are written: lengths, words and edits that fit together."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PIL import Image

from kinora.library.demo.film import FRAMES_A_SECOND, DemoFilm, Paint, Take
from kinora.library.demo.make import cues_to_subrip, film_named, film_names
from kinora.library.demo.sound import SAMPLE_RATE_HZ, bell, mixed, pad, pitch_hz
from kinora.moments.moment import Cue
from kinora.moments.subtitles import parse_subtitles

FILMS = [film_named(name) for name in film_names()]


def plain(grey: int) -> Paint:
    return lambda _seconds: Image.new("RGB", (8, 8), (grey, grey, grey))


def silence(seconds: float) -> np.ndarray:
    return np.zeros((round(seconds * SAMPLE_RATE_HZ), 2), np.float32)


def short_film(*takes: Take) -> DemoFilm:
    return DemoFilm("short", "Short", "", (), takes, silence)


def test_there_are_enough_films_and_one_has_chapters() -> None:
    assert len(FILMS) >= 6
    short = [film for film in FILMS if 15 <= film.duration_seconds <= 40]
    assert len(short) >= 6
    (long,) = [film for film in FILMS if film.chapters()]
    assert long.duration_seconds >= 90 and len(long.chapters()) >= 6
    assert sum(len(film.subtitles) > 1 for film in FILMS) == 1
    joins = {take.join for film in FILMS for take in film.takes}
    assert joins == {"cut", "dissolve", "fade"}


@pytest.mark.parametrize("film", FILMS, ids=film_names())
def test_words_lie_within_the_film_and_do_not_overlap(film: DemoFilm) -> None:
    for cues in film.subtitles.values():
        assert cues
        assert all(0 <= cue.start_seconds < cue.end_seconds <= film.duration_seconds + 0.1 for cue in cues)
        assert all(before.end_seconds <= after.start_seconds for before, after in itertools.pairwise(cues))
    assert film.title and film.description and film.tags


def test_subrip_is_read_back() -> None:
    cues = (Cue(1.0, 2.5, "One."), Cue(3.25, 4.0, "Two, three."))
    assert parse_subtitles(cues_to_subrip(cues).encode(), "film.srt") == list(cues)


def test_cut_dissolve_and_fade_join_takes() -> None:
    film = short_film(
        Take(2.0, lambda: plain(100)), Take(2.0, lambda: plain(200)), Take(3.0, lambda: plain(40), "dissolve"),
        Take(2.0, lambda: plain(240), "fade"),
    )  # fmt: skip
    assert film.starts_seconds == (0.0, 2.0, 3.0, 6.0)
    assert film.duration_seconds == 8.0
    assert [(edit.start_seconds, edit.transition) for edit in film.edits()] == [
        (2.0, "cut"), (3.5, "dissolve"), (6.0, "fade"),
    ]  # fmt: skip
    light = [float(frame.mean()) for frame in film.frames()]
    assert len(light) == 8 * FRAMES_A_SECOND
    assert light[49] == 100 and light[50] == 200
    assert light[87] == pytest.approx(120, abs=5)  # half way from 200 to 40
    assert light[0] == pytest.approx(0, abs=1) and light[150] == pytest.approx(0, abs=1)
    assert light[-1] < 20 and light[175] == 240


def test_chapters_run_to_the_next_one() -> None:
    one, two = (Take(2.0, lambda: plain(1), chapter=name) for name in ("One", "Two"))
    film = short_film(one, Take(2.0, lambda: plain(1)), two)
    marks = [(chapter.start_seconds, chapter.end_seconds, chapter.title) for chapter in film.chapters()]
    assert marks == [(0.0, 4.0, "One"), (4.0, 6.0, "Two")]


def test_takes_are_built_only_while_they_are_shown() -> None:
    built: list[int] = []

    def build(number: int) -> Paint:
        built.append(number)
        return plain(number)

    film = short_film(Take(1.0, lambda: build(1)), Take(1.0, lambda: build(2)))
    frames = film.frames()
    next(frames)
    assert built == [1]
    list(frames)
    assert built == [1, 2]


def test_sound_is_as_long_as_asked_and_never_clips() -> None:
    sound = mixed(pad(3.0, ["C3 G3", "F3 A3"], 1.5, volume=2.0), silence(3.0))
    assert sound.shape == (3 * SAMPLE_RATE_HZ, 2)
    assert 0.5 < float(np.abs(sound).max()) <= 0.9
    assert pitch_hz("A4") == 440 and pitch_hz("C5") == pytest.approx(523.25, abs=0.01)
    spectrum = np.abs(np.fft.rfft(bell("A4")[:, 0]))
    assert np.argmax(spectrum) / 3.0 == pytest.approx(440, abs=2)
