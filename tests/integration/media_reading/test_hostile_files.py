"""Broken and malicious files: taken, or refused with one clear sentence; nothing read or called outside."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.media_reading.batch import is_clear_refusal, judged

from kinora.config import Settings
from kinora.errors import InputError, KinoraError, MediaTooLarge, UnreadableMedia, UnsupportedMedia
from kinora.media.ffmpeg import ffmpeg_limits, run_ffmpeg
from kinora.media.images import decode_image
from kinora.media.probe import probe

SETTINGS = Settings()
SECRET = "the secret that must not get out"

# Folders of valid but odd files: all taken but these, whose contents are beyond saving.
VALID = (
    "aspect_ratio", "containers", "embedded_subs_chapters", "hdr_10bit", "interlaced_raw_h264", "no_video_or_audio",
    "odd_duration", "rotated", "vfr",
)  # fmt: skip
REFUSED_AMONG_VALID = {"sample_MP.heic", "FM2_SVA_B.264", "0-timescale.mp4"}
ENCRYPTED = {"sample_fragmented_clearkey.mp4", "sample_fragmented_widevine.mp4", "short-cenc.mp4"}
LENGTHS = {
    "sample_fragmented.mp4": 1.0, "sample_with_vobsub.mkv": 1.0, "webm_70s_header_14s_data.webm": 13.9,
    "no_duration.webm": 4.9, "bbb_800x640_768kbps_30fps_avc_2b_firstpts_10_sec.mp4": 4.0, "launch.mpg": 10.0,
    "CAFI1_SVA_C.264": 1.3, "long_180p_av1.mp4": 362.8,
}  # fmt: skip


@pytest.mark.media
def test_every_hostile_file_is_taken_or_refused_with_a_sentence(hostile_files: Path) -> None:
    paths = sorted(
        path for path in hostile_files.glob("*/**/*") if path.is_file() and path.parent.name != "fuzz_mp4_mopt"
    )
    paths += sorted(hostile_files.glob("truncated_corrupt/fuzz_mp4_mopt/*0.mp4"))
    verdicts = dict(zip(paths, judged(paths, hostile_files), strict=True))
    unclear = {path.name: v for path, v in verdicts.items() if v.facts is None and not is_clear_refusal(v)}
    assert not unclear
    slow = {path.name: v.seconds for path, v in verdicts.items() if v.seconds > 20}
    assert not slow
    refused = {
        p.name for p, v in verdicts.items() if v.facts is None and p.relative_to(hostile_files).parts[0] in VALID
    }
    assert refused == REFUSED_AMONG_VALID
    for path, verdict in verdicts.items():
        if path.name in ENCRYPTED:
            assert verdict.kind == "UnsupportedMedia" and "encrypted" in verdict.message
        if path.name in LENGTHS:
            assert verdict.facts is not None
            assert verdict.facts.duration_seconds == pytest.approx(LENGTHS[path.name], abs=0.15)
        if "ssrf_lfi" in path.parts:
            assert verdict.kind == "UnreadableMedia"


@pytest.mark.media
def test_the_largest_film_of_a_real_file_is_taken(shared_media: Path) -> None:
    facts = probe(shared_media / "nasa_webb" / "nasa_13013.mp4", SETTINGS)
    assert facts.video is not None and (facts.video.stream_index, facts.video.width) == (3, 480)
    cover = probe(shared_media / "ableplayer_audio" / "paulallen.mp3", SETTINGS)
    assert cover.video is None and cover.duration_seconds == pytest.approx(181.4, abs=0.2)


@pytest.fixture
def listening() -> Iterator[tuple[socket.socket, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        yield server, server.getsockname()[1]


def playlists(address: str, secret: Path) -> dict[str, str]:
    """Return the texts that make a careless FFmpeg read another file or call a host."""
    media = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n"
    return {
        "hls_http": media.format(f"{address}/a.ts"),
        "hls_file": media.format(f"file://{secret}"),
        "hls_concat": media.format(f"concat:{address}/header.m3u8|file://{secret}"),
        "hls_subfile": media.format(f"subfile,,start,0,end,99,,:{secret}"),
        "hls_key": f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{address}/key"\n' + media.format("a.ts"),
        "master": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{address}/low.m3u8\n",
        "concat": f"ffconcat version 1.0\nfile '{secret}'\nfile '{address}/b.mp4'\n",
        "dash": '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation id="1">'
        f"<BaseURL>{address}/v.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=video {address.rsplit(':')[-1]} RTP/AVP 96\n"
        "a=rtpmap:96 H264/90000\n",
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{address}/x.png"/></svg>',
        "smil": f'<smil><body><video src="{address}/x.mp4"/></body></smil>',
        "ffmetadata": f";FFMETADATA1\ntitle={secret}\n",
    }


@pytest.mark.parametrize("suffix", [".mp4", ".m3u8"])
def test_no_playlist_reaches_a_host_or_another_file(
    tmp_path: Path, listening: tuple[socket.socket, int], suffix: str
) -> None:
    server, port = listening
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    out_dir = tmp_path / "out"
    out_dir.mkdir()
    texts = playlists(f"http://127.0.0.1:{port}", secret)
    paths = [tmp_path / f"{name}{suffix}" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    assert [v.kind for v in judged(paths, tmp_path)] == ["UnreadableMedia"] * len(paths)
    limits = ffmpeg_limits(SETTINGS, duration_seconds=1, output_bytes=2**22)
    for path in paths[:7]:
        with pytest.raises(UnreadableMedia):
            run_ffmpeg(["-i", str(path), str(out_dir / "o.mp4")], out_dir=out_dir, settings=SETTINGS, limits=limits)
    assert not [file for file in out_dir.iterdir() if SECRET.encode() in file.read_bytes()]
    with pytest.raises(TimeoutError):
        server.accept()


@pytest.mark.media
def test_the_known_attack_files_rewritten_to_a_listening_host_call_nobody(
    hostile_files: Path, tmp_path: Path, listening: tuple[socket.socket, int]
) -> None:
    server, port = listening
    attacks = sorted(path for path in (hostile_files / "ssrf_lfi").iterdir() if path.is_file())
    aimed = []
    for path in attacks:
        data = path.read_bytes()
        for scheme in (b"http://", b"https://"):
            data = data.replace(scheme, b"http://127.0.0.1:%d/" % port)
        (tmp_path / path.name).write_bytes(data)
        aimed.append(tmp_path / path.name)
    assert all(verdict.kind == "UnreadableMedia" for verdict in judged(aimed, tmp_path))
    for path in aimed:
        with pytest.raises(InputError):
            decode_image(path.read_bytes())
    with pytest.raises(TimeoutError):
        server.accept()


@pytest.mark.media
def test_probe_itself_on_the_worst(hostile_files: Path) -> None:
    cases: dict[str, type[KinoraError]] = {
        "ssrf_lfi/ffmpeg_hls_read_passwd_bypass.mp4": UnreadableMedia,
        "huge_dimensions/issue_07.gif": UnsupportedMedia,
        "huge_dimensions/oom_dos.jpg": UnreadableMedia,
        "wrong_type_payloads/zip_symlink_etc_passwd.zip": UnreadableMedia,
        "encrypted_unsupported/video_dovi_dav1_10.mp4": UnsupportedMedia,
        "truncated_corrupt/zero_bytes.webm": UnreadableMedia,
    }
    for name, kind in cases.items():
        with pytest.raises(kind) as caught:
            probe(hostile_files / name, SETTINGS)
        assert Path(name).name in caught.value.message and "\n" not in caught.value.message
    with pytest.raises(MediaTooLarge, match="7680×4320"):
        probe(hostile_files / "huge_dimensions" / "8k24fps_300ms.mp4", Settings(max_pixels=4096 * 2304))


@pytest.mark.media
def test_pictures_are_taken_by_their_bytes_and_bombs_refused(hostile_files: Path) -> None:
    for name in ("523528-1.gif", "invalid-size.gif", "oom_dos.jpg", "random.jpg"):
        with pytest.raises(MediaTooLarge):
            decode_image((hostile_files / "huge_dimensions" / name).read_bytes())
    for name in ("convert_local_etc_passwd.svg", "imagetragik1_payload_url_portscan.jpg", "zip_symlink_etc_passwd.zip"):
        with pytest.raises(UnreadableMedia):
            decode_image((hostile_files / "wrong_type_payloads" / name).read_bytes())
    assert decode_image((hostile_files / "wrong_type_payloads" / "PHP_exif_phpinfo.jpg").read_bytes()).shape == (
        356,
        640,
        3,
    )
