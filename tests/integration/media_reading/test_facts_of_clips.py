"""Facts of files that the tests make."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest
from tests.integration.media_reading.batch import judged
from tests.integration.media_reading.clips import HEIGHT, WIDTH, Look, ffmpeg, steady, write_clip

from kinora.config import Settings
from kinora.errors import MediaTooLarge, NotFound, UnreadableMedia
from kinora.media.probe import probe

SETTINGS = Settings()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", steady(50), sound_seconds=2.0)


def test_a_plain_clip(clip: Path) -> None:
    facts = probe(clip, SETTINGS)
    video = facts.video
    assert video is not None and (video.width, video.height) == (WIDTH, HEIGHT)
    assert (video.codec, video.frame_rate, video.num_frames) == ("h264", 25, 50)
    assert facts.duration_seconds == pytest.approx(2.0, abs=0.06)
    assert not (video.is_variable_frame_rate or video.is_hdr or video.is_interlaced or video.has_alpha)
    assert [(track.codec, track.sample_rate_hz, track.num_channels) for track in facts.audio] == [("aac", 44100, 2)]
    assert facts.size_bytes == clip.stat().st_size and facts.warnings == ()


def test_a_variable_frame_rate_is_seen(tmp_path: Path) -> None:
    at = [*range(0, 1000, 40), *range(1000, 3000, 100), *range(3000, 4000, 33)]
    video = probe(write_clip(tmp_path / "vfr.mkv", at), SETTINGS).video
    assert video is not None and video.is_variable_frame_rate
    assert float(video.frame_rate or 0) == pytest.approx((len(at) - 1) / (at[-1] / 1000), rel=0.02)


@pytest.mark.parametrize("rate", [24, 30, 60])
def test_milliseconds_do_not_make_a_constant_rate_variable(tmp_path: Path, rate: int) -> None:
    video = probe(write_clip(tmp_path / "cfr.mkv", steady(60, rate), Look(rate=rate)), SETTINGS).video
    assert video is not None and not video.is_variable_frame_rate
    assert float(video.frame_rate or 0) == pytest.approx(rate, rel=0.01)


@pytest.mark.parametrize(("rotation", "clockwise"), [(90, 270), (180, 180), (-90, 90)])
def test_rotation_is_told_as_a_player_turns(tmp_path: Path, rotation: int, clockwise: int) -> None:
    video = probe(write_clip(tmp_path / "turned.mp4", steady(5), Look(rotation=rotation)), SETTINGS).video
    assert video is not None and video.rotation_degrees == clockwise
    upright = (WIDTH, HEIGHT) if clockwise == 180 else (HEIGHT, WIDTH)
    assert (video.width, video.height) == upright and (video.coded_width, video.coded_height) == (WIDTH, HEIGHT)


def test_samples_that_are_not_square_widen_the_picture(clip: Path, tmp_path: Path) -> None:
    ffmpeg("-i", clip, "-an", "-vf", "setsar=4/3", tmp_path / "wide.mp4")
    video = probe(tmp_path / "wide.mp4", SETTINGS).video
    assert video is not None and video.sample_aspect_ratio == Fraction(4, 3)
    assert (video.width, video.height, video.coded_width) == (WIDTH * 4 // 3, HEIGHT, WIDTH)


def test_sound_alone_and_cover_art(clip: Path, tmp_path: Path) -> None:
    ffmpeg("-i", clip, "-vn", tmp_path / "sound.mp3")
    ffmpeg("-i", clip, "-frames:v", "1", tmp_path / "cover.jpg")
    ffmpeg(
        "-i", tmp_path / "sound.mp3", "-i", tmp_path / "cover.jpg", "-map", "0", "-map", "1", "-c", "copy",
        "-disposition:v:0", "attached_pic", tmp_path / "covered.mp3",
    )  # fmt: skip
    for name in ("sound.mp3", "covered.mp3"):
        facts = probe(tmp_path / name, SETTINGS)
        assert facts.video is None and len(facts.audio) == 1
        assert facts.duration_seconds == pytest.approx(2.0, abs=0.1)


def test_chapters_subtitles_tags_and_attachments(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "words.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nHello <i>there</i>\n")
    (tmp_path / "marks.txt").write_text(
        ";FFMETADATA1\ntitle=A film\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=800\ntitle=First\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=800\nEND=2000\ntitle=Second\n"
    )
    ffmpeg(
        "-i", clip, "-i", tmp_path / "words.srt", "-i", tmp_path / "marks.txt", "-map", "0", "-map", "1",
        "-map_metadata", "2", "-map_chapters", "2", "-c", "copy", "-c:s", "srt", "-metadata:s:s:0", "language=eng",
        "-attach", tmp_path / "words.srt", "-metadata:s:t", "mimetype=text/plain", tmp_path / "whole.mkv",
    )  # fmt: skip
    facts = probe(tmp_path / "whole.mkv", SETTINGS)
    assert [(c.start_seconds, c.title) for c in facts.chapters] == [(0.0, "First"), (0.8, "Second")]
    assert [(s.codec, s.is_text, s.language) for s in facts.subtitles] == [("subrip", True, "eng")]
    assert facts.tags["title"] == "A film"
    assert facts.video is not None and facts.video.stream_index == 0


def test_raw_streams_and_cut_files_have_their_true_length(clip: Path, tmp_path: Path) -> None:
    ffmpeg("-i", clip, "-c", "copy", "-an", tmp_path / "raw.264")
    assert probe(tmp_path / "raw.264", SETTINGS).duration_seconds == pytest.approx(2.0, abs=0.05)
    long = write_clip(tmp_path / "long.mkv", steady(250))
    data = long.read_bytes()
    (tmp_path / "cut.mkv").write_bytes(data[: len(data) // 2])
    facts = probe(tmp_path / "cut.mkv", SETTINGS)
    assert 3.0 < facts.duration_seconds < 7.0
    assert "cut short" in facts.warnings[0]


def test_the_largest_film_of_several_is_taken(clip: Path, tmp_path: Path) -> None:
    ffmpeg("-i", clip, "-filter_complex", "[0:v]split[a][b];[a]scale=96:48[c]", "-map", "[c]", "-map", "[b]",
           tmp_path / "two.mp4")  # fmt: skip
    facts = probe(tmp_path / "two.mp4", SETTINGS)
    assert facts.video is not None and (facts.video.stream_index, facts.video.width) == (1, WIDTH)
    assert "only the largest" in facts.warnings[0]


def test_limits_of_the_settings_refuse(clip: Path) -> None:
    for limited, word in (
        (Settings(max_pixels=100), "192×96"),
        (Settings(max_duration_seconds=1), "hours"),
        (Settings(max_streams=1), "2 streams"),
        (Settings(max_upload_bytes=100), "GiB"),
    ):
        with pytest.raises(MediaTooLarge, match=word):
            probe(clip, limited)


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "device.mp4").symlink_to("/dev/zero")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "loop.mp4").symlink_to(tmp_path / "loop.mp4")
    (tmp_path / "dangling.mp4").symlink_to(tmp_path / "gone.mp4")
    cases = {"": "folder", "pipe.mp4": "pipe", "device.mp4": "device", "empty.mp4": "empty", "loop.mp4": "opened"}
    for name, word in cases.items():
        with pytest.raises(UnreadableMedia, match=word):
            probe(tmp_path / name, SETTINGS)
    for name in ("absent.mp4", "dangling.mp4", "empty.mp4/x.mp4"):
        with pytest.raises(NotFound):
            probe(tmp_path / name, SETTINGS)


def test_odd_names_are_only_names(clip: Path, tmp_path: Path) -> None:
    names = ["concat:a|b.mp4", "http:__example.mp4", "-i.mp4", "%03d.mp4", "new\nline.mp4", "ünï코드.mp4", "x.m3u8"]
    for name in [*names, "sub|file,,:.mp4", "'\" ;$(x).mp4"]:
        (tmp_path / name).write_bytes(clip.read_bytes())
    verdicts = judged(sorted(tmp_path.iterdir()), tmp_path)
    assert [verdict.message for verdict in verdicts] == [""] * 9
    assert probe(tmp_path / "-i.mp4", SETTINGS).duration_seconds == pytest.approx(2.0, abs=0.06)
