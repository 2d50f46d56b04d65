"""Backups hold every byte, read only what changed, refuse what is damaged, and come back whole or not at all."""

from __future__ import annotations

import sqlite3
import tarfile
from pathlib import Path
from typing import Any

import pytest

from kinora.config import Settings
from kinora.errors import BackupDamaged, Conflict, DiskFull, InputError, NotFound
from kinora.library.operating import backup, folder_store, restore
from kinora.library.operating.backup import back_up
from kinora.library.operating.checking import open_store, verify
from kinora.library.operating.restore import restore_files
from kinora.library.operating.snapshot import Entry, Snapshot, read_snapshot


@pytest.fixture
def library(tmp_path: Path) -> Settings:
    """Return the settings of a home with a database, a video, an index and things that no backup needs."""
    home = tmp_path / "home"
    files = {
        "videos/AAA/original.mp4": b"film" * 1000, "videos/AAA/hls/240p/00001.m4s": b"segment", "secret_key": b"key",
        "index/texts/1.lance": b"index", "work/job1/half.mp4": b"half", "uploads/BBB": b"on its way",
        "encoder.lock": b"", "settings.json": b"{}",
    }  # fmt: skip
    for name, data in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(data)
    with sqlite3.connect(home / "kinora.sqlite3") as database:
        database.execute("CREATE TABLE django_migrations (app TEXT, name TEXT)")
        database.execute("INSERT INTO django_migrations VALUES ('library', '0001_initial')")
        database.execute("CREATE TABLE words (word TEXT)")
        database.execute("INSERT INTO words VALUES ('harbour')")
    database.close()
    return Settings(home=home)


def empty(tmp_path: Path, name: str = "new") -> Settings:
    return Settings(home=tmp_path / name)


def test_a_folder_brings_everything_back(library: Settings, tmp_path: Path) -> None:
    saved = back_up(library, tmp_path / "out")
    restore_files(empty(tmp_path), tmp_path / "out")
    new = tmp_path / "new"
    assert (new / "videos/AAA/original.mp4").read_bytes() == b"film" * 1000
    assert (new / "index/texts/1.lance").read_bytes() == b"index"
    assert (new / "secret_key").stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(new / "kinora.sqlite3") as database:
        assert database.execute("SELECT word FROM words").fetchall() == [("harbour",)]
    assert {path.name for path in new.iterdir()} == {"videos", "index", "secret_key", "settings.json", "kinora.sqlite3"}
    assert saved.num_new_files == len(saved.snapshot.entries) == 6


def test_one_file_brings_everything_back(library: Settings, tmp_path: Path) -> None:
    back_up(library, tmp_path / "out.tar")
    assert verify(tmp_path / "out.tar").num_files == 6
    restore_files(empty(tmp_path), tmp_path / "out.tar")
    assert (tmp_path / "new/videos/AAA/hls/240p/00001.m4s").read_bytes() == b"segment"
    assert (tmp_path / "out.tar").stat().st_mode & 0o077 == 0


