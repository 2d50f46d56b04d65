"""Changing, replacing and deleting: rows at once, the index by a job, nothing from a worker that was passed by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kinora import config
from kinora.errors import Conflict, InputError, NotFound, SubtitlesRefused, UnreadableMedia
from kinora.library import queue
from kinora.library import replace as replace_module
from kinora.library.add import add_file
from kinora.library.delete import delete_video
from kinora.library.details import set_details
from kinora.library.models import Chapter, Cue, Job, Playback, Rendition, Shot, SubtitleTrack, User, Video, VideoState
from kinora.library.replace import replace_file
from kinora.library.setup import make_home
from kinora.library.subtitles import add_subtitles, delete_subtitles

pytestmark = pytest.mark.django_db
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nHello there\n"


@pytest.fixture
def video(alice: User, tmp_path: Path) -> Video:
    """A video that is ready, with rows read from its file."""
    make_home(config.current())
    film = tmp_path / "film.mp4"
    film.write_bytes(b"old bytes")
    video = add_file(film, owner=alice).video
    Job.objects.all().delete()
    Video.objects.update(state=VideoState.READY, indexed_revision=1, playback=Playback.HLS)
    Rendition.objects.create(video=video, height=240, width=426, bitrate_bps=1, codecs="x", size_bytes=1)
    Chapter.objects.create(video=video, start_seconds=0, end_seconds=1, title="c")
    video.refresh_from_db()
    return video


@pytest.fixture
def new_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "new.mkv"
    path.write_bytes(b"new bytes")
    monkeypatch.setattr(replace_module, "_refuse_unreadable", lambda path, settings: None)
    return path


def test_details_change_and_are_indexed_again(video: Video) -> None:
    set_details(video, title="  New\ntitle ", tags=["a", "a", " b  c "], visibility="public")
    assert (video.title, video.tags, video.visibility) == ("New title", ["a", "b c"], "public")
    assert (video.revision, video.indexed_revision) == (2, 1), "search keeps the old rows until the new are there"
    assert [job.kind for job in Job.objects.all()] == ["index"]


def test_the_same_details_change_nothing(video: Video) -> None:
    set_details(video, title=video.title, visibility=video.visibility)
    assert video.revision == 1
    assert not Job.objects.exists()


@pytest.mark.parametrize("wrong", [{"title": " \u200b "}, {"visibility": "secret"}])
def test_impossible_details_are_refused(video: Video, wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        set_details(video, title=wrong.get("title", "x"), visibility=wrong.get("visibility"))
    video.refresh_from_db()
    assert video.title == "Film"


def test_a_change_while_indexing_runs_is_indexed_afterwards(video: Video) -> None:
    queue.enqueue("index", video=video)
    running = queue.lease("w")
    assert running is not None
    set_details(video, title="Changed meanwhile")
    assert Job.objects.count() == 1, "the running job holds the key"
    from kinora.library.stages.index import _write
    from kinora.library.stages.stage import Work

    work = Work(running, config.current(), Path("/nowhere"), None, None)  # type: ignore[arg-type]
    Video.objects.update(facts=_facts())
    queue.complete(running, write=lambda: _write(work, 1))
    assert [job.kind for job in Job.objects.filter(state="queued")].count("index") == 1


def _facts() -> dict[str, object]:
    return {"format_name": "mp3", "size_bytes": 1, "duration_seconds": 1.0, "video": None}


def test_replacing_keeps_the_address_and_forgets_what_was_read(video: Video, new_film: Path) -> None:
    old_path = video.original_path
    queue.enqueue("encode", video=video)
    running = queue.lease("w")
    assert running is not None
    replace_file(video, new_film)
    assert video.original_path.read_bytes() == b"new bytes"
    assert not old_path.exists()
    assert (video.state, video.playback, video.indexed_revision) == (VideoState.PROCESSING, "", 0)
    assert video.original_name == "new.mkv"
    assert not Rendition.objects.exists()
    assert not Chapter.objects.exists()
    assert [job.kind for job in Job.objects.filter(state="queued")] == ["probe"]
    with pytest.raises(queue.LeaseLost):
        queue.complete(running, write=lambda: pytest.fail("the old file's encode wrote"))


def test_replacing_by_the_same_suffix_never_shows_half_a_file(video: Video, tmp_path: Path, new_film: Path) -> None:
    twin = new_film.rename(tmp_path / "new.mp4")
    replace_file(video, twin)
    assert video.original_path.suffix == ".mp4"
    assert video.original_path.name != "original.mp4"


def test_a_refused_replacement_changes_nothing(video: Video, new_film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, settings: object) -> None:
        raise UnreadableMedia("no video")

    monkeypatch.setattr(replace_module, "_refuse_unreadable", refuse)
    before = sorted(video.folder.iterdir())
    with pytest.raises(UnreadableMedia):
        replace_file(video, new_film)
    video.refresh_from_db()
    assert video.state == VideoState.READY
    assert sorted(video.folder.iterdir()) == before
    assert not Job.objects.exists()


def test_replacing_by_a_file_that_another_video_holds_is_refused(alice: User, video: Video, new_film: Path) -> None:
    add_file(new_film, owner=alice)
    before = sorted(video.folder.iterdir())
    with pytest.raises(Conflict):
        replace_file(video, new_film)
    assert sorted(video.folder.iterdir()) == before


def test_replacing_by_the_same_file_does_nothing(video: Video, tmp_path: Path) -> None:
    replace_file(video, tmp_path / "film.mp4")
    assert not Job.objects.exists()
    assert video.original_path.exists()


def test_deleting_takes_rows_and_files_at_once_and_queues_the_rest(video: Video) -> None:
    add_subtitles(video, SRT, "film.srt", "en")
    folder, public_id = video.folder, video.public_id
    delete_video(video)
    assert not folder.exists()
    assert not any(rows.objects.exists() for rows in (Video, Rendition, Chapter, Shot, SubtitleTrack, Cue))
    job = Job.objects.get()
    assert (job.kind, job.video, job.payload["public_id"]) == ("remove", None, public_id)


def test_subtitles_are_added_replaced_and_removed(video: Video) -> None:
    add_subtitles(video, SRT, "film.srt", "en")
    track = add_subtitles(video, SRT.replace(b"Hello", b"Good day"), "film.srt", "eng")
    assert [(cue.text, cue.start_seconds) for cue in Cue.objects.all()] == [("Good day there", 1.0)]
    assert (track.language, track.source) == ("en", "upload")
    assert Job.objects.filter(kind="index").count() == 1
    with pytest.raises(SubtitlesRefused):
        add_subtitles(video, b"\x00\x01 no subtitles", "x.srt")
    with pytest.raises(NotFound):
        delete_subtitles(video, track.pk + 1)
    delete_subtitles(video, track.pk)
    assert not Cue.objects.exists()


def test_deleting_somebody_elses_track_is_impossible(make_video: Callable[..., Video], video: Video) -> None:
    track = add_subtitles(make_video(), SRT, "film.srt")
    with pytest.raises(NotFound):
        delete_subtitles(video, track.pk)
