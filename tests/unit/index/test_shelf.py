"""The parts of a table on disk: what they hold, when they are written, and what becomes of damaged ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from kinora.errors import IndexDamaged
from kinora.index import shelf as shelf_module
from kinora.index.board import Board
from kinora.index.entry import SENTENCE_DIM
from kinora.index.part import Part, open_part
from kinora.index.rows import TEXT_COLUMNS, vector_column
from kinora.index.shelf import Shelf, keep_parts, share_as_near
from kinora.index.store import Store


def vectors(num_rows: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((num_rows, SENTENCE_DIM)).astype(np.float16)


def rows(stamp: int, num_rows: int) -> pa.Table:
    columns = {name: pa.array([None] * num_rows, kind) for name, kind in TEXT_COLUMNS}
    columns |= {"stamp": pa.array([stamp] * num_rows, pa.int64())}
    columns |= {"text": pa.array([f"{stamp} {n}" for n in range(num_rows)])}
    return pa.table(columns | {"vector": vector_column(vectors(num_rows, stamp))})


class Kept:
    """A table of texts, its parts, and what they give."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder, read_only=False)
        self.shelf = Shelf(folder)
        self.table = self.store.create("texts", rows(1, 1).schema)
        self.living: frozenset[int] = frozenset()

    def add(self, *stamped: tuple[int, int]) -> None:
        self.table.add(pa.concat_tables([rows(stamp, count) for stamp, count in stamped]))
        self.living |= {stamp for stamp, _ in stamped}

    def keep(self) -> float | None:
        return keep_parts(self.shelf, self.table, self.living)

    def sizes(self) -> list[int]:
        return sorted(len(part) for part in self.shelf.open("texts"))

    def nearest(self, stamp: int, row: int) -> tuple[str, float, frozenset[int]]:
        """Return the text nearest to a row's vector, its cosine, and the stamps that were read from the table."""
        asked: list[frozenset[int]] = []
        board = Board("texts", self.shelf)

        def read(missing: frozenset[int]) -> pa.Table:
            asked.append(missing)
            return pa.concat_tables([rows(one, 60) for one in sorted(missing)])

        board.refresh(self.living, read)
        found, cosines = board.nearest(vectors(60, stamp)[row], self.living, limit=3)
        assert found is not None
        return found.column("text").to_pylist()[0], float(cosines[0]), frozenset().union(*asked)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(shelf_module, "MIN_NEW_ROWS", 100)
    return Kept(tmp_path)


def test_few_rows_stay_in_the_table(kept: Kept) -> None:
    kept.add((1, 60))
    assert kept.keep() is None and kept.sizes() == []
    assert kept.nearest(1, 5) == ("1 5", pytest.approx(1.0, abs=1e-3), {1})


def test_many_rows_become_a_part_and_later_ones_are_read_from_the_table(kept: Kept) -> None:
    kept.add((1, 60), (2, 60))
    assert kept.keep() == 1.0 and kept.sizes() == [120]
    kept.add((3, 60))
    assert kept.keep() == 1.0 and kept.sizes() == [120]
    for stamp in (1, 2, 3):
        assert kept.nearest(stamp, 7) == (f"{stamp} 7", pytest.approx(1.0, abs=1e-3), {3})


def test_a_part_is_written_again_with_new_rows_that_are_as_many(kept: Kept) -> None:
    for first in range(1, 9, 2):
        kept.add((first, 60), (first + 1, 60))
        kept.keep()
    assert sum(kept.sizes()) == 480 and len(kept.sizes()) <= 2
    folders = {path.name for path in kept.shelf.folder.iterdir() if path.is_dir()}
    assert folders == set(kept.shelf.names("texts"))


def test_rows_without_vectors_are_covered_and_never_found(kept: Kept) -> None:
    empty = rows(5, 60).set_column(7, "vector", pa.nulls(60, rows(5, 1).schema.field("vector").type))
    kept.add((1, 60), (2, 60))
    kept.table.add(empty)
    kept.living |= {5, 6}
    kept.keep()
    text, _, read = kept.nearest(2, 3)
    assert text == "2 3" and read == frozenset()


def test_what_died_is_not_found_and_goes_when_it_is_much(kept: Kept) -> None:
    kept.add((1, 60), (2, 60), (3, 60))
    kept.keep()
    kept.living -= {1}
    assert kept.nearest(1, 5)[0] != "1 5"
    kept.table.delete("stamp = 1")
    kept.keep()
    assert kept.sizes() == [120]


@pytest.mark.parametrize("name", ["signs.npy", "levels.npy", "rows.arrow", "meta.json", "starts.npy"])
def test_a_part_that_lost_its_end_is_read_from_the_table_and_written_again(kept: Kept, name: str) -> None:
    kept.add((1, 60), (2, 60))
    kept.keep()
    folder = kept.shelf.folder / kept.shelf.names("texts")[0]
    path = folder / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(IndexDamaged, match="can't be read"):
        open_part(folder)
    assert kept.nearest(1, 5) == ("1 5", pytest.approx(1.0, abs=1e-3), {1, 2})
    assert kept.keep() == 1.0
    assert kept.nearest(1, 5) == ("1 5", pytest.approx(1.0, abs=1e-3), frozenset())


def test_a_part_with_a_changed_byte_is_found_out_and_written_again(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.add((1, 60), (2, 60))
    kept.keep()
    before = kept.shelf.names("texts")
    path = kept.shelf.folder / before[0] / "levels.npy"
    spoilt = bytearray(path.read_bytes())
    spoilt[-100] ^= 0xFF
    path.write_bytes(bytes(spoilt))
    kept.keep()
    assert kept.shelf.names("texts") == before  # it was looked at today
    monkeypatch.setattr(shelf_module, "CHECK_EVERY_SECONDS", 0.0)
    kept.keep()
    assert kept.shelf.names("texts") != before and kept.sizes() == [120]


def test_a_writer_that_was_killed_leaves_nothing_behind(kept: Kept) -> None:
    kept.add((1, 60), (2, 60))
    half = kept.shelf.folder / "texts-7"
    half.mkdir(parents=True)
    (half / "signs.npy").write_bytes(b"x")
    kept.keep()
    assert not half.exists() and kept.sizes() == [120]


def test_a_list_of_parts_that_is_no_list_is_as_none(kept: Kept) -> None:
    kept.add((1, 60), (2, 60))
    kept.keep()
    (kept.shelf.folder / "texts.json").write_text("{")
    assert kept.shelf.names("texts") == ()
    assert kept.keep() == 1.0 and kept.sizes() == [120]


def test_signals_are_told_apart() -> None:
    given = rows(1, 4).set_column(0, "signal", pa.array(["said", "shown", "said", "title"]))
    part = Part.of(given, frozenset({1}))
    assert part.of_signals(["said", "title"]).tolist() == [True, False, True, True]


def test_neighbours_that_are_as_near_count() -> None:
    exact = np.array([0.9, 0.9, 0.8, 0.8])
    assert share_as_near(exact, np.array([0.8, 0.9, 0.9, 0.8])) == 1.0
    assert share_as_near(exact, np.array([0.8, 0.9, 0.9, 0.7])) == 0.75
    assert share_as_near(np.array([0.9, 0.8]), np.zeros(0)) == 0.0
    assert share_as_near(np.zeros(0), np.zeros(0)) == 1.0
