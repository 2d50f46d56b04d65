"""The demo library is filled once, goes on where it stopped, and shows what was drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinora import config
from kinora.errors import DiskFull
from kinora.library.demo import fill, make
from kinora.library.demo.film import DemoFilm, Take
from kinora.library.models import Channel, Job, Video
from kinora.library.sidecars import kept_sidecars
from kinora.moments.moment import Cue

pytestmark = pytest.mark.django_db(transaction=True)


def tiny(name: str, grey: int) -> DemoFilm:
    def silence(seconds: float) -> np.ndarray:
        return np.zeros((round(seconds * 48_000), 2), np.float32)

    take = Take(1.0, lambda: lambda _seconds: Image.new("RGB", (1280, 720), (grey, grey, grey)), chapter="One")
    subtitles = {"en": (Cue(0.1, 0.9, "Hello."),), "es": (Cue(0.1, 0.9, "Hola."),)}
    return DemoFilm(name, name.title(), "Words", ("demo",), (take,), silence, subtitles)


@pytest.fixture
def one_film(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "_FILMS", {"grey": lambda: tiny("grey", 120)})


@pytest.mark.usefixtures("one_film")
def test_filling_twice_adds_once() -> None:
    shares: list[float] = []
    (video,) = fill.fill_demo_library(config.current(), lambda share, _message: shares.append(share))
    assert (video.title, video.visibility, video.origin, video.licence) == ("Grey", "public", "demo", "CC0-1.0")
    assert video.channel == Channel.objects.get(handle="demo") and video.channel.name == "Demo"
    assert video.original_path.exists()
    assert sorted(kept.language for kept in kept_sidecars(video)) == ["en", "es"]
    assert Job.objects.filter(video=video, kind="probe").count() == 1
    assert shares[-1] == 1.0
    assert fill.fill_demo_library(config.current()) == [video]
    assert Video.objects.count() == 1
    assert not list(config.current().work_dir.glob("demo-*"))


def test_an_interrupted_filling_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    films = {"one": lambda: tiny("one", 60), "two": lambda: tiny("two", 200)}
    monkeypatch.setattr(make, "_FILMS", {"one": films["one"]})
    fill.fill_demo_library(config.current())
    monkeypatch.setattr(make, "_FILMS", films)
    drawn: list[str] = []
    real = make.write_film

    def watched(name: str, out_dir: Path) -> None:
        drawn.append(name)
        real(name, out_dir)

    monkeypatch.setattr(make, "write_film", watched)
    assert [video.title for video in fill.fill_demo_library(config.current())] == ["One", "Two"]
    assert drawn == ["two"]


@pytest.mark.usefixtures("one_film")
def test_a_full_disk_leaves_no_half_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object) -> None:
        raise DiskFull("no room")

    monkeypatch.setattr(make, "write_film", full)
    with pytest.raises(DiskFull):
        fill.fill_demo_library(config.current())
    assert Video.objects.count() == 0
    assert not list(config.current().work_dir.glob("demo-*"))


@pytest.mark.parametrize("name", make.film_names())
def test_every_take_can_be_drawn(name: str) -> None:
    film = make.film_named(name)
    for take in film.takes:
        paint = take.build()
        pictures = [np.asarray(paint(seconds)) for seconds in (0.5, take.seconds - 0.5)]
        assert all(picture.shape == (720, 1280, 3) for picture in pictures)
        assert all(float(picture.std()) > 3 for picture in pictures)  # never a blank screen
        assert np.abs(pictures[0].astype(int) - pictures[1]).mean() > 0.05  # something moves
