"""Sound read back: length, rate, and its place against the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.integration.media_reading.clips import ffmpeg, steady, write_clip

from kinora.errors import UnreadableMedia
from kinora.media.sound import SAMPLE_RATE_HZ, mono_16khz

CLICK = "aevalsrc='if(between(t,1,1.05),0.8*sin(2*PI*1000*t),0)':s=48000:d=3"


def samples(path: Path) -> np.ndarray:
    blocks = list(mono_16khz(path))
    assert all(block.dtype == np.float32 and block.ndim == 1 for block in blocks)
    return np.concatenate(blocks)


def click_seconds(path: Path) -> float:
    return float(np.argmax(np.abs(samples(path)) > 0.2)) / SAMPLE_RATE_HZ


def test_a_tone_keeps_its_length_pitch_and_level(tmp_path: Path) -> None:
    tone = samples(write_clip(tmp_path / "tone.mp4", steady(25), sound_seconds=2.0))
    assert len(tone) == pytest.approx(2.0 * SAMPLE_RATE_HZ, abs=1500)
    spectrum = np.abs(np.fft.rfft(tone[4000:20000]))
    assert np.argmax(spectrum) == pytest.approx(440, abs=2)
    assert np.abs(tone).max() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("picture_late_by", "name"), [(0.0, "a.mkv"), (0.6, "b.mkv"), (0.6, "c.mp4"), (0.6, "d.ts")])
def test_second_zero_of_sound_is_the_first_picture(tmp_path: Path, picture_late_by: float, name: str) -> None:
    late, picture = str(picture_late_by), "testsrc=s=64x64:r=25:d=3"
    ffmpeg(
        "-itsoffset", late, "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", CLICK, "-fps_mode", "passthrough",
        "-c:v", "libx264", "-bf", "0", "-c:a", "aac", tmp_path / name,
    )  # fmt: skip
    assert click_seconds(tmp_path / name) == pytest.approx(1.0 - picture_late_by, abs=0.03)


def test_sound_that_begins_late_is_preceded_by_silence(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:r=25:d=3", "-itsoffset", "0.7", "-f", "lavfi", "-i", CLICK,
           "-c:v", "libx264", "-bf", "0", "-c:a", "aac", tmp_path / "late.mkv")  # fmt: skip
    assert click_seconds(tmp_path / "late.mkv") == pytest.approx(1.7, abs=0.03)


def test_a_gap_is_silence_and_what_follows_keeps_its_place(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", f"{CLICK},aselect='not(between(t,0.2,0.8))'", "-c:a", "pcm_s16le", tmp_path / "gap.mkv")
    assert click_seconds(tmp_path / "gap.mkv") == pytest.approx(1.0, abs=0.05)


def test_no_sound_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="no sound"):
        list(mono_16khz(write_clip(tmp_path / "silent.mp4", steady(10))))