def test_the_second_time_only_what_changed_is_read(
    library: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(library, tmp_path / "out")
    read: list[str] = []
    real = folder_store.copy_and_sum
    monkeypatch.setattr(
        folder_store, "copy_and_sum", lambda source, to: (read.append(source.name), real(source, to))[1]
    )
    (library.home / "videos/AAA/poster.jpg").write_bytes(b"picture")
    saved = back_up(library, tmp_path / "out")
    assert sorted(read) == ["kinora.sqlite3", "poster.jpg"]
    assert saved.num_new_files == 2 and len(saved.snapshot.entries) == 7


def test_renditions_are_left_out_by_choice(library: Settings, tmp_path: Path) -> None:
    saved = back_up(library, tmp_path / "out", with_renditions=False)
    assert not [entry for entry in saved.snapshot.entries if "/hls/" in entry.path]
    assert not saved.snapshot.with_renditions


def test_old_snapshots_go_and_their_files_with_them(library: Settings, tmp_path: Path) -> None:
    back_up(library, tmp_path / "out")
    (library.home / "videos/AAA/original.mp4").write_bytes(b"other")
    saved = back_up(library, tmp_path / "out", keep=1)
    assert saved.num_forgotten == 1
    assert len(open_store(tmp_path / "out").snapshots()) == 1
    assert verify(tmp_path / "out").num_snapshots == 1
    num_objects = len(list((tmp_path / "out/objects").glob("*/*")))
    assert num_objects == len({entry.sha256 for entry in saved.snapshot.entries})


def test_an_older_snapshot_is_brought_back_by_name(library: Settings, tmp_path: Path) -> None:
    first = back_up(library, tmp_path / "out")
    (library.home / "videos/AAA/original.mp4").write_bytes(b"other")
    back_up(library, tmp_path / "out")
    restore_files(empty(tmp_path), tmp_path / "out", snapshot=first.snapshot.name)
    assert (tmp_path / "new/videos/AAA/original.mp4").read_bytes() == b"film" * 1000
    with pytest.raises(NotFound):
        restore_files(empty(tmp_path, "third"), tmp_path / "out", snapshot="19990101-000000-000000")
    with pytest.raises(NotFound):
        restore_files(empty(tmp_path, "third"), tmp_path / "out", snapshot="../../etc")


@pytest.mark.parametrize("target", ["out", "out.tar"])
def test_damage_is_named_and_nothing_is_brought_back(library: Settings, tmp_path: Path, target: str) -> None:
    back_up(library, tmp_path / target)
    path = tmp_path / target
    if path.is_dir():
        path = next(p for p in path.glob("objects/*/*") if p.stat().st_size == 4000)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"filmfilm", b"filmfile", 1))
    with pytest.raises(BackupDamaged, match=r"1 of 6 files .*videos/AAA/original.mp4"):
        verify(tmp_path / target)
    with pytest.raises(BackupDamaged, match=r"videos/AAA/original.mp4"):
        restore_files(empty(tmp_path), tmp_path / target)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_missing_file_is_known_before_anything_is_written(library: Settings, tmp_path: Path) -> None:
    back_up(library, tmp_path / "out")
    next(p for p in (tmp_path / "out").glob("objects/*/*") if p.stat().st_size == 4000).unlink()
    with pytest.raises(BackupDamaged, match=r"original\.mp4"):
        restore_files(empty(tmp_path), tmp_path / "out")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("share", [0.3, 0.95])
def test_an_archive_that_was_cut_short_is_refused(library: Settings, tmp_path: Path, share: float) -> None:
    back_up(library, tmp_path / "out.tar")
    data = (tmp_path / "out.tar").read_bytes()
    (tmp_path / "out.tar").write_bytes(data[: int(len(data.rstrip(b"\0")) * share)])
    with pytest.raises(BackupDamaged, match="no whole backup"):
        restore_files(empty(tmp_path), tmp_path / "out.tar")


def test_what_is_no_backup_is_refused(library: Settings, tmp_path: Path) -> None:
    (tmp_path / "words.tar").write_bytes(b"no archive at all" * 100)
    (tmp_path / "folder").mkdir()
    with tarfile.open(tmp_path / "other.tar", "w") as other:
        other.add(library.home / "secret_key", "secret_key")
    for name, error in (("words.tar", BackupDamaged), ("other.tar", BackupDamaged), ("folder", InputError)):
        with pytest.raises(error):
            verify(tmp_path / name)
    with pytest.raises(NotFound):
        verify(tmp_path / "nowhere")


def test_a_home_that_is_not_empty_is_never_written(library: Settings, tmp_path: Path) -> None:
    back_up(library, tmp_path / "out")
    with pytest.raises(Conflict, match="is not empty"):
        restore_files(library, tmp_path / "out")


def test_a_restore_that_was_killed_is_run_again(library: Settings, tmp_path: Path) -> None:
    back_up(library, tmp_path / "out")
    (tmp_path / "new/.restoring/videos").mkdir(parents=True)
    restore_files(empty(tmp_path), tmp_path / "out")
    assert (tmp_path / "new/kinora.sqlite3").exists() and not (tmp_path / "new/.restoring").exists()


