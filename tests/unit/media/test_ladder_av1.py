"""AV1 beside H.264: which rungs there are, in which order they are made, and what the manifest says of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from kinora.media.cmaf import _av1_codec
from kinora.media.facts import AudioTrack, MediaFile, VideoTrack
from kinora.media.ladder import AV1, H264, first_playable, plan_ladder, plan_runs
from kinora.media.manifest import Rendition, main_manifest

VIDEO = VideoTrack(
    0, "h264", 1280, 720, 1280, 720, Fraction(1), 0, Fraction(25), False, "yuv420p", 8, "", "", "", "", False, False,
    False,
)  # fmt: skip
FILE = MediaFile("mp4", 10**7, 60.0, VIDEO, (AudioTrack(1, "aac", 48000, 2),))


def test_each_quality_is_planned_twice_h264_first() -> None:
    rungs = plan_ladder(FILE, (240, 720), (H264, AV1))
    assert [rung.folder_name for rung in rungs] == ["0p", "240p", "720p", "240p-av1", "720p-av1"]
    assert rungs[-1].video_bitrate_bps < rungs[2].video_bitrate_bps, "fewer bits at most"
    assert [rung.folder_name for rung in plan_ladder(FILE, (240, 720))] == ["0p", "240p", "720p"]


def test_what_is_watched_first_is_never_av1() -> None:
    rungs = plan_ladder(FILE, (240, 720), (H264, AV1))
    assert [rung.folder_name for rung in first_playable(rungs)] == ["0p", "240p"]
    runs = [[rung.folder_name for rung in run] for run in plan_runs(rungs, 60.0)]
    assert runs == [["0p", "240p"], ["720p"], ["240p-av1"], ["720p-av1"]]


def test_the_manifest_names_both_and_h264_comes_first() -> None:
    sound = Rendition(0, 0, 128_000, "mp4a.40.2", 1)
    low = Rendition(240, 426, 400_000, "avc1.640015", 1)
    text = main_manifest([replace(low, codec=AV1, codecs="av01.0.00M.08", bitrate_bps=260_000), low, sound])
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == ["240p/media.m3u8", "240p-av1/media.m3u8"]
    assert 'CODECS="av01.0.00M.08,mp4a.40.2"' in text


def test_the_codec_string_is_read_from_the_file() -> None:
    assert _av1_codec(bytes([0x81, 0x04, 0x0C, 0x00])) == "av01.0.04M.08"
    assert _av1_codec(bytes([0x81, 0x0D, 0xCC, 0x00])) == "av01.0.13H.10"
