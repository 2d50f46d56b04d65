"""Another frame encoder is chosen: what is looked at again, what is told of it, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinora import config
from kinora.config import Settings
from kinora.index.entry import IndexedVideo, Pictures
from kinora.index.index import Index
from kinora.library import queue
from kinora.library.checkup import check_up
from kinora.library.models import Job, Video
from kinora.library.other_encoder import PRIORITY, frame_progress, is_looking_again, queue_other_encoder
from kinora.library.setup import make_home
from kinora.moments.weights import frame_encoder_name, frames_folder_named, remember_frames_folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(tmp_path: Path) -> Settings:
    """Return settings with a home of their own."""
    settings = replace(config.current(), home=tmp_path / "home")
    make_home(settings)
    return settings


def put(mine: Settings, video: Video, encoder: str, *, dimension: int = 4, pictures: int = 3) -> None:
    """Index a video's pictures as this encoder would; with no name, as one of which no encoder was at hand."""
    seconds = np.arange(float(pictures))
    vectors = np.ones((pictures, dimension), np.float16) if encoder else None
    looks = np.ones((pictures, 4), np.float16)
    held = Pictures(seconds, np.zeros(pictures, np.int32), looks, vectors, encoder, ((0.0, float(pictures)),))
    entry = IndexedVideo(video.public_id, 1, video.title, "alice", 1, "public", 1.7e9, 3.0)
    Index.open(mine.index_dir).replace_video(entry, [], None, held if pictures else Pictures.none())
    Video.objects.filter(pk=video.pk).update(indexed_revision=1)


def small_encoder(folder: Path, name: str) -> Path:
    """Write what tells a frame encoder's name; its weights are not read here."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"name": name, "network": {}}))
    return folder


def test_only_videos_that_lack_the_chosen_encoder_are_looked_at_again(
    mine: Settings, make_video: Callable[..., Video]
) -> None:
    own, old, none, sound = (make_video() for _ in range(4))
    name = frame_encoder_name(mine)
    put(mine, own, name)
    put(mine, old, "forgotten-encoder", dimension=6)
    put(mine, none, "")
    put(mine, sound, name, pictures=0)
    assert queue_other_encoder(mine) == 2
    assert set(Job.objects.values_list("video__public_id", "kind", "priority")) == {
        (old.public_id, "index", PRIORITY), (none.public_id, "index", PRIORITY),
    }  # fmt: skip
    assert queue_other_encoder(mine) == 2
    assert Job.objects.count() == 2
    assert is_looking_again()


def test_the_progress_says_who_finds_what_until_then(mine: Settings, make_video: Callable[..., Video]) -> None:
    own, old, lost = (make_video() for _ in range(3))
    small_encoder(mine.home / "models" / "frames" / "earlier", "Earlier/1")
    put(mine, own, frame_encoder_name(mine))
    put(mine, old, "Earlier/1")
    put(mine, lost, "gone-2")
    progress = frame_progress(mine)
    assert progress is not None
    assert (progress.num_videos, progress.num_done, progress.is_complete) == (3, 1, False)
    assert (progress.by_earlier, progress.lost) == ({"earlier-1": 1}, {"gone-2": 1})
    told = next(finding for finding in check_up(mine) if finding.name == "pictures by words")
    assert told.state == "weak"
    assert "1 of 3 videos; 1 are found by earlier-1 until their turn comes; 1 are not found by words" in told.sentence
    put(mine, old, frame_encoder_name(mine))
    put(mine, lost, frame_encoder_name(mine))
    done = frame_progress(mine)
    assert done is not None
    assert (done.is_complete, done.by_earlier, done.lost, done.waiting) == (True, {}, {}, ())


def test_going_back_to_an_earlier_encoder_is_seen_too(
    mine: Settings, make_video: Callable[..., Video], tmp_path: Path
) -> None:
    """Vectors that still lie beside the pictures are no reason to think that the index holds them."""
    video = make_video()
    first, second = small_encoder(tmp_path / "one", "one"), small_encoder(tmp_path / "two", "two")
    put(mine, video, "one")
    assert queue_other_encoder(replace(mine, frame_encoder=str(first))) == 0
    assert queue_other_encoder(replace(mine, frame_encoder=str(second))) == 1
    put(mine, video, "two")
    Job.objects.all().delete()
    assert queue_other_encoder(replace(mine, frame_encoder=str(second))) == 0
    assert queue_other_encoder(replace(mine, frame_encoder=str(first))) == 1


def test_an_encoder_that_is_off_asks_for_nothing(mine: Settings, make_video: Callable[..., Video]) -> None:
    put(mine, make_video(), "one")
    off = replace(mine, frame_encoder="off")
    assert frame_progress(off) is None
    assert queue_other_encoder(off) == 0
    assert queue_other_encoder(replace(off, frame_encoder="/nowhere")) == 0, "weights that are missing: nothing starts"
    assert not queue.Job.objects.exists()


def test_a_folder_that_was_chosen_is_found_again(mine: Settings, tmp_path: Path) -> None:
    given = small_encoder(tmp_path / "mine", "My Encoder")
    for _ in range(2):
        remember_frames_folder(replace(mine, frame_encoder=str(given)))
    assert frames_folder_named(mine, "my-encoder") == given.resolve()
    assert json.loads((mine.home / "models" / "frames" / "chosen_before.json").read_text()) == [str(given)]
    shipped = frame_encoder_name(mine)
    assert frames_folder_named(mine, shipped).name == "weights"
