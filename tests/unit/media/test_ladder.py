"""The ladder: which rungs a picture gets, and which files browsers play as they are."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from kinora.media.facts import AudioTrack, MediaFile, VideoTrack
from kinora.media.ladder import (
    Rung,
    first_playable,
    is_copyable,
    is_web_playable,
    plan_ladder,
    plan_runs,
    why_not_web_playable,
)

HEIGHTS = (240, 360, 480, 720, 1080)


def video(width: int = 1280, height: int = 720, **changes: object) -> VideoTrack:
    track = VideoTrack(
        stream_index=0, codec="h264", width=width, height=height, coded_width=width, coded_height=height,
        sample_aspect_ratio=Fraction(1), rotation_degrees=0, frame_rate=Fraction(25), is_variable_frame_rate=False,
        pixel_format="yuv420p", bit_depth=8, color_primaries="bt709", color_transfer="bt709", color_space="bt709",
        color_range="tv", is_hdr=False, is_interlaced=False, has_alpha=False, profile="High", level=31,
        bitrate_bps=2_000_000,
    )  # fmt: skip
    return replace(track, **changes)  # type: ignore[arg-type]


def file(track: VideoTrack | None, *sounds: str, format_name: str = "mov,mp4,m4a,3gp,3g2,mj2") -> MediaFile:
    audio = tuple(AudioTrack(1 + n, codec, 48000, 2) for n, codec in enumerate(sounds))
    return MediaFile(format_name, 5_000_000, 20.0, track, audio)


def sizes(facts: MediaFile) -> list[tuple[int, int]]:
    return [(rung.width, rung.height) for rung in plan_ladder(facts, HEIGHTS) if not rung.is_sound]


def test_sound_comes_once_and_first_then_pictures_lowest_first() -> None:
    rungs = plan_ladder(file(video(), "aac"), HEIGHTS)
    assert [rung.folder_name for rung in rungs] == ["0p", "240p", "360p", "480p", "720p"]
    assert rungs[0].is_sound and rungs[0].audio_bitrate_bps > 0
    assert all(rung.audio_bitrate_bps == 0 for rung in rungs[1:])
    bitrates = [rung.video_bitrate_bps for rung in rungs[1:]]
    assert bitrates == sorted(bitrates)


@pytest.mark.parametrize(
    ("size", "top", "lowest"),
    [
        ((1920, 1080), (1920, 1080), (426, 240)),
        ((3840, 2160), (1920, 1080), (426, 240)),
        ((720, 1280), (720, 1280), (240, 426)),
        ((960, 540), (960, 540), (426, 240)),
        ((1920, 800), (1920, 800), (426, 178)),
        ((161, 121), (160, 120), (160, 120)),
        ((320, 240), (320, 240), (320, 240)),
        ((5, 3), (4, 2), (4, 2)),
    ],
)
def test_top_rung_is_the_source_itself_or_the_highest_box(
    size: tuple[int, int], top: tuple[int, int], lowest: tuple[int, int]
) -> None:
    made = sizes(file(video(*size)))
    assert (made[-1], made[0]) == (top, lowest)
    assert all(width % 2 == 0 and height % 2 == 0 for width, height in made)
    assert all(width <= size[0] and height <= size[1] for width, height in made)


def test_a_rung_just_below_the_top_is_left_out() -> None:
    assert [height for _, height in sizes(file(video(888, 500)))] == [240, 360, 500]


def test_sound_only_and_silent() -> None:
    assert [rung.height for rung in plan_ladder(file(None, "mp3"), HEIGHTS)] == [0]
    assert not any(rung.is_sound for rung in plan_ladder(file(video()), HEIGHTS))


def test_high_frame_rates_may_take_more_bits() -> None:
    slow, fast = (plan_ladder(file(video(frame_rate=Fraction(rate))), HEIGHTS)[-1] for rate in (25, 60))
    assert fast.video_bitrate_bps == pytest.approx(1.5 * slow.video_bitrate_bps, rel=0.01)


def test_first_run_makes_it_playable_and_a_long_video_goes_rung_by_rung() -> None:
    rungs = plan_ladder(file(video(), "aac"), HEIGHTS)
    assert [rung.height for rung in first_playable(rungs)] == [0, 240]
    assert [len(run) for run in plan_runs(rungs, 60.0)] == [2, 3]
    assert [len(run) for run in plan_runs(rungs, 7200.0)] == [2, 1, 1, 1]
    assert [rung for run in plan_runs(rungs, 7200.0) for rung in run] == list(rungs)
    assert plan_runs((), 60.0) == ()


@pytest.mark.parametrize(
    "facts",
    [
        file(video(), "aac"),
        file(video(), "mp3"),
        file(video()),
        file(video(rotation_degrees=90), "aac"),
        file(video(pixel_format="yuvj420p"), "aac"),
        file(video(codec="vp9", profile="Profile 0"), "opus", format_name="matroska,webm"),
        file(video(codec="vp8", profile=""), "vorbis", format_name="matroska,webm"),
        file(video(codec="av1", profile="Main"), "opus", format_name="matroska,webm"),
        file(None, "mp3", format_name="mp3"),
        file(None, "aac"),
    ],
)
def test_web_playable(facts: MediaFile) -> None:
    assert is_web_playable(facts), why_not_web_playable(facts)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (file(video(codec="hevc"), "aac"), "hevc"),
        (file(video(bit_depth=10, pixel_format="yuv420p10le", profile="High 10"), "aac"), "High 10"),
        (file(video(pixel_format="yuv444p", profile="High 4:4:4 Predictive")), "4:4:4"),
        (file(video(is_interlaced=True), "aac"), "deinterlace"),
        (file(video(sample_aspect_ratio=Fraction(64, 45)), "aac"), "square"),
        (file(video(level=62)), "level"),
        (file(video(7680, 4320)), "phones"),
        (file(video(frame_rate=Fraction(120))), "60 frames"),
        (file(video(), "ac3"), "ac3"),
        (file(video(), "pcm_s16le"), "pcm"),
        (file(video(), "aac", format_name="flv"), "flv"),
        (file(video(), "aac", format_name="matroska,webm"), "h264"),
        (file(video(codec="vp9"), "aac", format_name="mov,mp4,m4a,3gp,3g2,mj2"), "vp9"),
        (file(video(codec="vp9", has_alpha=True), "opus", format_name="matroska,webm"), "page"),
        (file(video(codec="av1", is_hdr=True), "opus", format_name="matroska,webm"), "HDR"),
        (file(None, "opus", format_name="ogg"), "opus"),
        (file(None), "nothing"),
        (replace(file(video(), "aac"), size_bytes=10**9), "connection"),
    ],
)
def test_not_web_playable_and_why(facts: MediaFile, why: str) -> None:
    assert why in why_not_web_playable(facts)
    assert not is_web_playable(facts)


def test_only_the_rung_of_the_same_size_is_copied_and_only_at_a_sane_bitrate() -> None:
    facts = file(video(), "aac")
    top = plan_ladder(facts, HEIGHTS)[-1]
    assert is_copyable(facts, top)
    assert not is_copyable(facts, Rung(360, 640, 800_000, 0))
    assert not is_copyable(file(video(bitrate_bps=30_000_000), "aac"), top)
    assert not is_copyable(file(video(rotation_degrees=180), "aac"), top)
    assert not is_copyable(file(video(codec="vp9"), format_name="matroska,webm"), top)
