"""The index on disk: replaced whole or not at all, seen by readers, swept, refused with a sentence when broken."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kinora.errors import Bug, IndexDamaged, InputError
from kinora.index import maintenance, shelf
from kinora.index.entry import SENTENCE_DIM, Content, IndexedVideo, Pictures
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import TextRow
from kinora.index.store import Store
from kinora.moments.moment import Moment

EVERYTHING = VideoFilter(sees_everything=True)
NONE = Pictures.none()


def video(video_id: str = "v", revision: int = 1, visibility: str = "public") -> IndexedVideo:
    return IndexedVideo(video_id, revision, "A title", "archive", 1, visibility, 1.7e9, 60.0)


def moments(word: str, count: int = 5) -> list[Moment]:
    return [Moment(n, n + 1, "said", f"{word} number{n}") for n in range(count)]


def vectors(count: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, SENTENCE_DIM)).astype(np.float16)


def pictures(count: int = 5) -> Pictures:
    descriptors = np.random.default_rng(1).standard_normal((count, 16)).astype(np.float16)
    return Pictures(np.arange(float(count)), np.zeros(count, np.int32), descriptors)


def words(index: Index, word: str) -> list[TextRow]:
    index.refresh()
    return index.text_candidates([word], EVERYTHING, limit=1000)


def num_rows(index: Index, name: str = "texts") -> int:
    table = Store(index.store.path, read_only=True).table(name)
    return int(table.count_rows()) if table else 0


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.open(tmp_path / "index")


def test_replacing_again_changes_nothing(index: Index) -> None:
    for _ in range(3):
        index.replace_video(video(), moments("wave"), vectors(), pictures())
    assert len(words(index, "wave")) == 5
    assert num_rows(index) == 5 and num_rows(index, "looks_16") == 5
    assert index.revisions() == {"v": 1}


def test_many_videos_are_replaced_at_once(index: Index) -> None:
    for revision in (1, 2, 3):
        index.replace_videos(
            [
                Content(
                    video(name, revision), moments(f"{name}{revision}"), vectors(), pictures() if name != "c" else NONE
                )
                for name in ("a", "b", "c")
            ]
        )
    assert index.revisions() == {"a": 3, "b": 3, "c": 3}
    assert len(words(index, "a3")) == len(words(index, "c3")) == len(words(index, "b2")) == 5
    assert words(index, "a1") == []
    assert num_rows(index) == 30 and num_rows(index, "looks_16") == 20
    assert index.maintain({"a": 3, "b": 3, "c": 3}).num_swept == 0


def test_writing_no_videos_writes_nothing(index: Index) -> None:
    index.replace_videos([])
    assert not index.store.path.exists()


def test_only_the_newest_earlier_revision_is_kept(index: Index) -> None:
    for revision in (1, 2, 3):
        index.replace_video(video(revision=revision), moments(f"word{revision}"), None, pictures())
    assert [len(words(index, f"word{revision}")) for revision in (1, 2, 3)] == [0, 5, 5]
    assert index.revisions() == {"v": 3}


def test_a_reader_sees_what_the_worker_wrote(index: Index) -> None:
    reader = Index.open(index.store.path, read_only=True)
    assert reader.text_candidates(["wave"], EVERYTHING) == []
    index.replace_video(video(), moments("wave"), vectors(), Pictures.none())
    seen_after = time.monotonic()
    while not reader.text_candidates(["wave"], EVERYTHING):
        assert time.monotonic() - seen_after < 2.0
        time.sleep(0.05)
    assert len(reader.sentence_candidates(vectors()[2], EVERYTHING)) == 5
    index.replace_video(video("w"), moments("wave"), vectors(seed=9), Pictures.none())
    index.remove_video("v")
    reader.refresh()
    assert {row.video_id for row in reader.sentence_candidates(vectors()[2], EVERYTHING)} == {"w"}


def test_the_nearest_meaning_comes_first_with_its_cosine(index: Index) -> None:
    index.replace_video(video(), moments("wave"), vectors(), Pictures.none())
    best = index.sentence_candidates(vectors()[3], EVERYTHING, limit=2)
    assert best[0].start_seconds == 3 and best[0].score == pytest.approx(1.0, abs=1e-3)
    assert best[1].score < 0.5


def test_facts_are_updated_without_the_moments(index: Index) -> None:
    index.replace_video(video(), moments("wave"), vectors(), pictures())
    index.update_video(video(revision=2, visibility="private"))
    index.refresh()
    everyone = VideoFilter()
    # The earlier revision stays until the library says which is current.
    assert {row.revision for row in index.text_candidates(["wave"], everyone)} == {1}
    assert {row.revision for row in index.look_alikes(pictures().descriptors[0], everyone)} == {1}
    rows = [row for row in words(index, "wave") if row.revision == 2]
    assert len(rows) == 5
    found = index.sentence_candidates(vectors()[1], EVERYTHING, limit=1)[0]
    assert (found.start_seconds, found.score) == (1, pytest.approx(1.0, abs=1e-3))


def test_a_deleted_video_leaves_nothing(index: Index) -> None:
    index.replace_video(video(), moments("wave"), vectors(), pictures())
    index.remove_video("v")
    assert words(index, "wave") == [] and index.revisions() == {}
    assert num_rows(index) == 0 and num_rows(index, "looks_16") == 0


def test_names_with_quotes_are_only_names(index: Index) -> None:
    name = "v' OR '1'='1"
    index.replace_video(video(), moments("wave"), None, Pictures.none())
    index.replace_video(video(name), moments("wave"), None, Pictures.none())
    index.remove_video(name)
    assert {row.video_id for row in words(index, "wave")} == {"v"}


def test_maintenance_sweeps_what_is_current_no_more(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "MIN_AGE_TO_SWEEP_SECONDS", 0.0)
    index.replace_video(video(revision=1), moments("old"), None, Pictures.none())
    index.replace_video(video(revision=2), moments("wave"), vectors(), pictures())
    index.replace_video(video("gone"), moments("gone"), None, Pictures.none())
    done = index.maintain({"v": 2})
    assert done.num_swept == 2
    assert index.revisions() == {"v": 2}
    assert num_rows(index) == 5 and len(words(index, "wave")) == 5


def test_maintenance_leaves_alone_what_was_just_written(index: Index) -> None:
    index.replace_video(video(), moments("wave"), vectors(), pictures())
    assert index.maintain({}).num_swept == 0
    assert index.maintain().num_swept == 0
    assert len(words(index, "wave")) == 5


def test_a_large_table_gets_a_part_on_disk_as_true_as_the_scan(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MIN_NEW_ROWS", 1_000)
    dice = np.random.default_rng(0)
    centres = dice.standard_normal((40, SENTENCE_DIM))
    for number in range(4):
        near = centres[dice.integers(0, 40, 600)] + 0.7 * dice.standard_normal((600, SENTENCE_DIM))
        shown = video(f"v{number}", visibility="private" if number == 0 else "public")
        index.replace_video(shown, moments("wave", 600), near.astype(np.float16), Pictures.none())
    index.refresh()
    exact = index.sentence_candidates(centres[3], VideoFilter(), limit=10)
    assert index.maintain().recall["texts"] >= 0.95
    reader = Index.open(index.store.path, read_only=True)
    found = reader.sentence_candidates(centres[3], VideoFilter(), limit=10)
    assert len({row[:5] for row in exact} & {row[:5] for row in found}) >= 9
    assert "v0" not in {row.video_id for row in found}
    fresh = np.zeros((1, SENTENCE_DIM), np.float16)
    fresh[0, 0] = 1
    index.replace_video(video("new"), moments("fresh", 1), fresh, Pictures.none())
    reader.refresh()
    assert reader.sentence_candidates(fresh[0], VideoFilter(), limit=1)[0].video_id == "new"


def test_vectors_of_another_size_are_refused(index: Index) -> None:
    with pytest.raises(InputError, match=r"\(5, 512\); expected \(5, 384\)"):
        index.replace_video(video(), moments("wave"), np.zeros((5, 512), np.float16), Pictures.none())
    with pytest.raises(InputError, match="one row a second"):
        Pictures(np.arange(3.0), np.zeros(3), np.zeros((2, 4)))


def test_a_reader_does_not_write(index: Index) -> None:
    reader = Index.open(index.store.path, read_only=True)
    with pytest.raises(Bug, match="only the worker writes"):
        reader.remove_video("v")


def test_a_broken_table_is_told_with_what_to_do(index: Index) -> None:
    index.replace_video(video(), moments("wave"), vectors(), Pictures.none())
    for manifest in (index.store.path / "texts.lance" / "_versions").iterdir():
        manifest.write_bytes(b"xx")
    broken = Index.open(index.store.path, read_only=True)
    with pytest.raises(IndexDamaged, match="can't be read") as told:
        broken.text_candidates(["wave"], EVERYTHING)
    assert "reads every video into a new one" in told.value.hint
    assert ".rs:" not in told.value.message


def test_a_reader_follows_when_the_folder_is_set_aside_and_made_again(index: Index) -> None:
    index.replace_video(video(), moments("wave"), vectors(), Pictures.none())
    reader = Index.open(index.store.path, read_only=True)
    assert len(words(reader, "wave")) == 5
    index.store.path.rename(index.store.path.with_name("index.damaged"))
    reader.refresh()
    assert reader.revisions() == {} and words(reader, "wave") == []
    Index.open(index.store.path).replace_video(video("new"), moments("beach"), vectors(), Pictures.none())
    reader.refresh()
    assert reader.revisions() == {"new": 1} and words(reader, "wave") == [] and len(words(reader, "beach")) == 5


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_index import Index, moments, pictures, vectors, video
index = Index.open(Path(sys.argv[1]))
revision = int(sys.argv[2])
index.replace_video(video(revision=revision), moments(f"word{{revision}}"), vectors(), pictures())
print("ready", flush=True)
while True:
    revision += 1
    index.replace_video(video(revision=revision), moments(f"word{{revision}}"), vectors(), pictures())
"""


