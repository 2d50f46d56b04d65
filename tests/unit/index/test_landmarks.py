"""The index of landmarks: what is found at which offset, what is current, joining, damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinora.errors import IndexDamaged
from kinora.index import landmarks
from kinora.index.landmarks import Candidate, LandmarkIndex, keys_of, probes_of


def film(seed: int, *, seconds: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Return codes and seconds of a made film, twenty landmarks a second."""
    codes = np.random.default_rng(seed).integers(0, 2**64, seconds * 20, dtype=np.uint64)
    return codes, np.repeat(np.arange(seconds, dtype=np.float32), 20)


def ask(index: LandmarkIndex, codes: np.ndarray, seconds: np.ndarray, **wanted: str) -> list[Candidate]:
    def is_wanted(video_id: str, token: str) -> bool:
        return not wanted or wanted.get(video_id) == token

    return index.candidates(keys_of(codes), np.arange(len(codes)), seconds, most=10, is_wanted=is_wanted)


def test_a_stretch_is_found_at_its_offset(tmp_path: Path) -> None:
    index = LandmarkIndex(tmp_path)
    for number in range(5):
        index.add(f"v{number}", "t", *film(number), 60.0)
    codes, seconds = film(3)
    part = (seconds >= 20) & (seconds < 30)
    best = ask(index, codes[part], seconds[part] - 15)[0]
    assert best.video_id == "v3"
    assert best.offset_seconds == pytest.approx(15, abs=2.5)


def test_what_is_in_no_film_is_not_found(tmp_path: Path) -> None:
    index = LandmarkIndex(tmp_path)
    index.add("a", "t", *film(1), 60.0)
    assert ask(index, *film(99)) == []


def test_only_current_tokens_are_told(tmp_path: Path) -> None:
    index = LandmarkIndex(tmp_path)
    index.add("a", "old", *film(1), 60.0)
    assert ask(index, *film(1), a="new") == []
    index.add("a", "new", *film(2), 60.0)
    assert ask(index, *film(2), a="new")[0].video_id == "a"


def test_joined_parts_answer_as_before_and_gone_films_are_left_out(tmp_path: Path) -> None:
    index = LandmarkIndex(tmp_path)
    for number in range(20):
        index.add(f"v{number}", "t", *film(number), 60.0)
    num_parts = len([folder for folder in tmp_path.iterdir() if folder.is_dir()])
    assert num_parts < 20
    index.keep({f"v{number}": "t" for number in range(1, 20)})
    again = LandmarkIndex(tmp_path)
    assert set(again.tokens()) == {f"v{number}" for number in range(1, 20)}
    assert ask(again, *film(0)) == []
    assert ask(again, *film(7))[0].video_id == "v7"


def test_a_large_part_with_a_table_answers_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = LandmarkIndex(tmp_path / "small")
    small.add("a", "t", *film(1), 60.0)
    monkeypatch.setattr(landmarks, "_LARGE", 100)
    large = LandmarkIndex(tmp_path / "large")
    large.add("a", "t", *film(1), 60.0)
    assert (tmp_path / "large" / "part-00000001" / "starts.npy").exists()
    assert ask(small, *film(1)) == ask(large, *film(1))


def test_probes_turn_the_weak_bits_over() -> None:
    code = np.array([0], np.uint64)
    weak = np.array([2 | 5 << 5 | 7 << 10], np.uint16)
    assert set(probes_of(code, weak)[0].tolist()) == {0, 4, 32, 128, 36, 132, 160, 164}


def test_damage_is_told_by_name(tmp_path: Path) -> None:
    LandmarkIndex(tmp_path).add("a", "t", *film(1), 60.0)
    (tmp_path / "part-00000001" / "ticks.npy").write_bytes(b"no array")
    with pytest.raises(IndexDamaged, match="part-00000001"):
        LandmarkIndex(tmp_path)
    (tmp_path / "parts.json").write_text("[")
    with pytest.raises(IndexDamaged, match="list of parts"):
        LandmarkIndex(tmp_path)
