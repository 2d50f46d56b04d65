"""Asking without a filter and dropping rows afterwards: nothing private comes out, nothing permitted is crowded out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinora.index import shelf
from kinora.index.entry import SENTENCE_DIM, Content, IndexedVideo, Pictures
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.text_search import TextQuestion
from kinora.moments.moment import Moment

PUBLIC = VideoFilter()


def content(name: str, visibility: str, text: str, count: int, near: float) -> Content:
    entry = IndexedVideo(name, 1, name, "archive", 7, visibility, 1.7e9, 60.0)
    rows = [Moment(n, n + 1, "said", f"{text} {n}") for n in range(count)]
    dice = np.random.default_rng(len(name))
    vectors = near * np.ones((count, SENTENCE_DIM)) + dice.standard_normal((count, SENTENCE_DIM))
    return Content(entry, rows, vectors.astype(np.float16), Pictures.none())


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """Half of the videos are public, but the private one has nearly all of the rows, and the best."""
    monkeypatch.setattr(shelf, "MIN_NEW_ROWS", 500)
    index = Index.open(tmp_path / "index")
    index.replace_videos(
        [content("private", "private", "wave", 600, 3.0), content("public", "public", "wave beach sand", 20, 0.5)]
    )
    index.maintain()
    return index


def found(index: Index, where: VideoFilter, limit: int) -> set[str]:
    (places,) = index.text_places([TextQuestion(("wave",), where, limit=limit)])
    return {row.video_id for row in index.texts_at(places).values()}


def test_words_give_only_what_may_be_found_and_all_of_it(index: Index) -> None:
    index.refresh()
    (places,) = index.text_places([TextQuestion(("wave",), PUBLIC, limit=20)])
    rows = index.texts_at(places).values()
    assert len(rows) == 20 and {row.video_id for row in rows} == {"public"}
    assert found(index, VideoFilter(viewer_id=7), 50) == {"private"}
    assert found(index, VideoFilter(viewer_id=8), 50) == {"public"}


def test_vectors_give_only_what_may_be_found_and_all_of_it(index: Index) -> None:
    rows = index.sentence_candidates(np.ones(SENTENCE_DIM), PUBLIC, limit=20)
    assert len(rows) == 20 and {row.video_id for row in rows} == {"public"}
    own = index.sentence_candidates(np.ones(SENTENCE_DIM), VideoFilter(viewer_id=7), limit=20)
    assert {row.video_id for row in own} == {"private"}


def test_rows_written_as_private_are_not_given_by_an_earlier_public_writing(index: Index) -> None:
    index.update_video(IndexedVideo("public", 2, "public", "archive", 7, "private", 1.7e9, 60.0))
    index.refresh()
    (places,) = index.text_places([TextQuestion(("wave",), PUBLIC)])
    assert {row.revision for row in index.texts_at(places).values()} == {1}  # until the library says 2 is current


def test_a_read_is_done_again_when_the_texts_change_meanwhile(index: Index) -> None:
    tries = []

    def read() -> int:
        tries.append(1)
        if len(tries) == 1:
            index.replace_videos([content("new", "public", "fresh", 3, 0.0)])
            index.refresh()
        return len(tries)

    assert index.steady(read) == 2
