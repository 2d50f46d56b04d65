"""Real files through every stage by real workers: what is found, what is refused, what a kill leaves."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

Run = Callable[..., str]
Start = Callable[..., "subprocess.Popen[str]"]
CUES = ["The lighthouse keeper wakes", "A storm comes"]
SRT = f"1\n00:00:01,000 --> 00:00:02,500\n{CUES[0]}\n\n2\n00:00:03,000 --> 00:00:04,500\n{CUES[1]}\n"


def make_clip(path: Path, *, seconds: int = 5, pattern: str = "testsrc", codec: str = "libx264") -> Path:
    """Make a small clip of a test pattern with a tone."""
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y",
            "-f", "lavfi", "-i", f"{pattern}=size=320x180:rate=15:duration={seconds}",
            "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
            "-c:v", codec, "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", str(path),
        ],
        check=True, timeout=60,
    )  # fmt: skip
    return path


@pytest.fixture
def own_environment(own_environment: dict[str, str]) -> dict[str, str]:
    """Search by words alone: starting the sentence encoder is another test's matter."""
    return own_environment | {"KINORA_TEXT_ENCODER": "off", "KINORA_OCR": "off"}


def asked(run_script: Run, *arguments: str) -> Any:
    return json.loads(run_script("real_library.py", *arguments).splitlines()[-1])


def check_whole(video: dict[str, Any], *, cues: list[str]) -> None:
    """Check one video of the small clip: everything is there, once."""
    assert (video["state"], video["playback"], video["error"]) == ("ready", "hls", "")
    assert video["is_indexed"]
    assert video["cues"] == cues
    assert video["shots"] == sum(name.startswith("covers/") for name in video["files"]) > 0
    assert video["has_poster"] and "poster.jpg" in video["files"]
    assert video["has_scrub"] and "scrub/scrub.vtt" in video["files"]
    assert video["heights"][0] == 0, "the sound has a rendition of its own"
    for height in video["heights"]:
        assert f"hls/{height}p/media.m3u8" in video["files"]
        assert f"hls/{height}p/init.mp4" in video["files"]
    assert "hls/main.m3u8" in video["files"]


def test_a_clip_is_found_and_deleted_and_no_video_is_refused(run_script: Run, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "lighthouse.mp4")
    (tmp_path / "lighthouse.en.srt").write_text(SRT)
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"<html>this is no film</html>" * 100)
    told = asked(run_script, "journey", str(clip), str(bad))
    added, refused = told["added"]
    assert (added["state"], added["is_new"], added["error"]) == ("ready", True, None)
    assert (refused["state"], refused["error"]["kind"]) == ("failed", "UnreadableMedia")
    assert "bad.mp4" in refused["error"]["message"]
    (hit, *_) = told["found"]["hits"]
    assert hit["video"]["id"] == added["id"]
    assert hit["video"]["path"] == str(clip)
    assert hit["start_seconds"] < 2.5 and hit["end_seconds"] > 1.0
    assert told["nonsense"]["hits"] == []
    assert (told["again"]["id"], told["again"]["is_new"]) == (added["id"], False)
    assert len(told["still_found"]["hits"]) == len(told["found"]["hits"]), "tidying takes nothing away"
    assert [job for job in told["whole"]["jobs"] if job[0] == "maintain"] == [["maintain", "done", ""]]
    whole, gone = told["whole"], told["gone"]
    assert list(whole["videos"]) == ["lighthouse.mp4"], "nothing is left of the refused file"
    assert len(whole["folders"]) == 1
    check_whole(whole["videos"]["lighthouse.mp4"], cues=CUES)
    assert whole["work"] == []
    assert told["look_alikes"], "the picture it was taken from is its own look-alike"
    assert (gone["videos"], gone["folders"], gone["indexed"], gone["work"]) == ({}, [], [], [])
    assert told["found_when_gone"]["hits"] == []


def test_an_upload_that_is_refused_keeps_its_row_without_its_bytes(run_script: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"nothing to see here" * 1000)
    report = asked(run_script, "refuse", str(bad))
    assert (report["videos"]["bad.mp4"]["state"], report["videos"]["bad.mp4"]["error"]) == ("failed", "UnreadableMedia")
    assert report["folders"] == []


@pytest.mark.timeout(600)  # eight starts of a worker: minutes on a busy machine
def test_workers_killed_while_they_read_real_clips(run_script: Run, start_script: Start, tmp_path: Path) -> None:
    patterns = ("testsrc", "testsrc2")
    clips = [make_clip(tmp_path / f"{pattern}.avi", pattern=pattern, codec="mpeg4") for pattern in patterns]
    for clip in clips:
        clip.with_suffix(".srt").write_text(SRT)
    asked(run_script, "queue", *map(str, clips))
    rng = random.Random(7)
    for _ in range(6):
        worker = start_script("real_library.py", "work")
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(rng.uniform(0.2, 2.5))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    asked(run_script, "work")
    report = asked(run_script, "report")
    needed = [job for job in report["jobs"] if job[0] != "maintain"]
    assert {state for _, state, _ in needed} == {"done"}, report["jobs"]
    for clip in clips:
        check_whole(report["videos"][clip.name], cues=CUES)
    assert report["work"] == []
    assert len(report["folders"]) == len(report["indexed"]) == 2