@pytest.mark.timeout(300)
def test_killed_at_any_instant_the_index_stays_true(tmp_path: Path) -> None:
    folder, dice = tmp_path / "index", random.Random(4)
    revision = 1
    for _ in range(6):
        command = [sys.executable, "-c", WRITER.format(here=str(Path(__file__).parent)), str(folder), str(revision)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"})
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        time.sleep(dice.uniform(0.0, 0.4))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        index = Index.open(folder)
        latest = index.revisions()["v"]
        assert len(words(index, f"word{latest}")) == 5
        seen = {row.revision for row in index.look_alikes(pictures().descriptors[0], EVERYTHING)}
        assert latest in seen and seen <= {latest, latest - 1}
        revision = latest + 1
    index.replace_video(video(revision=revision), moments(f"word{revision}"), vectors(), pictures())
    index.maintain()
    assert len(words(index, f"word{revision}")) == 5
    assert num_rows(index) <= 10 and num_rows(index, "looks_16") <= 10


def test_neither_search_nor_index_loads_the_networks() -> None:
    program = (
        "import sys, time; started = time.perf_counter(); import kinora.search.searcher, kinora.index.index; "
        "took = time.perf_counter() - started; "
        "from pathlib import Path; import numpy as np; "
        "bad = {'torch', 'transformers', 'onnxruntime', 'lancedb', 'av', 'django'} & set(sys.modules); "
        "import lancedb; bad |= {'torch', 'transformers'} & set(sys.modules); print(sorted(bad))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
