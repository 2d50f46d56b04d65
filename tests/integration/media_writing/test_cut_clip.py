"""Clips are cut to the frame: constant and variable rate, any container, and what is at the ends is what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import pytest
from tests.integration.media_reading.clips import Look, ffmpeg, number_in, steady, write_clip

from kinora import config
from kinora.errors import InputError
from kinora.media.cut_clip import Cut, Cutting, cut_clip
from kinora.media.frames import frames_at
from kinora.media.probe import probe
from kinora.timebase import Span

# Milliseconds between frames, over and over: a recording whose rate changes all the time.
GAPS_MS = (40, 33, 7, 120, 41, 16, 250, 40, 40, 90)


def uneven(num_frames: int) -> list[int]:
    times = [0]
    for number in range(num_frames - 1):
        times.append(times[-1] + GAPS_MS[number % len(GAPS_MS)])
    return times


def cut(path: Path, start: float, end: float, folder: Path) -> Cut:
    settings = config.current()
    out = folder / "out"
    out.mkdir(exist_ok=True)
    return cut_clip(Cutting(path, probe(path, settings), settings), Span(start, end), out / "clip.mp4")


def shown_in(path: Path) -> tuple[list[int], list[float]]:
    """Return the numbers that the frames spell, and their seconds from the first."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    seconds = [float(frame.pts * frame.time_base) for frame in frames]
    return [number_in(frame.to_ndarray(format="rgb24")) for frame in frames], [at - seconds[0] for at in seconds]


def inside(times_ms: Sequence[int], start: float, end: float) -> list[int]:
    """Return the frames that a stretch holds: the one on the screen at its start, and those that begin in it."""
    first = max(number for number, at in enumerate(times_ms) if at <= 1000 * start + 1e-6)
    return [first, *(number for number, at in enumerate(times_ms) if number > first and at < 1000 * end - 1e-6)]


@pytest.mark.parametrize(
    ("suffix", "start", "end"),
    [
        ("mp4", 3.0, 3.4), ("mp4", 0.0, 0.04), ("mp4", 7.9, 9.0), ("mkv", 6.513, 7.019), ("webm", 1.013, 1.519),
        ("ts", 6.513, 7.019),
    ],
)  # fmt: skip
def test_a_steady_film_gives_exactly_its_frames(tmp_path: Path, suffix: str, start: float, end: float) -> None:
    times = steady(220)
    look = Look(codec="libvpx-vp9") if suffix == "webm" else Look()
    path = write_clip(tmp_path / f"film.{suffix}", times, look)
    made = cut(path, start, end, tmp_path)
    numbers, _ = shown_in(made.path)
    assert numbers == inside(times, start, end)
    assert made.num_frames == len(numbers)
    (source,) = frames_at(path, [start], height=96)
    assert number_in(source.rgb) == numbers[0], "the first frame is what is on the screen at the start"


@pytest.mark.parametrize(
    ("suffix", "start", "end"), [("mp4", 0.081, 0.5), ("mp4", 5.005, 5.7), ("mp4", 3.337, 3.345), ("mkv", 5.005, 5.7)]
)
def test_an_uneven_film_keeps_each_frame_and_its_time(tmp_path: Path, suffix: str, start: float, end: float) -> None:
    times = uneven(150)
    path = write_clip(tmp_path / f"film.{suffix}", times)
    made = cut(path, start, end, tmp_path)
    numbers, seconds = shown_in(made.path)
    wanted = inside(times, start, end)
    assert numbers == wanted
    assert seconds == pytest.approx([(times[number] - times[wanted[0]]) / 1000 for number in wanted], abs=0.0015)


def test_a_film_whose_clock_begins_late_is_cut_by_what_is_seen(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "source.mp4", steady(100), sound_seconds=4)
    path = tmp_path / "late.ts"
    ffmpeg("-i", source, "-c", "copy", "-output_ts_offset", "5000", path)
    numbers, _ = shown_in(cut(path, 2.0, 2.2, tmp_path).path)
    assert numbers == [50, 51, 52, 53, 54]


def test_the_sound_is_as_long_as_the_picture_and_of_its_place(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "film.mp4", steady(200), sound_seconds=4)
    with av.open(str(cut(path, 3.0, 5.0, tmp_path).path)) as container:
        frames = list(container.decode(audio=0))
        loud = [float(abs(frame.to_ndarray()).max()) for frame in frames]
        seconds = sum(frame.samples for frame in frames) / 48_000
    assert seconds == pytest.approx(1.0, abs=0.1), "the tone ends at 4 s"
    assert max(loud[: len(loud) // 3]) > 0.3, "the tone lasts to 4 s"


def test_a_turned_film_comes_out_upright(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "film.mp4", steady(50), Look(rotation=90))
    made = cut(path, 0.4, 0.8, tmp_path)
    facts = probe(made.path, config.current()).video
    assert facts and (facts.width, facts.height, facts.rotation_degrees) == (96, 192, 0)


def test_sound_alone_is_cut_too(tmp_path: Path) -> None:
    film = write_clip(tmp_path / "film.mp4", steady(100), sound_seconds=4)
    path = tmp_path / "sound.m4a"
    ffmpeg("-i", film, "-vn", "-c", "copy", path)
    made = cut(path, 1.0, 2.5, tmp_path)
    facts = probe(made.path, config.current())
    assert facts.video is None and facts.duration_seconds == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize(("start", "end"), [(2.0, 2.0), (-1.0, 1.0)])
def test_an_empty_stretch_is_refused(tmp_path: Path, start: float, end: float) -> None:
    path = write_clip(tmp_path / "film.mp4", steady(10))
    with pytest.raises(InputError, match="can't go from"):
        cut(path, start, end, tmp_path)
