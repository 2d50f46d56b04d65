"""Words → rows in memory: BM25, rights, equals in order, rows added and let go."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from kinora.index.rows import TEXT_COLUMNS
from kinora.index.text_board import Passing, TextBoard

ALL = frozenset({1, 2, 3})


def rows(*texts: tuple[int, str, str]) -> pa.Table:
    """Return rows of `(stamp, signal, terms)`."""
    columns = {name: pa.array([None] * len(texts), kind) for name, kind in TEXT_COLUMNS}
    columns |= {"stamp": pa.array([stamp for stamp, _, _ in texts], pa.int64())}
    columns |= {"signal": pa.array([signal for _, signal, _ in texts]), "text": pa.array([text for *_, text in texts])}
    return pa.table(columns | {"terms": pa.array([text for *_, text in texts])})


@pytest.fixture
def board() -> TextBoard:
    given = rows((1, "said", "dog beach"), (1, "shown", "dog dog cat"), (2, "said", "cat"), (3, "said", ""))
    return TextBoard.empty().extended(given, ALL, ALL)


def every(board: TextBoard) -> Passing:
    return board.passing(ALL, ())


def test_any_and_all_words(board: TextBoard) -> None:
    assert board.best(["dog"], every(board), needs_all=False, limit=9)[0] == [1, 0]
    assert board.best(["dog", "cat"], every(board), needs_all=True, limit=9)[0] == [1]
    assert sorted(board.best(["beach", "cat"], every(board), needs_all=False, limit=9)[0]) == [0, 1, 2]
    assert board.best(["dog", "whale"], every(board), needs_all=True, limit=9) == ([], [])
    assert board.best(["whale"], every(board), needs_all=False, limit=9) == ([], [])


def test_the_score_is_bm25(board: TextBoard) -> None:
    _, (score,) = board.best(["beach"], every(board), needs_all=False, limit=9)
    mean_length = (2 + 3 + 1 + 1) / 4  # an empty text splits into one empty term
    want = math.log(1 + (4 - 1 + 0.5) / 1.5) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / mean_length))
    assert score == pytest.approx(want, rel=1e-5)


def test_hidden_rows_neither_come_nor_count(board: TextBoard) -> None:
    own = board.passing({1}, ())
    places, scores = board.best(["cat"], own, needs_all=False, limit=9)
    alone = TextBoard.empty().extended(rows((1, "said", "dog beach"), (1, "shown", "dog dog cat")), ALL, ALL)
    assert places == [1] and scores == alone.best(["cat"], every(alone), needs_all=False, limit=9)[1]
    assert board.best(["cat"], board.passing({1}, ("said",)), needs_all=False, limit=9)[0] == []
    assert board.best(["cat"], board.passing((), ()), needs_all=False, limit=9)[0] == []


def test_equals_come_in_their_order_also_where_the_limit_cuts() -> None:
    board = TextBoard.empty().extended(rows(*((1, "said", "dog") for _ in range(50))), ALL, ALL)
    assert board.best(["dog"], every(board), needs_all=False, limit=7)[0] == list(range(7))


def test_rows_added_later_are_as_if_they_had_always_been_there(board: TextBoard) -> None:
    more = rows((4, "said", "whale dog"), (4, "said", "cat cat"))
    later = board.extended(more, frozenset({4}), ALL | {4})
    passing = later.passing(ALL | {4}, ())
    assert later.best(["whale"], passing, needs_all=False, limit=9)[0] == [4]
    assert sorted(later.best(["cat", "dog"], passing, needs_all=False, limit=9)[0]) == [0, 1, 2, 4, 5]
    assert later.rows.column("text").to_pylist()[4] == "whale dog"
    assert board.num_rows == 4 and later.covered == ALL | {4}


def test_dead_rows_go_when_they_are_many(board: TextBoard) -> None:
    left = board.extended(rows((5, "said", "dog")), frozenset({5}), frozenset({2, 5}))
    assert left.rows.column("text").to_pylist() == ["cat", "dog"] and left.covered == {2, 5}
    passing = left.passing({2, 5}, ())
    assert left.best(["dog"], passing, needs_all=False, limit=9)[0] == [1]
    assert left.best(["cat"], passing, needs_all=False, limit=9)[0] == [0]
    assert left.best(["beach"], passing, needs_all=False, limit=9)[0] == []


def test_an_empty_board_finds_nothing() -> None:
    board = TextBoard.empty()
    assert board.best(["dog"], board.passing({1}, ("said",)), needs_all=False, limit=9) == ([], [])
    assert board.num_bytes < 100
