"""Pictures read back: the right frame, upright, in the right colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.integration.media_reading.clips import (
    GOP,
    HEIGHT,
    WIDTH,
    Look,
    ffmpeg,
    number_in,
    numbered,
    steady,
    write_clip,
)

from kinora.errors import UnreadableMedia
from kinora.media.frames import frames_at, frames_every, sync_frames


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", steady(200), sound_seconds=1.0)


def numbers_at(path: Path, seconds: list[float], height: int = HEIGHT) -> list[int]:
    return [number_in(frame.rgb) for frame in frames_at(path, seconds, height=height)]


def test_each_second_gives_the_frame_played_then(clip: Path) -> None:
    wanted = [0, 1, 2, 11, 12, 13, 60, 61, 150, 199]
    assert numbers_at(clip, [number / 25 + 0.02 for number in wanted]) == wanted
    assert numbers_at(clip, [number / 25 for number in wanted]) == wanted  # the very instant belongs to the new frame


def test_any_order_and_beyond_both_ends(clip: Path) -> None:
    assert numbers_at(clip, [7.0, 1.0, 4.02, -3.0, 99.0, 0.0]) == [175, 25, 100, 0, 199, 0]


def test_every_second_in_one_pass(clip: Path) -> None:
    frames = list(frames_every(clip, 1.0, height=HEIGHT))
    assert [number_in(frame.rgb) for frame in frames] == list(range(0, 200, 25))
    assert [frame.frame_index for frame in frames] == list(range(0, 200, 25))
    assert [frame.seconds for frame in frames] == pytest.approx([0, 1, 2, 3, 4, 5, 6, 7])


def test_sync_frames_only(clip: Path) -> None:
    assert [number_in(frame.rgb) for frame in sync_frames(clip, height=HEIGHT)] == list(range(0, 200, GOP))


def test_a_variable_rate_is_followed_by_time_not_by_count(tmp_path: Path) -> None:
    at = [0, 40, 80, 1000, 1010, 1020, 3000, 3500]
    clip = write_clip(tmp_path / "vfr.mkv", at)
    assert numbers_at(clip, [0.5, 1.005, 1.015, 2.0, 2.999, 3.2, 9.0]) == [2, 3, 4, 5, 5, 6, 7]
    assert [number_in(f.rgb) for f in frames_every(clip, 1.0, height=HEIGHT)] == [0, 3, 5, 6]


def test_a_late_first_frame_is_still_second_zero(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "late.mkv", [10_000 + at for at in steady(50)])
    assert numbers_at(clip, [0.0, 1.0]) == [0, 25]
    assert next(iter(frames_at(clip, [0.0], height=HEIGHT))).seconds == 0.0


def test_raw_streams_without_times(clip: Path, tmp_path: Path) -> None:
    ffmpeg("-i", clip, "-c", "copy", "-an", tmp_path / "raw.264")
    assert numbers_at(tmp_path / "raw.264", [0.0, 2.0, 1.0, 7.9]) == [0, 50, 25, 197]


@pytest.mark.parametrize(("rotation", "turns"), [(90, 1), (180, 2), (-90, 3)])
def test_turned_pictures_come_out_upright(tmp_path: Path, rotation: int, turns: int) -> None:
    clip = write_clip(tmp_path / "turned.mp4", steady(8), Look(rotation=rotation))
    frame = next(iter(frames_at(clip, [0.2], height=1000)))
    expected = np.rot90(numbered(5), turns).astype(int)
    assert frame.rgb.shape == expected.shape
    assert np.abs(frame.rgb.astype(int) - expected).mean() < 12


def test_the_picture_is_reduced_never_enlarged_and_samples_made_square(clip: Path, tmp_path: Path) -> None:
    assert next(iter(frames_at(clip, [0.0], height=48))).rgb.shape == (48, 96, 3)
    assert next(iter(frames_at(clip, [0.0], height=4000))).rgb.shape == (HEIGHT, WIDTH, 3)
    ffmpeg("-i", clip, "-an", "-frames:v", "9", "-vf", "setsar=2/1", tmp_path / "wide.mp4")
    assert next(iter(frames_at(tmp_path / "wide.mp4", [0.0], height=48))).rgb.shape == (48, 192, 3)
    assert numbers_at(tmp_path / "wide.mp4", [0.2]) == [5]


@pytest.mark.parametrize(
    ("pixel_format", "codec"), [("yuv420p10le", "libx264"), ("yuv444p", "libx264"), ("yuvj422p", "mjpeg")]
)
def test_other_pixel_formats_keep_their_colours(tmp_path: Path, pixel_format: str, codec: str) -> None:
    clip = write_clip(tmp_path / "deep.mkv", steady(6), Look(pixel_format=pixel_format, codec=codec))
    frame = next(iter(frames_at(clip, [0.12], height=HEIGHT)))
    assert number_in(frame.rgb) == 3
    red, blue = frame.rgb[80, 40].astype(int), frame.rgb[80, 150].astype(int)
    assert abs(red - (220, 20, 20)).max() < 25 and abs(blue - (20, 20, 220)).max() < 25


def test_transparent_parts_lie_over_black(tmp_path: Path) -> None:
    source = "color=white:s=64x64:d=0.2:r=10,format=rgba,geq=r=255:g=255:b=255:a='if(lt(X,32),0,255)'"
    for name, codec in (
        ("alpha.mov", ["-c:v", "qtrle"]),
        ("alpha.webm", ["-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p"]),
    ):
        ffmpeg("-f", "lavfi", "-i", source, *codec, tmp_path / name)
        rgb = next(iter(frames_at(tmp_path / name, [0.0], height=64))).rgb
        assert rgb[:, :28].max() < 20 and rgb[:, 36:].min() > 235


@pytest.mark.parametrize(("transfer", "signal"), [("smpte2084", 0.5807), ("arib-std-b67", 0.75)])
def test_hdr_white_comes_out_bright_but_not_burnt(tmp_path: Path, transfer: str, signal: float) -> None:
    level = round(64 + signal * 876)
    ffmpeg(
        "-f", "lavfi", "-i", f"color=black:s=128x128:d=0.2:r=10,format=yuv420p10le,geq=lum={level}:cb=512:cr=512",
        "-c:v", "libx265", "-x265-params", f"lossless=1:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc",
        "-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc", tmp_path / "hdr.mp4",
    )  # fmt: skip
    rgb = next(iter(frames_at(tmp_path / "hdr.mp4", [0.0], height=64))).rgb.astype(int)
    assert rgb.std() < 3 and 195 < rgb.mean() < 235  # untouched, PQ would give 148


def test_fields_are_woven_into_whole_pictures(tmp_path: Path) -> None:
    motion = "nullsrc=s=256x128:r=50:d=1,geq=lum='if(lt(mod(X+8*N\\,64)\\,32)\\,235\\,16)':cb=128:cr=128"
    ffmpeg("-f", "lavfi", "-i", f"{motion},interlace", "-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-q:v", "2",
           tmp_path / "woven.mpg")  # fmt: skip
    ffmpeg("-f", "lavfi", "-i", f"{motion},framestep=2", "-c:v", "mpeg2video", "-q:v", "2", tmp_path / "whole.mpg")
    woven, whole = (
        next(iter(frames_at(tmp_path / name, [0.4], height=128))).rgb.mean(axis=2)
        for name in ("woven.mpg", "whole.mpg")
    )
    combing = np.abs(woven[1:-1] - (woven[:-2] + woven[2:]) / 2).mean()
    assert combing < 3 + np.abs(whole[1:-1] - (whole[:-2] + whole[2:]) / 2).mean()


def test_a_damaged_middle_costs_only_its_frames(clip: Path, tmp_path: Path) -> None:
    ffmpeg("-i", clip, "-c", "copy", "-an", tmp_path / "whole.ts")
    data = bytearray((tmp_path / "whole.ts").read_bytes())
    third = len(data) // 3
    data[third : third + 20_000] = b"\xa5" * 20_000
    (tmp_path / "hurt.ts").write_bytes(data)
    frames = list(frames_every(tmp_path / "hurt.ts", 0.5, height=HEIGHT))
    numbers = [number_in(frame.rgb) for frame in frames]
    assert numbers[0] == 0 and numbers[-1] > 180 and len(frames) > 8


def test_no_picture_is_said_plainly(tmp_path: Path, clip: Path) -> None:
    ffmpeg("-i", clip, "-vn", tmp_path / "sound.m4a")
    with pytest.raises(UnreadableMedia, match="no moving pictures"):
        list(frames_at(tmp_path / "sound.m4a", [0.0], height=96))
