"""The main manifest: sound once, pictures lowest first, replaced as a whole."""

from __future__ import annotations

from pathlib import Path

from kinora.media.cmaf import codecs_of, segments_of
from kinora.media.manifest import Rendition, main_manifest, write_main_manifest

SOUND = Rendition(0, 0, 130_000, "mp4a.40.2", 1000, 128_000)
LOW = Rendition(240, 426, 400_000, "avc1.640015", 5000, 300_000, 25.0)
HIGH = Rendition(720, 1280, 3_000_000, "avc1.64001f", 9000, 2_000_000, 25.0)


def test_each_picture_names_the_one_sound_group() -> None:
    lines = main_manifest([HIGH, SOUND, LOW]).splitlines()
    assert lines[0] == "#EXTM3U"
    assert [line for line in lines if not line.startswith("#")] == ["240p/media.m3u8", "720p/media.m3u8"]
    media = [line for line in lines if line.startswith("#EXT-X-MEDIA")]
    assert len(media) == 1 and 'URI="0p/media.m3u8"' in media[0]
    variants = [line for line in lines if line.startswith("#EXT-X-STREAM-INF")]
    assert all('AUDIO="sound"' in line and "mp4a.40.2" in line for line in variants)
    assert "BANDWIDTH=530000,AVERAGE-BANDWIDTH=428000" in variants[0]
    assert "RESOLUTION=426x240,FRAME-RATE=25.000" in variants[0]


def test_sound_alone_is_a_variant() -> None:
    text = main_manifest([SOUND])
    assert "0p/media.m3u8" in text.splitlines()
    assert "EXT-X-MEDIA" not in text and "RESOLUTION" not in text


def test_silent_pictures_name_no_group() -> None:
    assert "AUDIO" not in main_manifest([LOW])


def test_written_again_it_lists_what_is_there_now(tmp_path: Path) -> None:
    hls_dir = tmp_path / "hls"
    write_main_manifest(hls_dir, [SOUND, LOW])
    path = write_main_manifest(hls_dir, [SOUND, LOW, HIGH])
    assert "720p/media.m3u8" in path.read_text()
    assert [entry.name for entry in hls_dir.iterdir()] == ["main.m3u8"]


def test_segments_and_codecs_are_read_back(tmp_path: Path) -> None:
    (tmp_path / "init.mp4").write_bytes(b"....stsd....avcC\x01\x64\x00\x1f\xff")
    (tmp_path / "00001.m4s").write_bytes(b"x" * 500)
    assert segments_of(tmp_path) == ()
    (tmp_path / "media.m3u8").write_text("#EXTM3U\n#EXTINF:4.000000,\n00001.m4s\n#EXT-X-ENDLIST\n")
    (segment,) = segments_of(tmp_path)
    assert (segment.duration_seconds, segment.size_bytes, segment.bitrate_bps) == (4.0, 500, 1000)
    assert codecs_of(tmp_path) == "avc1.64001f"
