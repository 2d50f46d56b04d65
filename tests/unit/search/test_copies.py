"""Proof of copies on made marks: a stretch, its place and speed, what chance and a logo leave, and kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinora.index.landmarks import LandmarkIndex
from kinora.moments.copy_prints import MARK, Prints, none_at_all
from kinora.search.copies import CopyMatch, CopyShelves, Stretch, find_copies, kind_of


def film(seed: int, *, seconds: int = 40, spread: float = 1.0) -> np.ndarray:
    """Return the marks of a made film, forty a second; `spread` 1 fills the picture, a small one a corner."""
    rng = np.random.default_rng(seed)
    marks = np.zeros(seconds * 40, MARK)
    marks["seconds"] = np.repeat(np.arange(seconds), 40)
    marks["code"], marks["mirror"] = (rng.integers(0, 2**64, len(marks), dtype=np.uint64) for _ in range(2))
    marks["weak"] = marks["mirror_weak"] = 1 << 5 | 2 << 10
    marks["x"], marks["y"] = 1.7 * spread * rng.random(len(marks)), spread * rng.random(len(marks))
    marks["size"] = 0.2
    return marks


def found(tmp_path: Path, asked: np.ndarray, films: dict[str, np.ndarray]) -> list[CopyMatch]:
    pictures, sound = LandmarkIndex(tmp_path / "pictures"), LandmarkIndex(tmp_path / "sound")
    for name, marks in films.items():
        pictures.add(name, "t", marks["code"], marks["seconds"], 40.0)
    kept = {name: Prints(marks, none_at_all(), 40.0) for name, marks in films.items()}
    prints = Prints(asked, none_at_all(), float(asked["seconds"].max()) + 1)
    return find_copies(prints, CopyShelves(pictures, sound, kept.get), lambda name, token: True)


def stretch_of(marks: np.ndarray, start: float, end: float) -> np.ndarray:
    part = marks[(marks["seconds"] >= start) & (marks["seconds"] < end)].copy()
    part["seconds"] -= start
    return part


def test_a_cropped_stretch_is_found_where_it_lies(tmp_path: Path) -> None:
    asked = stretch_of(film(2), 12, 24)
    asked["x"], asked["y"], asked["size"] = asked["x"] * 1.4 - 0.2, asked["y"] * 1.4 - 0.1, 0.28
    (match,) = found(tmp_path, asked, {f"v{number}": film(number) for number in range(4)})
    assert (match.video_id, match.kind) == ("v2", "part_of")
    one = match.stretches[0]
    assert one.other_start_seconds == pytest.approx(12, abs=1)
    assert one.end_seconds - one.start_seconds == pytest.approx(12, abs=1.1)
    assert one.by == "picture" and not one.is_mirrored and one.speed == pytest.approx(1)


def test_a_mirrored_one_is_told_as_such(tmp_path: Path) -> None:
    asked = stretch_of(film(1), 5, 20)
    asked["code"], asked["mirror"] = asked["mirror"].copy(), asked["code"].copy()
    asked["x"] = 1.7 - asked["x"]
    (match,) = found(tmp_path, asked, {"a": film(1), "b": film(2)})
    assert match.video_id == "a" and match.stretches[0].is_mirrored


def test_strangers_and_shared_logos_are_not_told(tmp_path: Path) -> None:
    one, other = film(1), film(2)
    logo = film(3, spread=0.08)
    asked = np.sort(np.concatenate([stretch_of(one, 0, 10), stretch_of(logo, 0, 10)]), order="seconds")
    with_logo = np.sort(np.concatenate([other, logo]), order="seconds")
    assert found(tmp_path, asked, {"other": with_logo}) == []


@pytest.mark.parametrize(
    ("span", "lengths", "kind"),
    [
        ((0, 40, 0, 40), (40, 40), "near"),
        ((0, 10, 20, 30), (10, 40), "part_of"),
        ((20, 30, 0, 10), (40, 10), "contains"),
        ((0, 10, 30, 40), (40, 40), "overlaps"),
    ],
)
def test_kinds(span: tuple[float, float, float, float], lengths: tuple[float, float], kind: str) -> None:
    stretch = Stretch(*span, score=1.0, by="picture", speed=1.0, is_mirrored=False)
    assert kind_of([stretch], *lengths) == kind
