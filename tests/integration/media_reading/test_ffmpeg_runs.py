"""The FFmpeg program, confined."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.integration.media_reading.clips import steady, write_clip

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.limits import Limits
from kinora.errors import Cancelled, LimitExceeded, SettingRefused, ToolFailed, UnreadableMedia
from kinora.media.ffmpeg import ffmpeg_limits, find_ffmpeg, run_ffmpeg

SETTINGS = Settings()
LIMITS = ffmpeg_limits(SETTINGS, duration_seconds=10, output_bytes=50 * 2**20)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", steady(100), sound_seconds=4.0)


def test_it_encodes_and_tells_how_far_it_is(clip: Path, tmp_path: Path) -> None:
    done: list[float] = []
    arguments = ["-i", str(clip), "-c:v", "libx264", "-preset", "ultrafast", str(tmp_path / "out.mp4")]
    finished = run_ffmpeg(arguments, out_dir=tmp_path, settings=SETTINGS, limits=LIMITS, on_progress=done.append)
    assert finished.exit_status == 0 and finished.cpu_seconds > 0
    assert (tmp_path / "out.mp4").stat().st_size > 1000
    assert done and done[-1] == pytest.approx(4.0, abs=0.2)


def test_it_writes_nowhere_else(clip: Path, tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    with pytest.raises((ToolFailed, UnreadableMedia)):
        run_ffmpeg(
            ["-i", str(clip), "-c", "copy", str(outside / "out.mp4")], out_dir=inside, settings=SETTINGS, limits=LIMITS
        )
    assert not list(outside.iterdir())


def test_a_bad_file_and_a_bad_command_are_told_apart(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"this is no film " * 100)
    with pytest.raises(UnreadableMedia, match="bad"):
        run_ffmpeg(
            ["-i", str(tmp_path / "bad.mp4"), str(tmp_path / "o.mp4")],
            out_dir=tmp_path,
            settings=SETTINGS,
            limits=LIMITS,
        )
    with pytest.raises(ToolFailed, match="no_such_encoder"):
        run_ffmpeg(
            ["-i", str(clip), "-c:v", "no_such_encoder", str(tmp_path / "o.mp4")],
            out_dir=tmp_path,
            settings=SETTINGS,
            limits=LIMITS,
        )


def test_limits_and_cancelling_end_it(clip: Path, tmp_path: Path) -> None:
    endless = ["-stream_loop", "-1", "-i", str(clip), "-c:v", "libx264", str(tmp_path / "o.mkv")]
    with pytest.raises(LimitExceeded, match="processor time"):
        run_ffmpeg(endless, out_dir=tmp_path, settings=SETTINGS, limits=Limits(2, 60, 2**30, 2**30))
    token = CancelToken()
    threading.Timer(0.7, token.cancel).start()
    with pytest.raises(Cancelled):
        run_ffmpeg(endless, out_dir=tmp_path, settings=SETTINGS, limits=LIMITS, cancel=token)


def test_the_program_is_the_one_that_the_setting_names(tmp_path: Path) -> None:
    program = find_ffmpeg(SETTINGS)
    assert program.is_file()
    assert find_ffmpeg(Settings(ffmpeg=str(program))) == program
    with pytest.raises(SettingRefused, match="nowhere"):
        find_ffmpeg(Settings(ffmpeg=str(tmp_path / "nowhere")))
