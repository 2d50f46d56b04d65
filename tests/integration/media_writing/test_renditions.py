"""Renditions by the real FFmpeg, confined: what comes out decodes, is upright, keeps its colours and its time."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from tests.integration.media_writing.playing import (
    BLUE,
    GREEN,
    RED,
    boxes,
    corner_colours,
    decoded,
    decoded_samples,
    ffmpeg,
    length_seconds,
    whole_stream,
)

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.errors import Cancelled, KinoraError, UnreadableMedia
from kinora.media.cmaf import segments_of
from kinora.media.ladder import Rung, plan_ladder
from kinora.media.manifest import Rendition
from kinora.media.probe import probe
from kinora.media.renditions import encode_rung, encode_rungs

WHITE = (230, 230, 230)
# Four quarters: red, green over blue, white.
_QUARTERS = (
    "color=c=0x{:02x}{:02x}{:02x}:s=160x90:r={rate}:d={seconds}[a];color=c=0x{:02x}{:02x}{:02x}:s=160x90:r={rate}:d={seconds}[b];"
    "color=c=0x{:02x}{:02x}{:02x}:s=160x90:r={rate}:d={seconds}[c];color=c=0x{:02x}{:02x}{:02x}:s=160x90:r={rate}:d={seconds}[d];"
    "[a][b]hstack[top];[c][d]hstack[low];[top][low]vstack"
)


def quarters(*, seconds: float = 1.0, rate: int = 25) -> str:
    return _QUARTERS.format(*RED, *GREEN, *BLUE, *WHITE, seconds=seconds, rate=rate)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def make_rungs(
    path: Path, tmp_path: Path, settings: Settings, heights: tuple[int, ...] = (90, 180)
) -> tuple[Path, tuple[Rendition, ...]]:
    facts = probe(path, settings)
    out_dir = tmp_path / "out"
    out_dir.mkdir(exist_ok=True)
    return out_dir, encode_rungs(path, facts, plan_ladder(facts, heights), out_dir, settings)


def close(found: tuple[int, int, int], wanted: tuple[int, int, int], *, by: int = 14) -> bool:
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


def test_two_rungs_and_sound_from_one_decode(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "clip.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", quarters(seconds=9), "-f", "lavfi", "-i", "sine=440:d=9:r=44100",
        "-c:v", "libx264", "-g", "300", "-pix_fmt", "yuv444p", "-c:a", "aac", clip,
    )  # fmt: skip
    out_dir, made = make_rungs(clip, tmp_path, settings)
    assert [one.height for one in made] == [0, 90, 180]
    assert [one.codecs[:5] for one in made] == ["mp4a.", "avc1.", "avc1."]
    for height in (90, 180):
        folder = out_dir / f"{height}p"
        # Cut at whole segments of time, so players can change rungs at each.
        assert [segment.duration_seconds for segment in segments_of(folder)] == [4.0, 4.0, 1.0]
        frames = decoded(folder)
        assert len(frames.rgb) == 225 and frames.rgb[0].shape[0] == height
        assert frames.seconds[-1] == pytest.approx(224 / 25, abs=1e-3)
        for colour, wanted in zip(corner_colours(frames.rgb[100]), (RED, GREEN, BLUE, WHITE), strict=True):
            assert close(colour, wanted), (colour, wanted)
    assert length_seconds(out_dir / "0p") == pytest.approx(9.0, abs=0.03)
    media = [path for path in (out_dir / "180p").iterdir() if path.suffix != ".m3u8"]
    assert made[2].size_bytes == sum(path.stat().st_size for path in media)
    assert made[2].bitrate_bps >= made[2].average_bitrate_bps > 0


def test_streams_begin_at_zero_without_an_edit_list(tmp_path: Path, settings: Settings) -> None:
    """A click in the sound and a flash in the picture at 1 s stay together, and nothing needs an edit list."""
    clip = tmp_path / "clip.mkv"
    ffmpeg(
        "-f", "lavfi", "-i", "color=black:s=160x90:r=25:d=2", "-f", "lavfi",
        "-i", "aevalsrc='if(gte(t,1),0.5*sin(2*PI*900*t),0)':d=2:s=48000",
        "-vf", "geq=lum='if(gte(T,1),235,16)':cb=128:cr=128", "-c:v", "libx264", "-c:a", "pcm_s16le", clip,
    )  # fmt: skip
    out_dir, _ = make_rungs(clip, tmp_path, settings, (90,))
    for name in ("0p", "90p"):
        names = [kind for kind, _ in boxes(whole_stream(out_dir / name))]
        assert "elst" not in names
        first_times = [body for kind, body in boxes(whole_stream(out_dir / name)) if kind == "tfdt"]
        assert int.from_bytes(first_times[0][4:], "big") == 0
    frames = decoded(out_dir / "90p")
    first_white = next(seconds for rgb, seconds in zip(frames.rgb, frames.seconds, strict=True) if rgb.mean() > 128)
    samples = decoded_samples(out_dir / "0p")
    first_loud = int(np.argmax(np.abs(samples) > 0.1)) / 48_000
    assert first_white == pytest.approx(1.0, abs=0.001)
    assert first_loud == pytest.approx(1.0, abs=0.004)


def test_sound_that_starts_before_the_picture_stays_in_time(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "late.mkv"
    ffmpeg(
        "-f", "lavfi", "-i", "sine=440:d=3", "-itsoffset", "1", "-f", "lavfi", "-i", quarters(seconds=2),
        "-map", "1:v", "-map", "0:a", "-c:v", "libx264", "-c:a", "pcm_s16le", clip,
    )  # fmt: skip
    out_dir, _ = make_rungs(clip, tmp_path, settings, (90,))
    frames = decoded(out_dir / "90p")
    # The first picture is held until the second one's time comes.
    assert frames.seconds[:2] == pytest.approx([0.0, 1.04], abs=0.002)
    assert length_seconds(out_dir / "90p") == pytest.approx(3.0, abs=0.05)
    assert length_seconds(out_dir / "0p") == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize(
    ("rotation", "order"),
    [(90, (BLUE, RED, WHITE, GREEN)), (180, (WHITE, BLUE, GREEN, RED)), (270, (GREEN, WHITE, RED, BLUE))],
)
def test_rotated_files_come_out_upright(
    tmp_path: Path, settings: Settings, rotation: int, order: tuple[tuple[int, int, int], ...]
) -> None:
    """A clockwise turn of 90° brings the lower left quarter to the upper left."""
    plain, clip = tmp_path / "plain.mp4", tmp_path / "turned.mp4"
    ffmpeg("-f", "lavfi", "-i", quarters(), "-c:v", "libx264", "-pix_fmt", "yuv420p", plain)
    ffmpeg("-display_rotation", str(-rotation), "-i", plain, "-c", "copy", clip)
    out_dir, made = make_rungs(clip, tmp_path, settings, (180,))
    shown = decoded(out_dir / made[0].folder_name).rgb[5]
    assert shown.shape[:2] == ((180, 320) if rotation == 180 else (320, 180))
    for colour, wanted in zip(corner_colours(shown), order, strict=True):
        assert close(colour, wanted), (rotation, colour, wanted)


def test_anamorphic_odd_and_444_become_square_even_420(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "clip.mkv"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=161x121:d=1", "-vf", "setsar=2", "-pix_fmt", "yuv444p", "-c:v", "libx264", clip
    )
    out_dir, made = make_rungs(clip, tmp_path, settings, (240,))
    assert made[0].height == 120 and made[0].width in (320, 322)
    assert decoded(out_dir / "120p").rgb[0].shape == (120, made[0].width, 3)


def test_variable_frame_rate_keeps_each_frame_in_its_time(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "vfr.mp4"
    # Every third frame is dropped in the second half: gaps of 40 and 80 ms.
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=6", "-vf", "select='lt(t,3)+mod(n,3)'", "-fps_mode", "vfr",
        "-c:v", "libx264", clip,
    )  # fmt: skip
    out_dir, _ = make_rungs(clip, tmp_path, settings, (90,))
    wanted = [n / 25 for n in range(150) if n < 75 or n % 3]
    assert decoded(out_dir / "90p").seconds == pytest.approx(wanted, abs=0.002)
    assert length_seconds(out_dir / "90p") == pytest.approx(6.0, abs=0.09)


def test_more_than_sixty_frames_a_second_are_thinned(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "fast.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=120:d=1", "-c:v", "libx264", clip)
    out_dir, made = make_rungs(clip, tmp_path, settings, (90,))
    assert len(decoded(out_dir / "90p").rgb) == 60
    assert made[0].frame_rate == 60.0
    assert length_seconds(out_dir / "90p") == pytest.approx(1.0, abs=0.02)


def test_interlaced_frames_lose_their_combs(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "interlaced.mp4"
    # A bar that moves quickly between the two fields of a frame.
    ffmpeg(
        "-f", "lavfi", "-i", "color=black:s=320x240:r=50:d=1", "-vf",
        "geq=lum='if(between(X,mod(N*10,300),mod(N*10,300)+40),235,16)':cb=128:cr=128,interlace=scan=tff:lowpass=off",
        "-c:v", "libx264", "-flags", "+ildct+ilme", "-x264-params", "tff=1", clip,
    )  # fmt: skip
    out_dir, _ = make_rungs(clip, tmp_path, settings, (240,))

    def combs(rgb: np.ndarray) -> float:
        rows = rgb[..., 0].astype(int)
        return float(np.mean(np.abs(rows[1:-1] * 2 - rows[:-2] - rows[2:]) > 120))

    import av

    with av.open(str(clip)) as container:
        before = combs(list(container.decode(video=0))[12].to_ndarray(format="rgb24"))
    after = combs(decoded(out_dir / "240p").rgb[12])
    assert before > 0.02
    assert after < before / 5


def test_hdr_is_tone_mapped_to_ordinary_eight_bits(tmp_path: Path, settings: Settings) -> None:
    """Paper white of HDR10 (203 cd/m²: code 0.58) comes out bright, its black black, grey without a tint."""
    clip = tmp_path / "hdr.mkv"
    code = round(64 + 0.58 * 876)
    ffmpeg(
        "-f", "lavfi", "-i", "color=black:s=320x180:r=25:d=1,format=yuv420p10le", "-vf",
        f"geq=lum='if(gte(X,160),{code},64)':cb=512:cr=512", "-c:v", "libx265", "-x265-params",
        "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc", "-color_primaries", "bt2020",
        "-color_trc", "smpte2084", "-colorspace", "bt2020nc", clip,
    )  # fmt: skip
    out_dir, _ = make_rungs(clip, tmp_path, settings, (180,))
    shown = decoded(out_dir / "180p").rgb[3]
    dark, light = corner_colours(shown)[:2]
    assert max(dark) < 12
    assert min(light) > 190 and max(light) - min(light) < 6


def test_transparent_parts_are_black(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "alpha.webm"
    ffmpeg(
        "-f", "lavfi", "-i", quarters(), "-vf", "format=yuva420p,geq=lum='p(X,Y)':a='if(gte(X,160),0,255)'",
        "-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-b:v", "1M", clip,
    )  # fmt: skip
    out_dir, _ = make_rungs(clip, tmp_path, settings, (180,))
    left, right, low_left, low_right = corner_colours(decoded(out_dir / "180p").rgb[3])
    assert max(right) < 14 and max(low_right) < 14
    assert close(left, RED, by=24) and close(low_left, BLUE, by=24)


def test_full_range_and_bt601_keep_their_colours(tmp_path: Path, settings: Settings) -> None:
    for name, options in (
        ("full.mp4", ("-vf", "scale=out_range=pc:out_color_matrix=bt709,format=yuvj420p", "-colorspace", "bt709")),
        ("sd.mp4", ("-vf", "scale=out_color_matrix=bt601,format=yuv420p", "-colorspace", "smpte170m")),
        ("untold.mp4", ("-vf", "scale=out_color_matrix=bt601,format=yuv420p,setparams=colorspace=unknown")),
    ):
        ffmpeg("-f", "lavfi", "-i", quarters(), *options, "-c:v", "libx264", tmp_path / name)
        out_dir, _ = make_rungs(tmp_path / name, tmp_path, settings, (90, 180))
        shown = corner_colours(decoded(out_dir / "90p").rgb[3])
        for colour, wanted in zip(shown, (RED, GREEN, BLUE, WHITE), strict=True):
            assert close(colour, wanted), (name, colour, wanted)


def test_own_h264_is_copied_as_the_top_rung_when_sync_frames_are_near(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "own.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", quarters(seconds=10), "-c:v", "libx264", "-preset", "ultrafast",
        "-pix_fmt", "yuv420p", "-g", "100", clip,
    )  # fmt: skip
    out_dir, made = make_rungs(clip, tmp_path, settings)
    assert made[1].codecs.startswith("avc1.42")  # the file's own Baseline profile: not encoded again
    assert made[0].codecs.startswith("avc1.64")
    copied, encoded = decoded(out_dir / "180p"), decoded(out_dir / "90p")
    assert copied.seconds == pytest.approx(encoded.seconds, abs=0.002)


def test_own_h264_is_encoded_when_sync_frames_are_far_apart(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "far.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", quarters(seconds=12), "-c:v", "libx264", "-preset", "ultrafast",
        "-pix_fmt", "yuv420p", "-g", "1000", "-sc_threshold", "0", clip,
    )  # fmt: skip
    out_dir, made = make_rungs(clip, tmp_path, settings)
    assert made[1].codecs.startswith("avc1.64")
    assert [segment.duration_seconds for segment in segments_of(out_dir / "180p")] == [4.0, 4.0, 4.0]


def test_sound_alone(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "tone.flac"
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=5", clip)
    out_dir, made = make_rungs(clip, tmp_path, settings)
    assert [(one.height, one.codecs) for one in made] == [(0, "mp4a.40.2")]
    assert len(decoded_samples(out_dir / "0p")) == pytest.approx(5 * 48_000, abs=1100)


def test_one_rung_lands_straight_in_the_folder_and_progress_grows(tmp_path: Path, settings: Settings) -> None:
    clip = tmp_path / "clip.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:d=10", "-c:v", "libx264", "-preset", "ultrafast", clip)
    shares: list[float] = []
    out_dir = tmp_path / "240p"
    out_dir.mkdir()
    rung = Rung(240, 426, 400_000, 0)
    made = encode_rung(clip, probe(clip, settings), rung, out_dir, settings, on_progress=shares.append)
    assert {path.suffix for path in out_dir.iterdir()} == {".mp4", ".m4s", ".m3u8"}
    assert made.height == 240 and len(segments_of(out_dir)) == 3
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0, abs=0.02)


def test_cancelled_or_refused_work_leaves_nothing(tmp_path: Path, settings: Settings) -> None:
    clip, out_dir, cancel = tmp_path / "long.mp4", tmp_path / "out", CancelToken()
    out_dir.mkdir()
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:d=60", "-c:v", "libx264", "-preset", "ultrafast", clip)
    facts = probe(clip, settings)
    timer = threading.Timer(1.0, cancel.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        encode_rungs(clip, facts, plan_ladder(facts, (240, 360)), out_dir, settings, cancel=cancel)
    timer.cancel()
    assert list(out_dir.iterdir()) == []

    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:2000])
    with pytest.raises((UnreadableMedia, KinoraError)):
        encode_rungs(broken, facts, plan_ladder(facts, (240,)), out_dir, settings)
    assert list(out_dir.iterdir()) == []
