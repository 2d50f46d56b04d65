"""The index of copies in a library: what an earlier version wrote answers, and is written again while workers tidy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kinora import config
from kinora.index.landmarks import LandmarkIndex
from kinora.library.copy_shelves import add_prints, prints_folder, shelves, tidy_prints, token_of
from kinora.library.models import User, Video
from kinora.moments.copy_prints import MARK, Prints, none_at_all
from kinora.search.copies import find_copies


@pytest.fixture(autouse=True)
def no_index(db: None) -> Iterator[None]:
    """Begin without an index, and leave none."""
    shutil.rmtree(config.current().home / "copies", ignore_errors=True)
    yield
    shutil.rmtree(config.current().home / "copies", ignore_errors=True)


def prints_of(seed: int) -> Prints:
    """Return the prints of a made film of thirty seconds, forty landmarks each."""
    dice = np.random.default_rng(seed)
    marks = np.zeros(30 * 40, MARK)
    marks["seconds"] = np.repeat(np.arange(30), 40)
    marks["code"], marks["mirror"] = (dice.integers(0, 2**64, len(marks), dtype=np.uint64) for _ in range(2))
    marks["weak"] = marks["mirror_weak"] = 1 << 5 | 2 << 10
    marks["x"], marks["y"], marks["size"] = 1.7 * dice.random(len(marks)), dice.random(len(marks)), 0.2
    return Prints(marks, none_at_all(), 30.0)


def as_version_1(folder: Path) -> None:
    (folder / "parts.json").write_text(json.dumps(sorted(path.name for path in folder.glob("part-*"))))
    for path in folder.glob("part-*/rests.npy"):
        path.unlink()


def found(asked: Prints) -> list[str]:
    return [match.video_id for match in find_copies(asked, shelves(config.current()), lambda *_: True)]


def test_an_index_of_version_1_answers_and_is_written_again_from_the_fingerprints(
    alice: User, make_video: Callable[..., Video]
) -> None:
    settings = config.current()
    videos = []
    for seed in range(3):
        video = make_video(alice, f"Film {seed}")
        prints_of(seed).save(prints_folder(video))
        add_prints(settings, video, prints_of(seed))
        videos.append(video)
    pictures = settings.home / "copies" / "pictures"
    as_version_1(pictures)
    assert found(prints_of(1)) == [videos[1].public_id]

    tidy_prints(settings)
    assert json.loads((pictures / "parts.json").read_text())["version"] == 2
    assert len(list(pictures.glob("part-*/rests.npy"))) == len(list(pictures.glob("part-*")))
    assert LandmarkIndex(pictures).tokens() == {video.public_id: token_of(video) for video in videos}
    assert found(prints_of(2)) == [videos[2].public_id]


def test_a_damaged_index_is_made_again(alice: User, make_video: Callable[..., Video]) -> None:
    settings = config.current()
    video = make_video(alice)
    prints_of(9).save(prints_folder(video))
    add_prints(settings, video, prints_of(9))
    (settings.home / "copies" / "pictures" / "parts.json").write_text("{")
    tidy_prints(settings)
    assert found(prints_of(9)) == [video.public_id]
