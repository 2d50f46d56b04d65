"""Truncation at many lengths and random damage: never a crash, a hang or an error without a sentence."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.integration.media_reading.batch import Verdict, is_clear_refusal, judged
from tests.integration.media_reading.clips import ffmpeg, steady, write_clip

BATCH = 16


class Originals(dict[str, bytes]):
    """Clips by name, shown by name only: a failure's report need not hold their bytes."""

    def __repr__(self) -> str:
        return f"Originals({sorted(self)})"


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Originals:
    """Return one small clip in several containers."""
    folder = tmp_path_factory.mktemp("originals")
    clip = write_clip(folder / "clip.mp4", steady(20), sound_seconds=0.8)
    made = Originals({"clip.mp4": clip.read_bytes()})
    (folder / "words.srt").write_text("1\n00:00:00,100 --> 00:00:00,600\nwords\n")
    for name, extra in {
        "clip.mkv": ["-i", folder / "words.srt", "-c", "copy", "-c:s", "srt"],
        "clip.ts": ["-c", "copy"],
        "clip.webm": ["-c:v", "libvpx", "-c:a", "libvorbis"],
        "clip.avi": ["-c:v", "mpeg4", "-c:a", "mp3"],
        "clip.ogv": ["-c:v", "libtheora", "-c:a", "libvorbis"],
        "clip.flv": ["-c:v", "flv1", "-c:a", "mp3"],
        "clip.gif": ["-an"],
        "clip.mp3": ["-vn"],
        "fragmented.mp4": ["-c", "copy", "-movflags", "frag_keyframe+empty_moov"],
    }.items():
        ffmpeg("-i", clip, *extra, folder / name)
        made[name] = (folder / name).read_bytes()
    return made


def assert_each_ended_well(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        if verdict.facts is None:
            assert is_clear_refusal(verdict), verdict
        else:
            assert 0 < verdict.facts.duration_seconds < 24 * 3600
            assert verdict.facts.video is not None or verdict.facts.audio
        assert verdict.seconds < 15, verdict


def test_every_original_is_taken(originals: Originals, tmp_path: Path) -> None:
    assert all(verdict.facts for verdict in judged(_written(tmp_path, originals), tmp_path))


@pytest.mark.parametrize("name", ["clip.mp4", "fragmented.mp4", "clip.mkv", "clip.ts"])
def test_a_file_cut_at_any_length(originals: Originals, tmp_path: Path, name: str) -> None:
    data = originals[name]
    lengths = sorted({*range(1, 64, 9), *(len(data) * part // 40 for part in range(1, 40)), len(data) - 1})
    files = {f"{length:08d}_{name}": data[:length] for length in lengths}
    assert_each_ended_well(judged(_written(tmp_path, files), tmp_path))


@settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(name_number=st.integers(0, 9), seed=st.integers(0, 2**32))
def test_random_damage(originals: Originals, name_number: int, seed: int) -> None:
    name = sorted(originals)[name_number]
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        files = {f"{number}_{name}": _damaged(originals[name], chance) for number in range(BATCH)}
        assert_each_ended_well(judged(_written(Path(folder), files), Path(folder)))


def _damaged(data: bytes, chance: random.Random) -> bytes:
    hurt = bytearray(data)
    for _ in range(chance.randint(1, 30)):
        # Half of the blows fall on the first two kilobytes, where headers are.
        at = chance.randrange(min(len(hurt), 2048) if chance.random() < 0.5 else len(hurt))
        length = chance.randint(1, 8)
        hurt[at : at + length] = chance.randbytes(min(length, len(hurt) - at))
    return bytes(hurt)


def _written(folder: Path, files: dict[str, bytes]) -> list[Path]:
    paths = []
    for name, data in files.items():
        (folder / name).write_bytes(data)
        paths.append(folder / name)
    return paths
