"""Texts in memory and on disk give the same answers: same hits, same order, same scores, for every viewer."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pytest
from search_library import Library, entry, said

from kinora.index import shelf, text_memory
from kinora.index.entry import SENTENCE_DIM, Pictures
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.search.query import parse_query
from kinora.search.searcher import Searcher

_PARTS = ("ba", "ko", "mi", "tra", "len", "sor", "vit", "dun", "gal", "pex")
WORDS = [a + b + c for a in _PARTS for b in _PARTS for c in ("", "ing", "s")]
SIGNALS = ("said", "shown", "chapter", "tag")


def fill(library: Library, dice: random.Random, number: int) -> None:
    for n in range(number):
        video = entry(
            f"v{n}", title=" ".join(dice.choices(WORDS, k=3)), owner_id=n % 3, channel=f"c{n % 2}",
            visibility=dice.choice(("public", "public", "private", "unlisted")), duration_seconds=60.0 * (n + 1),
        )  # fmt: skip
        cues = [(3.0 * at, 3.0 * at + 3.0, " ".join(dice.choices(WORDS, k=5))) for at in range(8)]
        library.put(video, said(*cues, signal=dice.choice(SIGNALS)))


def queries(dice: random.Random, number: int) -> list[str]:
    made = []
    for _ in range(number):
        words = dice.choices(WORDS, k=dice.randint(1, 4))
        word = words[-1]
        words[-1] = dice.choice((
            word, word[:-1], word[:4], word[:2] + word[3:], f'"{word} {dice.choice(WORDS)}"', f"said:{word}",
            f"{word} -{dice.choice(WORDS)}", f"title:{word}", f"{word} in:c1", f"{word} longer:5m", "東京",
        ))  # fmt: skip
        made.append(" ".join(words))
    return made


def found(searcher: Searcher, library: Library, text: str, viewer_id: int | None) -> list[tuple[object, ...]]:
    hits = searcher.find(parse_query(text), library.scope(viewer_id), limit=100).hits
    return [(hit.video_id, hit.start_seconds, hit.end_seconds, round(hit.score, 6), hit.reasons) for hit in hits]


def on_disk(library: Library) -> Searcher:
    return Searcher(Index.open(library.folder, read_only=True, memory_mib=0), None)


def test_memory_answers_as_the_disk_does(library: Library) -> None:
    dice = random.Random(4)
    fill(library, dice, 16)
    disk = on_disk(library)
    assert library.searcher._index.texts_in_memory() is not None and disk._index.texts_in_memory() is None
    num_found = 0
    for text in queries(dice, 60):
        for viewer_id in (None, 1):
            hits = found(library.searcher, library, text, viewer_id)
            assert hits == found(disk, library, text, viewer_id), text
            num_found += bool(hits)
    assert num_found > 60


def test_memory_follows_what_is_written(library: Library) -> None:
    dice = random.Random(5)
    fill(library, dice, 4)
    index = library.searcher._index
    assert library.spans("bababa") == []
    library.put(entry("new"), said((0.0, 3.0, "bababa")))
    assert library.spans("bababa") == [("new", 0.0, 3.0)]
    library.put(entry("new", revision=2), said((5.0, 8.0, "kokoko")))
    assert library.spans("bababa") == [] and library.spans("kokoko") == [("new", 5.0, 8.0)]
    library.writer.update_video(entry("new", revision=3, owner_id=5, visibility="private"))
    library.current["new"] = 3
    index.refresh()
    assert library.spans("kokoko") == [] and library.spans("kokoko", viewer_id=5) == [("new", 5.0, 8.0)]
    library.writer.remove_video("new")
    index.refresh()
    assert library.spans("kokoko", viewer_id=5) == []
    held = index.texts_in_memory()
    assert held is not None and held.videos is index._videos
    for n in range(4):
        library.writer.remove_video(f"v{n}")
    library.put(entry("last"), said((0.0, 3.0, "bababa")))
    assert library.spans("bababa") == [("last", 0.0, 3.0)]
    held = index.texts_in_memory()
    assert held is not None and held.board.num_rows == 2  # what was deleted is let go


def test_many_rows_are_read_beside_the_questions(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_memory, "MAX_ROWS_AT_ONCE", 3)
    fill(library, random.Random(6), 3)
    index = Index.open(library.folder, read_only=True)
    reader = Searcher(index, None)
    first = found(reader, library, WORDS[3], None)
    for _ in range(200):
        if index.texts_in_memory() is not None:
            break
        time.sleep(0.05)
    assert index.texts_in_memory() is not None
    assert found(reader, library, WORDS[3], None) == first


def test_texts_that_do_not_fit_stay_on_disk(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_memory, "_BYTES_A_ROW", 2**20)
    fill(library, random.Random(7), 2)
    index = Index.open(library.folder, read_only=True, memory_mib=1)
    assert index.texts_in_memory() is None
    disk = on_disk(library)
    small = Searcher(index, None)
    for text in queries(random.Random(8), 5):
        assert found(small, library, text, None) == found(disk, library, text, None)


def test_what_takes_more_than_thought_is_let_go(tmp_path: Path) -> None:
    library = Library(tmp_path / "index")
    long = " ".join(f"word{n}" for n in range(12_000))
    library.put(entry("long"), said((0.0, 3.0, long)))
    index = Index.open(library.folder, read_only=True, memory_mib=1)
    assert index.texts_in_memory() is None and index.texts_in_memory() is None
    assert found(Searcher(index, None), library, "word11999", None)


def test_vectors_on_disk_give_the_same_rows_also_after_they_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "MIN_NEW_ROWS", 300)
    dice = np.random.default_rng(3)
    writer = Index.open(tmp_path / "index")
    for n in range(4):
        vectors = dice.standard_normal((100, SENTENCE_DIM)).astype(np.float16)
        cues = said(*((float(at), at + 1.0, f"line {n} {at}") for at in range(100)))
        writer.replace_video(entry(f"v{n}"), cues, vectors, Pictures.none())
    writer.maintain()
    held, disk = (Index.open(tmp_path / "index", read_only=True, memory_mib=size) for size in (64, 0))
    wanted = dice.standard_normal((5, SENTENCE_DIM))
    everything = VideoFilter(sees_everything=True)

    def same() -> bool:
        both = [[one.sentence_candidates(vector, everything, limit=30) for vector in wanted] for one in (held, disk)]
        return both[0] == both[1] and len(both[0][0]) == 30

    assert same()
    writer.replace_video(entry("v0", revision=2), said((0.0, 1.0, "new")), None, Pictures.none())
    writer.maintain()
    for index in (held, disk):
        index.refresh()
    assert same() and same()
