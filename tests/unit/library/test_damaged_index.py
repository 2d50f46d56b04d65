"""An index that can't be read is set aside, and every video queued to be read into a new one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kinora import config
from kinora.engine.cancel import CancelToken
from kinora.errors import IndexDamaged
from kinora.index.entry import IndexedVideo, Pictures
from kinora.library import queue
from kinora.library.index_writer import writing_index
from kinora.library.models import Job, Video
from kinora.library.reconcile import repair_index
from kinora.library.setup import make_home
from kinora.library.stages import maintain
from kinora.library.stages.stage import Work
from kinora.moments.moment import Moment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_damaged_is_left() -> Iterator[None]:
    """Remove the index and what was set aside: other tests share this home."""
    yield
    for folder in config.current().home.glob("index*"):
        if folder.is_dir():
            shutil.rmtree(folder)


@pytest.fixture
def videos(make_video: Callable[..., Video]) -> list[Video]:
    """Two videos with rows in the index."""
    make_home(config.current())
    made = [make_video(indexed_revision=1) for _ in range(2)]
    with writing_index(config.current()) as index:
        for video in made:
            entry = IndexedVideo(video.public_id, 1, "a film", "archive", 1, "public", 1.7e9, 60.0)
            moments = [Moment(float(n), n + 1.0, "said", f"wave {n}") for n in range(50)]
            index.replace_video(entry, moments, np.ones((50, 384), np.float16), Pictures.none())
    return made


def tidy(tmp_path: Path) -> dict[str, object]:
    job = queue.enqueue("maintain", dedupe_key="maintain")
    return maintain.run(Work(job, config.current(), tmp_path, CancelToken(), lambda fraction, text: None)).result


def spoil(pattern: str) -> None:
    for path in config.current().index_dir.glob(pattern):
        path.write_bytes(path.read_bytes()[:50])


def test_a_sound_index_is_tidied(videos: list[Video], tmp_path: Path) -> None:
    assert tidy(tmp_path) == {"num_swept": 0, "recall": {}}
    assert repair_index(config.current()) == 0


@pytest.mark.parametrize("pattern", ["texts.lance/data/*.lance", "texts.lance/_versions/*", "videos.lance/_versions/*"])
def test_a_damaged_one_is_set_aside_and_made_again(videos: list[Video], tmp_path: Path, pattern: str) -> None:
    spoil(pattern)
    assert tidy(tmp_path) == {"is_made_again": True, "num_queued": 2}
    home = config.current().home
    assert not (home / "index").exists() and (home / "index.damaged" / "texts.lance").is_dir()
    queued = Job.objects.filter(kind="index").values_list("video__public_id", flat=True)
    assert set(queued) == {video.public_id for video in videos}
    with writing_index(config.current()) as index:
        assert index.revisions() == {}


def test_what_fails_though_all_can_be_read_is_tried_again(
    videos: list[Video], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise IndexDamaged("out of memory")

    monkeypatch.setattr("kinora.index.index.compact", refuse)
    with pytest.raises(IndexDamaged, match="out of memory"):
        tidy(tmp_path)
    assert (config.current().index_dir / "texts.lance").is_dir()


def test_a_starting_worker_asks_for_it(videos: list[Video]) -> None:
    spoil("videos.lance/_versions/*")
    assert repair_index(config.current()) == 0
    assert Job.objects.get().kind == "maintain"
