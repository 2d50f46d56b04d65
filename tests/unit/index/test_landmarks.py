"""The index of landmarks: what is found at which offset, what is current, joining, older versions, damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kinora.errors import IndexDamaged
from kinora.index import landmark_part
from kinora.index.landmark_part import Asked, Film, Part, probes_of, write_part
from kinora.index.landmarks import Candidate, LandmarkIndex


def film(seed: int, *, seconds: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Return codes and seconds of a made film, twenty landmarks a second."""
    codes = np.random.default_rng(seed).integers(0, 2**64, seconds * 20, dtype=np.uint64)
    return codes, np.repeat(np.arange(seconds, dtype=np.float32), 20)


def asked(codes: np.ndarray, seconds: np.ndarray) -> Asked:
    weak = np.full(len(codes), 0 | 1 << 5 | 2 << 10, np.uint16)
    return Asked(codes, weak, np.arange(len(codes)), seconds)


def ask(index: LandmarkIndex, codes: np.ndarray, seconds: np.ndarray, **wanted: str) -> list[Candidate]:
    def is_wanted(video_id: str, token: str) -> bool:
        return not wanted or wanted.get(video_id) == token

    return index.candidates(asked(codes, seconds), most=10, is_wanted=is_wanted)


def as_version_1(folder: Path) -> None:
    """Leave of an index what version 1 wrote."""
    (folder / "parts.json").write_text(json.dumps([path.name for path in sorted(folder.glob("part-*"))]))
    for path in folder.glob("part-*/rests.npy"):
        path.unlink()


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


def test_joining_piece_by_piece_keeps_every_landmark_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landmark_part, "_JOINED_AT_ONCE", 500)
    index = LandmarkIndex(tmp_path)
    for number in range(4):
        index.add(f"v{number}", "t", *film(number), 60.0)
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    part = Part.open(folder)
    keys, _ = part.keys_between(0, 1 << landmark_part.KEY_BITS)
    both = keys.astype(np.uint64) << np.uint64(32) | part.rests
    assert (np.diff(both.astype(np.int64) >> 16) >= 0).all()
    every = np.concatenate([film(number)[0] for number in range(4)])
    wanted = (every & np.uint64((1 << 24) - 1)) << np.uint64(32) | every >> np.uint64(24) & np.uint64(0xFFFFFFFF)
    assert sorted(both.tolist()) == sorted(wanted.tolist())
    assert ask(index, *film(2))[0] == Candidate("v2", pytest.approx(0.0, abs=2.5), 1200)


def test_a_large_part_with_a_table_answers_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = LandmarkIndex(tmp_path / "small")
    small.add("a", "t", *film(1), 60.0)
    monkeypatch.setattr(landmark_part, "_LARGE", 100)
    large = LandmarkIndex(tmp_path / "large")
    large.add("a", "t", *film(1), 60.0)
    assert (tmp_path / "large" / "part-00000001" / "starts.npy").exists()
    assert ask(small, *film(1)) == ask(large, *film(1))


@pytest.mark.parametrize("large", [1 << 22, 100])
def test_of_a_key_that_is_common_what_agrees_further_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(landmark_part, "_LARGE", large)
    codes, seconds = film(1)
    common = codes & ~np.uint64((1 << 24) - 1) | np.uint64(0x123456)  # every landmark has the one key
    part = tmp_path / "part-00000001"
    write_part(part, [Film("a", "t", 0, 240)], common, (seconds * 4).astype(np.uint32))
    (tmp_path / "parts.json").write_text(json.dumps({"version": 2, "parts": [part.name]}))
    (best,) = ask(LandmarkIndex(tmp_path), common, seconds)[:1]
    assert best.video_id == "a" and best.num_votes > 1000
    strangers = film(7)[0] & ~np.uint64((1 << 24) - 1) | np.uint64(0x123456)
    assert all(one.num_votes < 100 for one in ask(LandmarkIndex(tmp_path), strangers, seconds))


def test_what_stands_still_votes_once(tmp_path: Path) -> None:
    index = LandmarkIndex(tmp_path)
    codes, seconds = film(1)
    index.add("a", "t", codes, seconds, 60.0)
    one = asked(codes, seconds)
    still = Asked(one.codes, one.weak, np.zeros(len(codes), np.int64), one.seconds)
    assert index.candidates(still, most=10, is_wanted=lambda *_: True) == []


def test_parts_of_version_1_answer_until_they_are_written_again(tmp_path: Path) -> None:
    index = LandmarkIndex(tmp_path)
    for number in range(3):
        index.add(f"v{number}", "t", *film(number), 60.0)
    as_version_1(tmp_path)
    old = LandmarkIndex(tmp_path)
    assert ask(old, *film(1))[0].video_id == "v1"
    old.add("v3", "t", *film(3), 60.0)  # the new one is of version 2, and joined with none of the old
    old.keep({f"v{number}": "t" for number in range(4)})
    assert ask(LandmarkIndex(tmp_path), *film(1))[0].video_id == "v1"

    def codes_of(video_id: str, token: str) -> tuple[np.ndarray, np.ndarray] | None:
        return None if video_id == "v0" else film(int(video_id[1:]))

    while old.renew(codes_of):
        pass
    again = LandmarkIndex(tmp_path)
    assert set(again.tokens()) == {"v1", "v2", "v3"}
    assert len(list(tmp_path.glob("part-*"))) == len(list(tmp_path.glob("part-*/rests.npy")))
    for number in (1, 2, 3):
        assert ask(again, *film(number))[0].video_id == f"v{number}"


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    index = LandmarkIndex(tmp_path)
    index.add("a", "t", *film(1), 60.0)
    (tmp_path / "part-00000009.123").mkdir()
    (tmp_path / "parts.json.123").write_text("[")
    index.keep({"a": "t"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["part-00000001", "parts.json"]


def test_probes_turn_the_weak_bits_over() -> None:
    code = np.array([0], np.uint64)
    weak = np.array([2 | 5 << 5 | 7 << 10], np.uint16)
    assert set(probes_of(code, weak)[0].tolist()) == {0, 4, 32, 128, 36, 132, 160, 164}


def test_damage_is_told_by_name(tmp_path: Path) -> None:
    LandmarkIndex(tmp_path).add("a", "t", *film(1), 60.0)
    rests = tmp_path / "part-00000001" / "rests.npy"
    whole = rests.read_bytes()
    np.save(rests, np.zeros(3, np.uint32))
    with pytest.raises(IndexDamaged, match="part-00000001"):
        LandmarkIndex(tmp_path)
    rests.write_bytes(whole)
    (tmp_path / "part-00000001" / "ticks.npy").write_bytes(b"no array")
    with pytest.raises(IndexDamaged, match="part-00000001"):
        LandmarkIndex(tmp_path)
    (tmp_path / "parts.json").write_text("[")
    with pytest.raises(IndexDamaged, match="list of parts"):
        LandmarkIndex(tmp_path)


def test_a_list_of_a_version_to_come_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parts.json").write_text(json.dumps({"version": 3, "parts": []}))
    with pytest.raises(IndexDamaged, match="not of version 1 or 2"):
        LandmarkIndex(tmp_path)