def test_targets_that_are_no_place_for_a_backup(library: Settings, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter.txt").write_text("dear")
    (tmp_path / "there.tar").write_bytes(b"")
    for target in (library.home / "inside", tmp_path / "full", tmp_path / "there.tar"):
        with pytest.raises(InputError):
            back_up(library, target)
    with pytest.raises(NotFound, match="no library"):
        back_up(empty(tmp_path, "nothing"), tmp_path / "out")


def test_a_second_backup_into_the_same_folder_waits_for_nobody(library: Settings, tmp_path: Path) -> None:
    store = folder_store.FolderStore.made_at(tmp_path / "out")
    with store.alone(), pytest.raises(Conflict, match="is running"):
        back_up(library, tmp_path / "out")


@pytest.mark.parametrize("target", ["out", "out.tar"])
def test_a_full_disk_leaves_no_half_backup(
    library: Settings, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder_store, "copy_and_sum", full)
    monkeypatch.setattr(backup.FileWriter, "add", full)
    with pytest.raises(DiskFull, match="is full"):
        back_up(library, tmp_path / target)
    assert not (tmp_path / "out.tar").exists() and not list(tmp_path.glob(".*part"))
    if target == "out":
        assert open_store(tmp_path / "out").snapshots() == []


def test_too_little_room_is_known_at_once(library: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(library, tmp_path / "out")
    monkeypatch.setattr(restore, "free_bytes", lambda path: 10)
    monkeypatch.setattr(backup, "free_bytes", lambda path: 10)
    with pytest.raises(DiskFull):
        restore_files(empty(tmp_path), tmp_path / "out")
    with pytest.raises(DiskFull, match="this backup takes"):
        back_up(library, tmp_path / "other")


def test_a_backup_of_a_later_kinora_is_refused(library: Settings, tmp_path: Path) -> None:
    with sqlite3.connect(library.home / "kinora.sqlite3") as database:
        database.execute("INSERT INTO django_migrations VALUES ('library', '9999_later')")
    back_up(library, tmp_path / "out")
    with pytest.raises(Conflict, match="9999_later"):
        restore_files(empty(tmp_path), tmp_path / "out")


def test_a_backup_of_another_database_is_refused(library: Settings, tmp_path: Path) -> None:
    back_up(library, tmp_path / "out")
    other = Settings(home=tmp_path / "new", database_url="postgresql://nobody@localhost:1/none")
    with pytest.raises(InputError, match="sqlite database"):
        restore_files(other, tmp_path / "out")


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "videos/../../outside", "videos//x", ""])
def test_a_list_that_leads_out_of_the_home_is_refused(path: str) -> None:
    entry = Entry(path, 1, 1, "a" * 64)
    text = Snapshot("20260101", "0.1.0", (), "sqlite", True, {}, (entry,)).to_text()
    with pytest.raises(BackupDamaged, match="no place in a home"):
        read_snapshot(text, "list")


def test_a_list_of_a_later_format_is_refused() -> None:
    text = Snapshot("20260101", "9.0", (), "sqlite", True, {}, (), format=99).to_text()
    with pytest.raises(Conflict, match="format 99"):
        read_snapshot(text, "list")


def test_secrets_stand_in_no_list(library: Settings, tmp_path: Path) -> None:
    secret = Settings(home=library.home, email_password="hunter2-hunter2", secret_key="a signing key")
    text = back_up(secret, tmp_path / "out").snapshot.to_text()
    assert "hunter2" not in text and "a signing key" not in text


def test_qualities_that_did_not_come_back_are_made_again(make_video: Any) -> None:
    from kinora.library.models import Job, Playback, Rendition, Video, VideoState
    from kinora.library.operating.after_restore import make_again

    row = {"height": 240, "width": 426, "bitrate_bps": 1, "codecs": "avc1", "size_bytes": 1}
    as_hls = make_video(state=VideoState.READY, playback=Playback.HLS)
    as_file = make_video(state=VideoState.READY, playback=Playback.ORIGINAL)
    make_video(state=VideoState.READY, playback=Playback.ORIGINAL)
    for video in (as_hls, as_file):
        Rendition.objects.create(video=video, **row)
    assert make_again() == (3, 2)
    assert sorted(Job.objects.values_list("video_id", "kind")) == [
        (as_hls.pk, "encode"), (as_hls.pk, "preview"), (as_file.pk, "encode")
    ]  # fmt: skip
    assert Video.objects.get(pk=as_hls.pk).playback == Playback.NONE
    assert Video.objects.get(pk=as_file.pk).state == VideoState.READY
    assert not Rendition.objects.exists()


def test_what_a_killed_archive_left_is_swept(library: Settings, tmp_path: Path) -> None:
    (tmp_path / ".out.tar.4194399.part").write_bytes(b"half")  # above any process number of Linux by default
    (tmp_path / ".other.tar.4194399.part").write_bytes(b"half")
    back_up(library, tmp_path / "out.tar")
    assert sorted(path.name for path in tmp_path.glob(".*")) == [".other.tar.4194399.part"]
