"""Adding files: once each, whole or not at all, never through a link to the person's own file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db import OperationalError

from kinora import config
from kinora.errors import DiskFull, InputError, MediaTooLarge, NotFound, SubtitlesRefused, UnreadableMedia
from kinora.library import add as add_module
from kinora.library.add import add_file
from kinora.library.models import Job, User, Video, VideoState
from kinora.library.sidecars import kept_sidecars

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders() -> None:
    from kinora.library.setup import make_home

    make_home(config.current())


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "my_first-film.v2.mp4"
    path.write_bytes(os.urandom(5000))
    return path


def files_of_home() -> set[str]:
    home = config.current().home
    return {str(path.relative_to(home)) for folder in ("videos", "work") for path in (home / folder).rglob("*")}


def test_a_file_becomes_a_row_a_folder_and_a_first_job(alice: User, film: Path) -> None:
    added = add_file(film, owner=alice)
    video = added.video
    assert added.is_new
    assert (video.title, video.original_name, video.original_suffix) == ("My first film v2", film.name, ".mp4")
    assert video.original_path.read_bytes() == film.read_bytes()
    assert (video.state, video.visibility, video.channel.owner) == (VideoState.PROCESSING, "private", alice)
    assert list(Job.objects.values_list("kind", "state", "dedupe_key")) == [
        ("probe", "queued", f"probe:{video.public_id}")
    ]


def test_the_library_holds_a_copy_not_a_link(alice: User, film: Path) -> None:
    video = add_file(film, owner=alice).video
    with film.open("r+b") as file:
        file.write(b"written over")
    assert not video.original_path.read_bytes().startswith(b"written over")


def test_the_same_file_again_is_the_same_video(alice: User, bob: User, film: Path, tmp_path: Path) -> None:
    first = add_file(film, owner=alice)
    other_name = tmp_path / "other.mp4"
    other_name.write_bytes(film.read_bytes())
    again = add_file(other_name, owner=alice, title="Another")
    assert (again.is_new, again.video.pk) == (False, first.video.pk)
    assert add_file(film, owner=bob).is_new, "another person has a video of their own"
    assert Video.objects.count() == 2


def test_moving_takes_the_file_away_also_when_it_was_known(alice: User, film: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin.mp4"
    twin.write_bytes(film.read_bytes())
    assert add_file(film, owner=alice, move=True).is_new
    assert not add_file(twin, owner=alice, move=True).is_new
    assert not film.exists()
    assert not twin.exists()


def test_subtitle_files_come_along_once(alice: User, film: Path, tmp_path: Path) -> None:
    english = tmp_path / "film.en.srt"
    english.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    video = add_file(film, owner=alice, sidecars=[(english, "en")]).video
    assert [(kept.language, kept.path.read_text()) for kept in kept_sidecars(video)] == [("en", english.read_text())]
    Job.objects.all().delete()
    add_file(film, owner=alice, sidecars=[(english, "en")])
    assert not Job.objects.exists(), "nothing new, nothing to read"
    german = tmp_path / "film.de.srt"
    german.write_text("1\n00:00:01,000 --> 00:00:02,000\nHallo\n")
    add_file(film, owner=alice, sidecars=[(english, "en"), (german, "de")])
    assert [job.kind for job in Job.objects.all()] == ["read"]
    assert len(kept_sidecars(video)) == 2


@pytest.mark.parametrize("kind", ["absent", "folder", "empty", "pipe", "too large"])
def test_what_is_no_file_is_refused_and_leaves_nothing(
    alice: User, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.mp4"
    expected: type[Exception] = UnreadableMedia
    if kind == "absent":
        expected = NotFound
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"" if kind == "empty" else b"x" * 100)
    if kind == "too large":
        expected = MediaTooLarge
        limited = config.Settings(home=config.current().home, max_upload_bytes=99)
        monkeypatch.setattr(config, "current", lambda: limited)
    before = files_of_home()
    with pytest.raises(expected):
        add_file(path, owner=alice)
    assert files_of_home() == before
    assert not Video.objects.exists()


def test_no_room_refuses_before_anything_is_written(alice: User, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = config.Settings(home=config.current().home, min_free_bytes=10**18)
    monkeypatch.setattr(config, "current", lambda: crowded)
    before = files_of_home()
    with pytest.raises(DiskFull):
        add_file(film, owner=alice)
    assert files_of_home() == before
    assert not Job.objects.exists()


@pytest.mark.parametrize("move", [True, False])
def test_a_failure_at_the_last_step_leaves_the_file_with_its_giver(
    alice: User, film: Path, monkeypatch: pytest.MonkeyPatch, move: bool
) -> None:
    def broken(video: Video, parents: Sequence[Video]) -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr(add_module, "_store_row", broken)
    before, data = files_of_home(), film.read_bytes()
    with pytest.raises(OperationalError):
        add_file(film, owner=alice, move=move)
    assert film.read_bytes() == data
    assert files_of_home() == before


def test_a_subtitle_file_that_cannot_be_read_refuses_the_whole(alice: User, film: Path, tmp_path: Path) -> None:
    before = files_of_home()
    with pytest.raises(SubtitlesRefused):
        add_file(film, owner=alice, sidecars=[(tmp_path / "gone.srt", "")], move=True)
    assert film.exists()
    assert files_of_home() == before


def test_a_refused_file_may_be_given_again(alice: User, film: Path) -> None:
    video = add_file(film, owner=alice).video
    Job.objects.all().delete()
    Video.objects.update(state=VideoState.FAILED, error_kind="UnreadableMedia", error_message="no video")
    video.original_path.unlink()
    again = add_file(film, owner=alice)
    assert (again.is_new, again.video.pk, again.video.state) == (True, video.pk, VideoState.PROCESSING)
    assert Job.objects.get().kind == "probe"
    assert again.video.error_message == ""


def test_an_unknown_visibility_is_refused(alice: User, film: Path) -> None:
    with pytest.raises(InputError, match="public, unlisted, private"):
        add_file(film, owner=alice, visibility="secret")


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("../../etc/passwd", ""), ("a\x00b\u202e4pm.mp4", ".mp4"), ("evil.html", ""), ("x.MKV", ".mkv"), ("x.ts", ".ts")],
)
def test_names_can_do_nothing(alice: User, film: Path, name: str, suffix: str) -> None:
    video = add_file(film, owner=alice, name=name).video
    assert video.original_path.parent == video.folder
    assert video.original_suffix == suffix
    assert not set(video.original_name) & set("/\\\x00\u202e")


def test_adding_a_failed_video_again_tries_again(alice: User, film: Path) -> None:
    video = add_file(film, owner=alice).video
    Job.objects.all().delete()
    Video.objects.update(state=VideoState.FAILED, error_kind="ToolFailed", error_message="FFmpeg broke")
    again = add_file(film, owner=alice)
    assert not again.is_new
    video.refresh_from_db()
    assert (video.state, video.error_kind) == (VideoState.PROCESSING, "")
    assert Job.objects.get().kind == "probe"


def test_subtitles_that_come_before_the_file_is_read_wait_for_that(alice: User, film: Path, tmp_path: Path) -> None:
    add_file(film, owner=alice)
    english = tmp_path / "film.en.srt"
    english.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    add_file(film, owner=alice, sidecars=[(english, "en")])
    assert [job.kind for job in Job.objects.all()] == ["probe"]
