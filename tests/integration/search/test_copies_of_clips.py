"""Copies of a clip that the test makes, edited by FFmpeg, found among strangers: where, how, and what is not one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from kinora.index.landmarks import LandmarkIndex
from kinora.media.read_facts import FactLimits, read_facts
from kinora.moments.copy_film import film_prints
from kinora.moments.copy_prints import Prints
from kinora.search.copies import CopyMatch, CopyShelves, find_copies

SIZE = (320, 180)
SECONDS = 14
LIMITS = FactLimits(10**9, 10**6, 100)


def ffmpeg(*arguments: str, given: bytes | None = None) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True, input=given)


def make_film(path: Path, seed: int) -> Path:
    """Make a film of still scenes full of blocks before clouds, with a melody, all drawn from the seed."""
    dice = np.random.default_rng(seed)
    frames = []
    for _ in range(SECONDS // 2):
        clouds = Image.fromarray(dice.integers(30, 226, (5, 8, 3), np.uint8))
        scene = np.array(clouds.resize(SIZE, Image.Resampling.BICUBIC))
        for _ in range(40):
            x, y = dice.integers(0, SIZE[0] - 30), dice.integers(0, SIZE[1] - 30)
            width, height = dice.integers(4, 60, 2)
            scene[y : y + height, x : x + width] = dice.integers(0, 256, 3)
        frames += [scene] * 20
    notes = np.repeat(300 * 2 ** (dice.integers(0, 24, SECONDS * 6) / 12), 16_000 // 6 + 1)[: SECONDS * 16_000]
    sound = (9_000 * np.sin(2 * np.pi * np.cumsum(notes) / 16_000)).astype("<i2")
    (path.parent / f"{path.stem}.pcm").write_bytes(sound.tobytes())
    ffmpeg(
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIZE[0]}x{SIZE[1]}", "-r", "10", "-i", "-",
        "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", str(path.parent / f"{path.stem}.pcm"),
        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path),
        given=np.stack(frames).tobytes(),
    )  # fmt: skip
    return path


def prints_of(path: Path) -> Prints:
    return film_prints(path, read_facts(path, LIMITS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copied")


@pytest.fixture(scope="module")
def shelves(folder: Path) -> CopyShelves:
    films = {name: prints_of(make_film(folder / f"{name}.mp4", seed)) for seed, name in enumerate(("film", "stranger"))}
    pictures, sound = LandmarkIndex(folder / "pictures"), LandmarkIndex(folder / "sound")
    for name, prints in films.items():
        for index, marks in ((pictures, prints.pictures), (sound, prints.sound)):
            index.add(name, "t", marks["code"], marks["seconds"], prints.duration_seconds)
    return CopyShelves(pictures, sound, films.get)


def look(shelves: CopyShelves, folder: Path, *edit: str) -> list[CopyMatch]:
    """Edit the film and return what is found of the edit."""
    ffmpeg("-i", str(folder / "film.mp4"), *edit, str(folder / "edit.mp4"))
    return find_copies(prints_of(folder / "edit.mp4"), shelves, lambda video_id, token: True)


def test_a_smaller_coarser_encoding_is_the_same_video(shelves: CopyShelves, folder: Path) -> None:
    (match,) = look(
        shelves, folder, "-vf", "scale=240:-2", "-c:v", "libx264", "-crf", "36", "-c:a", "aac", "-b:a", "32k"
    )
    assert (match.video_id, match.kind) == ("film", "near")
    assert match.stretches[0].by == "both"


def test_a_cropped_and_mirrored_stretch_is_told_as_mirrored(shelves: CopyShelves, folder: Path) -> None:
    (match,) = look(shelves, folder, "-ss", "4", "-t", "6", "-vf", "crop=iw*0.8:ih*0.8,hflip", "-an")
    (stretch,) = match.stretches
    assert (match.video_id, match.kind, stretch.is_mirrored, stretch.by) == ("film", "part_of", True, "picture")
    assert stretch.other_start_seconds == pytest.approx(4.0, abs=0.8)
    assert stretch.other_end_seconds == pytest.approx(10.0, abs=0.8)


def test_sound_alone_under_other_pictures_is_found_by_sound(shelves: CopyShelves, folder: Path) -> None:
    (match,) = look(shelves, folder, "-vf", "drawbox=color=black:t=fill")
    assert match.video_id == "film"
    assert {stretch.by for stretch in match.stretches} == {"sound"}


def test_three_seconds_are_enough(shelves: CopyShelves, folder: Path) -> None:
    (match,) = look(shelves, folder, "-ss", "5", "-t", "3")
    assert match.video_id == "film"
    assert match.stretches[0].other_start_seconds == pytest.approx(5.0, abs=0.8)


def test_another_film_made_alike_is_no_copy(shelves: CopyShelves, folder: Path) -> None:
    other = prints_of(make_film(folder / "other.mp4", 77))
    assert find_copies(other, shelves, lambda video_id, token: True) == []
