"""Vectors as bits and bytes: what is nearest by them is nearest by the vectors."""

from __future__ import annotations

import numpy as np
import pytest

from kinora.index import codes as codes_module
from kinora.index.codes import Codes, levels_of, signs_of, top, unit


def vectors(num_rows: int, dimension: int = 384, *, seed: int = 0) -> np.ndarray:
    dice = np.random.default_rng(seed)
    centres = dice.standard_normal((40, dimension))
    near = centres[dice.integers(0, 40, num_rows)] + 0.9 * dice.standard_normal((num_rows, dimension))
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


def true_places(rows: np.ndarray, query: np.ndarray, limit: int) -> set[int]:
    return set(np.argsort(-(rows @ query), kind="stable")[:limit].tolist())


@pytest.mark.parametrize("dimension", [384, 100, 64, 1])
def test_levels_give_the_vectors_back(dimension: int) -> None:
    rows = vectors(50, dimension)
    codes = Codes.of(rows)
    assert np.abs(codes.vectors(slice(None)) - rows).max() <= np.abs(rows).max() / 60_000
    query = unit(rows[7])
    assert np.abs(codes.cosines(query, np.arange(50)) - rows @ query).max() < 1e-4


def test_signs_hold_one_bit_a_dimension() -> None:
    signs = signs_of(np.array([[1.0] * 70, [-1.0] * 70, [1.0] + [-1.0] * 69]))
    assert signs.shape == (2, 3)
    assert np.bitwise_count(signs).sum(axis=0).tolist() == [70, 0, 1]


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1])
def test_the_nearest_by_bits_hold_the_true_neighbours(share: float) -> None:
    rows = vectors(20_000)
    codes = Codes.of(rows)
    passing = None if share == 1.0 else np.random.default_rng(1).random(len(rows)) < share
    shared = []
    for query in map(unit, vectors(20, seed=0)[:20] + 0.05 * vectors(20, seed=2)):
        allowed = rows if passing is None else np.where(passing[:, None], rows, 0.0)
        places, cosines = codes.nearest(query, passing, limit=10)
        assert passing is None or passing[places].all()
        assert (np.diff(cosines) <= 0).all()
        shared.append(len(true_places(allowed, query, 10) & set(places.tolist())) / 10)
    assert np.mean(shared) >= 0.99


def test_few_rows_are_compared_one_by_one() -> None:
    rows = vectors(500)
    places, _ = Codes.of(rows).nearest(unit(rows[3]), None, limit=5)
    assert set(places.tolist()) == true_places(rows, rows[3], 5)


def test_rows_without_a_vector_are_never_found() -> None:
    rows = vectors(5_000)
    rows[::2] = 0.0
    places, _ = Codes.of(rows).nearest(unit(np.ones(384)), None, limit=4_000)
    assert len(places) == 2_500 and (places % 2 == 1).all()
    few, _ = Codes.of(rows[:4]).nearest(unit(-rows[1]), None, limit=4)
    assert sorted(few.tolist()) == [1, 3]


def test_equal_vectors_are_all_candidates() -> None:
    rows = np.repeat(vectors(4), 5_000, axis=0)
    places, cosines = Codes.of(rows).nearest(unit(rows[0]), None, limit=10)
    assert places.tolist() == list(range(10)) and cosines.min() > 0.99


def test_nothing_passing_gives_nothing() -> None:
    codes = Codes.of(vectors(5_000))
    assert len(codes.nearest(unit(np.ones(384)), np.zeros(5_000, dtype=bool), limit=5)[0]) == 0
    assert len(Codes.of(np.zeros((0, 384), np.float16)).nearest(unit(np.ones(384)), None, limit=5)[0]) == 0


def test_many_rows_are_counted_by_several_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    codes, query = Codes.of(vectors(10_000)), unit(vectors(1, seed=5)[0])
    alone = codes.nearest(query, None, limit=20)
    monkeypatch.setattr(codes_module, "_ROWS_A_THREAD", 100)
    together = codes.nearest(query, None, limit=20)
    assert alone[0].tolist() == together[0].tolist()


def test_levels_of_nothing_have_no_scale() -> None:
    levels, rests, scales = levels_of(np.array([[0.0, 0.0], [0.5, -1.0]]))
    assert levels.tolist() == [[0, 0], [64, -127]] and rests.tolist() == [[0, 0], [-127, 0]] and scales[0] == 0.0


def test_top_keeps_the_order_of_equals() -> None:
    assert top(np.array([0.5, 0.9, 0.5, 0.5]), 3).tolist() == [1, 0, 2]
    assert top(np.zeros(0), 3).tolist() == []
