"""Words in pictures: made cards with known times, and the cards of real films."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.moments.screen_text import Sample, read_screen_text
from kinora.moments.screen_words import ScreenWords, cards_of

LIMITS = Limits(cpu_seconds=300, wall_seconds=600, memory_bytes=4 * 2**30, output_bytes=2**20)


def background(seconds: int) -> Image.Image:
    """Return a smooth picture that moves."""
    rows, columns = np.mgrid[0:480, 0:854]
    wave = 90 + 40 * np.sin((columns + 25 * seconds) / 120) + 30 * np.cos(rows / 90)
    return Image.fromarray(np.stack([wave, wave * 0.8, 120 - wave * 0.3], axis=2).astype(np.uint8))


def film_of(folder: Path, cards: dict[int, list[tuple[str, tuple[int, int], int]]], num_seconds: int) -> list[Sample]:
    """Write one picture a second; `cards` gives the words, place and size for some of them."""
    samples = []
    for seconds in range(num_seconds):
        image = background(seconds)
        for text, place, size in cards.get(seconds, []):
            ImageDraw.Draw(image).text(place, text, fill=(250, 250, 240), font=ImageFont.load_default(size))
        path = folder / f"{seconds:04d}.jpg"
        image.save(path, quality=85)
        samples.append(Sample(float(seconds), path, 0.0, 0))
    return samples


def near(words: ScreenWords, start: float, end: float) -> bool:
    return abs(words.start_seconds - start) <= 0.6 and abs(words.end_seconds - end) <= 0.6


def test_words_come_with_their_time_and_place(tmp_path: Path) -> None:
    cards = {seconds: [("Lighthouse Keeper", (100, 300), 48)] for seconds in range(3, 8)}
    cards |= {seconds: [("Copper Valley Station", (300, 100), 36)] for seconds in range(10, 14)}
    found = read_screen_text(film_of(tmp_path, cards, 17), lambda done, message: None)
    assert [words.text for words in found] == ["Lighthouse Keeper", "Copper Valley Station"]
    keeper, station = found
    assert near(keeper, 2.5, 7.5) and near(station, 9.5, 13.5)
    assert abs(keeper.box.left - 100 / 854) < 0.02 and abs(keeper.box.top - 305 / 480) < 0.05
    assert keeper.similarity > 0.8


def test_words_that_follow_at_the_same_place_are_told_apart(tmp_path: Path) -> None:
    cards = {seconds: [("We never met before", (200, 400), 32)] for seconds in range(2, 5)}
    cards |= {seconds: [("But I know your name", (200, 400), 32)] for seconds in range(5, 9)}
    found = read_screen_text(film_of(tmp_path, cards, 10), lambda done, message: None)
    assert [words.text for words in found] == ["We never met before", "But I know your name"]
    assert near(found[0], 1.5, 4.5) and near(found[1], 4.5, 8.5)


def test_a_film_without_words_is_not_read_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinora.moments.screen_text.ScreenReader", None)  # making one would fail
    assert read_screen_text(film_of(tmp_path, {}, 12), lambda done, message: None) == []


def test_restless_texture_stays_within_the_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []

    class Counting:
        def read(self, rgb: np.ndarray) -> list:
            reads.append(rgb.shape)
            return []

    monkeypatch.setattr("kinora.moments.screen_text.ScreenReader", Counting)
    random = np.random.default_rng(0)
    samples = []
    for seconds in range(60):
        rgb = np.kron(random.integers(0, 2, (120, 214)) * 255, np.ones((4, 4))).astype(np.uint8)
        path = tmp_path / f"{seconds}.jpg"
        Image.fromarray(rgb).save(path)
        samples.append(Sample(float(seconds), path, 1.0, seconds // 2))
    read_screen_text(samples, lambda done, message: None)
    assert 5 <= len(reads) <= 30


def test_a_broken_or_absent_picture_costs_its_second_only(tmp_path: Path) -> None:
    samples = film_of(tmp_path, {seconds: [("Harbour Gate", (100, 200), 60)] for seconds in range(6)}, 6)
    samples[2].path.write_bytes(b"no picture")
    samples[3].path.unlink()
    found = read_screen_text(samples, lambda done, message: None)
    assert [words.text for words in found] == ["Harbour Gate"] and near(found[0], 0, 5.5)


@pytest.mark.media
def test_the_cards_of_a_real_trailer_are_read_confined(shared_media: Path, tmp_path: Path) -> None:
    from kinora.media.frames import frames_every

    samples = []
    for frame in frames_every(shared_media / "cuts" / "big_buck_bunny_trailer.mp4", 1.0, height=480):
        path = tmp_path / f"{frame.seconds:07.2f}.jpg"
        Image.fromarray(frame.rgb).save(path, quality=85)
        samples.append(Sample(frame.seconds, path))
    told: list[float] = []
    found = confined_call(
        read_screen_text,
        arguments={"samples": samples},
        limits=LIMITS,
        read_paths=[tmp_path],
        write_dir=None,
        on_progress=lambda done, message: told.append(done),
    )
    text = " | ".join(card.text for card in cards_of(found))
    for words in ("THE PEACH OPEN MOVIE PROJECT PRESENTS", "ONE BIG RABBIT", "THREE RODENTS", "AND ONE GIANT PAYBACK"):
        assert words in text
    (rabbit,) = [words for words in found if words.text == "ONE BIG RABBIT"]
    assert 6 <= rabbit.start_seconds <= 7.5 and 8.5 <= rabbit.end_seconds <= 10 and told


def test_chinese_words_are_read(tmp_path: Path) -> None:
    font = next(iter(Path("/usr/share/fonts").rglob("*CJK*.tt[cf]")), None)
    if font is None:
        pytest.skip("no font with Chinese letters on this machine")
    image = background(0)
    ImageDraw.Draw(image).text((200, 200), "北京火车站", fill="white", font=ImageFont.truetype(str(font), 60))
    image.save(tmp_path / "0.jpg", quality=90)
    found = read_screen_text([Sample(0.0, tmp_path / "0.jpg")], lambda done, message: None)
    assert [words.text for words in found] == ["北京火车站"]
