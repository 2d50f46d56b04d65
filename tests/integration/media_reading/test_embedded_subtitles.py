"""Text tracks inside files."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.media_reading.clips import ffmpeg, steady, write_clip

from kinora.errors import UnreadableMedia
from kinora.media.subtitle_text import embedded_cues

SRT = """1
00:00:00,500 --> 00:00:01,500
Hello <i>there</i>,
second &amp; last line

2
00:00:02,000 --> 00:00:03,250
{\\an8}Ünïcödé 中文 <script>alert(1)</script>
"""
EXPECTED = [(0.5, 1.5, "Hello there,\nsecond & last line"), (2.0, 3.25, "Ünïcödé 中文 alert(1)")]


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mkv", "srt"), ("b.mp4", "mov_text"), ("c.mkv", "ass"), ("d.webm", "webvtt")]
)
def test_every_kind_of_text_track_gives_the_same_words(tmp_path: Path, name: str, codec: str) -> None:
    clip = write_clip(tmp_path / "clip.mp4", steady(100))
    (tmp_path / "words.srt").write_text(SRT, encoding="utf-8")
    picture = (
        ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"] if name.endswith("webm") else ["-c:v", "copy"]
    )
    ffmpeg("-i", clip, "-i", tmp_path / "words.srt", *picture, "-c:s", codec, tmp_path / name)
    cues = embedded_cues(tmp_path / name, 1)
    assert [text for _, _, text in cues] == [text for _, _, text in EXPECTED]
    for got, wanted in zip(cues, EXPECTED, strict=True):
        assert got[:2] == pytest.approx(wanted[:2], abs=0.011)


def test_a_stream_that_is_no_text_track_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="stream 0"):
        embedded_cues(write_clip(tmp_path / "clip.mp4", steady(5)), 0)
