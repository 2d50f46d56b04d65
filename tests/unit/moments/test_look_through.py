"""Pictures are watched for words one by one, and the one pass writes what the stages after it read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont

from kinora.config import Settings
from kinora.media.probe import probe
from kinora.moments import look_through as room
from kinora.moments.descriptor import DESCRIPTOR_DIM
from kinora.moments.moment import Box
from kinora.moments.screen_reader import Line
from kinora.moments.screen_text import TextWatch


class Reader:
    """Reads one line wherever it is asked, and counts."""

    def __init__(self, text: str = "Departures") -> None:
        self.num_reads = 0
        self._text = text

    def read(self, rgb: npt.NDArray[np.uint8]) -> list[Line]:
        self.num_reads += 1
        return [Line(self._text, Box(left=0.1, top=0.3, width=0.5, height=0.3), 0.95)]


def card(text: str) -> Image.Image:
    picture = Image.new("RGB", (640, 360), (20, 24, 30))
    ImageDraw.Draw(picture).text((90, 140), text, fill=(240, 240, 240), font=ImageFont.load_default(48))
    return picture


def test_words_that_stand_are_read_once_and_told_with_their_time() -> None:
    reader = Reader()
    watch = TextWatch(1.0, lambda: reader)  # type: ignore[arg-type,return-value]
    for second in range(6):
        watch.see(card("Departures") if 1 <= second <= 3 else card(""), float(second), 0)
    (words,) = watch.words()
    assert words.text == "Departures" and reader.num_reads == 1
    assert (words.start_seconds, words.end_seconds) == (0.5, 3.5)


def test_pictures_without_strokes_make_no_reader() -> None:
    def make() -> Reader:
        raise AssertionError("nothing was there to be read")

    watch = TextWatch(1.0, make)  # type: ignore[arg-type]
    for second in range(4):
        watch.see(card(""), float(second), 0)
    assert watch.words() == []


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return three seconds that show a word, at 10 frames a second."""
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for _ in range(30):
            container.mux(stream.encode(av.VideoFrame.from_image(card("Departures"))))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("reads_words", [True, False])
def test_one_pass_gives_samples_descriptors_and_words(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads_words: bool
) -> None:
    reader = Reader()
    monkeypatch.setattr(room, "shared_reader", lambda: reader)
    told: list[float] = []
    report: Callable[[float, str], None] = lambda done, _: told.append(done)  # noqa: E731
    looked = room.look_through(film, probe(film, Settings()), out_dir=tmp_path, reads_words=reads_words, report=report)
    num_samples = len(looked.scan.samples)
    rows = np.fromfile(tmp_path / room.DESCRIPTORS_FILE, np.float16).reshape(-1, DESCRIPTOR_DIM)
    assert len(rows) == num_samples >= 3 and np.isfinite(rows).all()
    assert all((tmp_path / sample.path).is_file() for sample in looked.scan.samples)
    assert [words.text for words in looked.words] == (["Departures"] if reads_words else [])
    assert reader.num_reads == int(reads_words)
    assert told == sorted(told) and told[-1] < 1.0
