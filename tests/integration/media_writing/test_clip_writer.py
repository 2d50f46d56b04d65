"""Clips that are written are read back as they were meant."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from kinora.config import Settings
from kinora.errors import InputError
from kinora.media.clip_writer import ClipFormat, ClipWords, write_clip
from kinora.media.facts import Chapter
from kinora.media.ladder import is_web_playable, why_not_web_playable
from kinora.media.probe import probe

FORMAT = ClipFormat(160, 96, Fraction(25), preset="ultrafast")


def frames(num: int, colour: tuple[int, int, int]) -> Iterator[NDArray[np.uint8]]:
    for _ in range(num):
        yield np.full((96, 160, 3), colour, np.uint8)


def test_picture_sound_title_and_chapters(tmp_path: Path) -> None:
    clock = np.arange(2 * 48_000) / 48_000
    sound = np.stack([np.sin(2 * np.pi * 500 * clock) * 0.4, np.zeros_like(clock)], axis=1).astype(np.float32)
    chapters = [Chapter(0.0, 1.2, "First"), Chapter(1.2, 2.0, "Second")]
    path = write_clip(tmp_path / "clip.mp4", frames(50, (200, 40, 60)), sound, FORMAT, ClipWords("A title", chapters))
    facts = probe(path, Settings(home=tmp_path / "home"))
    assert facts.video is not None and facts.duration_seconds == pytest.approx(2.0, abs=0.05)
    assert (facts.video.width, facts.video.height, facts.video.num_frames) == (160, 96, 50)
    assert (facts.video.color_space, facts.video.color_range) == ("bt709", "tv")
    assert list(facts.chapters) == chapters
    assert facts.tags.get("title") == "A title"
    assert is_web_playable(facts), why_not_web_playable(facts)
    with av.open(str(path)) as container:
        shown = next(container.decode(video=0)).to_ndarray(format="rgb24")
        container.seek(0)
        heard = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert np.allclose(shown.mean(axis=(0, 1)), (200, 40, 60), atol=4)
    assert np.abs(heard[0][24_000:72_000]).max() == pytest.approx(0.4, abs=0.03)
    assert np.abs(heard[1]).max() < 0.02


def test_a_frame_of_another_size_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    wrong = iter([np.zeros((96, 160, 3), np.uint8), np.zeros((90, 160, 3), np.uint8)])
    with pytest.raises(InputError, match="expected"):
        write_clip(tmp_path / "clip.mp4", wrong, None, FORMAT)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_off_clip_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[NDArray[np.uint8]]:
        yield np.zeros((96, 160, 3), np.uint8)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_clip(tmp_path / "clip.mp4", broken(), None, FORMAT)
    assert list(tmp_path.iterdir()) == []
