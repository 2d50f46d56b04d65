"""Taking an account along and bringing it in: what is in the zip, and what of a stranger's zip is refused."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore

from kinora import config
from kinora.engine.cancel import CancelToken
from kinora.errors import Conflict, InputError, MediaTooLarge, NotAllowed, NotFound
from kinora.library.accounts import channel_of, system_owner
from kinora.library.models import Channel, Cue, Job, SubtitleTrack, User, Video
from kinora.library.people import channels, leaving, parcels
from kinora.library.people.models import AccountExport, AccountImport, Member, Role
from kinora.library.people.parcel_format import MAX_ENTRIES, AccountData, Parcel, VideoData
from kinora.library.stages import account_in, account_out, leave
from kinora.library.stages.stage import Work
from kinora.library.watching.models import Playlist, PlaylistItem

pytestmark = pytest.mark.django_db


def run(stage: Any, job: Job | None, folder: Path) -> dict[str, Any]:
    """Do a job as the worker does: the work, then its writing."""
    assert job is not None
    folder.mkdir(exist_ok=True)
    outcome = stage.run(Work(job, config.current(), folder, CancelToken(), lambda done, told: None))
    outcome.write()
    return dict(outcome.result)


@pytest.fixture
def film(alice: User, make_video: Callable[..., Video]) -> Video:
    channel = channels.make_channel(alice, "Harbour", "harbour")
    data = b"film" * 1000
    video = make_video(
        channel=channel, title="Zürich <b>", description="Boats", tags=["sea"], visibility="password",
        password_hash="never-told", state="ready", original_name="my film.mp4",
    )  # fmt: skip
    video.folder.mkdir(parents=True, exist_ok=True)
    video.original_path.write_bytes(data)
    track = SubtitleTrack.objects.create(video=video, source="upload", source_key="x", language="en", label="English")
    Cue.objects.create(track=track, start_seconds=1, end_seconds=2, text="Ahoy")
    playlist = Playlist.objects.create(owner=alice, title="Best")
    PlaylistItem.objects.create(playlist=playlist, video=video, place=1)
    return video


def export(owner: User, tmp_path: Path) -> Path:
    row = parcels.order_export(owner)
    run(account_out, row.job, tmp_path / "out")
    file, size_bytes = parcels.take_export(owner, row.public_id)
    with file:
        data = file.read()
    assert len(data) == size_bytes
    path = tmp_path / "account.zip"
    path.write_bytes(data)
    return path


def test_the_zip_holds_what_is_theirs_and_is_fetched_once(alice: User, bob: User, film: Video, tmp_path: Path) -> None:
    row = parcels.order_export(alice)
    assert parcels.order_export(alice) == row, "one at a time"
    with pytest.raises(NotFound):
        parcels.take_export(alice, row.public_id)
    run(account_out, row.job, tmp_path / "out")
    with pytest.raises(NotFound):
        parcels.take_export(bob, row.public_id)
    file, _ = parcels.take_export(alice, row.public_id)
    with file, zipfile.ZipFile(file) as archive:
        account = json.loads(archive.read("account.json"))
        told = json.loads(archive.read(f"videos/{film.public_id}/video.json"))
        assert archive.read(f"videos/{film.public_id}/original.mp4") == b"film" * 1000
        assert b"Ahoy" in archive.read(f"videos/{film.public_id}/subtitles/0.vtt")
        assert b"never-told" not in b"".join(archive.read(name) for name in archive.namelist())
    assert told["title"] == "Zürich <b>" and told["channel"] == "harbour"
    assert account["playlists"][0]["videos"] == [film.public_id]
    with pytest.raises(NotFound):
        parcels.take_export(alice, row.public_id)
    assert not AccountExport.objects.get().path.exists()


def test_another_account_brings_it_in_whole(alice: User, bob: User, film: Video, tmp_path: Path) -> None:
    path = export(alice, tmp_path)
    row = parcels.begin_import(bob, lambda target: target.write_bytes(path.read_bytes()))
    with pytest.raises(Conflict):
        parcels.begin_import(bob, lambda target: target.write_bytes(b""))
    report = run(account_in, row.job, tmp_path / "in")
    assert (report["num_videos"], report["num_playlists"], report["refused"]) == (1, 1, [])
    video = Video.objects.get(owner=bob)
    assert (video.title, video.description, video.tags) == ("Zürich <b>", "Boats", ["sea"])
    assert video.visibility == "private", "a password does not travel, so the video is shut"
    assert video.channel.handle.startswith("harbour-") and video.channel.owner == bob, "the handle is taken here"
    assert video.original_path.read_bytes() == b"film" * 1000
    assert Playlist.objects.get(owner=bob, title="Best").items.count() == 1
    assert not row.path.exists()
    AccountImport.objects.all().delete()
    Job.objects.all().delete()
    again = parcels.begin_import(bob, lambda target: target.write_bytes(path.read_bytes()))
    assert run(account_in, again.job, tmp_path / "again")["num_known"] == 1, "the same zip twice is the same library"


def make_zip(path: Path, files: dict[str, bytes | str], **info: Any) -> Path:
    with zipfile.ZipFile(path, "w", info.pop("compression", zipfile.ZIP_STORED)) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = archive.compression
            for key, value in info.items():
                setattr(entry, key, value)
            archive.writestr(entry, data)
    return path


def opened(path: Path, **limits: int) -> Parcel:
    return Parcel(path, **{"max_bytes": 10**9, "max_entry_bytes": 10**8, **limits})


@pytest.mark.parametrize(
    "name",
    ["../account.json", "/etc/passwd", "videos/../../x", "videos\\a\\video.json", "videos/a/original.mp4/../../x",
     "videos/a/original.MP4", "videos/a/evil.sh", "videos/a b/video.json", "C:/x", "videos/a/",
     "channels/x/avatar.svg", "channels/../avatar.jpg", "videos/" + "a" * 17 + "/video.json"],
)  # fmt: skip
def test_names_without_a_place_are_refused(tmp_path: Path, name: str) -> None:
    path = make_zip(tmp_path / "x.zip", {"account.json": "{}", name: b"x"})
    with pytest.raises(InputError):
        opened(path)


def test_links_and_odd_packing_are_refused(tmp_path: Path) -> None:
    link = make_zip(tmp_path / "l.zip", {"account.json": "/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    lzma = make_zip(tmp_path / "z.zip", {"account.json": "{}"}, compression=zipfile.ZIP_LZMA)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("account.json", "{}")
        archive.writestr("account.json", "{}")
    for path in (link, lzma, tmp_path / "d.zip"):
        with pytest.raises(InputError):
            opened(path)


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"PK\x03\x04 nothing", b"\x00" * 5000):
        path = tmp_path / "x.zip"
        path.write_bytes(data)
        with pytest.raises(InputError, match="no zip"):
            opened(path)


def test_bombs_are_refused_by_what_they_say_and_by_what_they_give(tmp_path: Path) -> None:
    bomb = make_zip(tmp_path / "b.zip", {"account.json": b"0" * 30_000_000}, compression=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(MediaTooLarge, match="room"):
        opened(bomb, max_bytes=10**6)
    with pytest.raises(MediaTooLarge, match="at most"):
        opened(bomb, max_entry_bytes=10**6)
    with pytest.raises(MediaTooLarge, match="larger"):
        opened(bomb).read_json("account.json", AccountData)
    lying = bytearray(bomb.read_bytes())
    at = lying.rindex(b"PK\x01\x02")
    lying[at + 24 : at + 28] = (100).to_bytes(4, "little")  # the directory says 100 bytes
    (tmp_path / "lie.zip").write_bytes(lying)
    got: list[bytes] = []
    with pytest.raises(InputError):
        opened(tmp_path / "lie.zip").copy("account.json", got.append)
    assert sum(map(len, got)) <= 100
    many = make_zip(tmp_path / "m.zip", {f"videos/v{number}/video.json": b"" for number in range(MAX_ENTRIES + 1)})
    with pytest.raises(MediaTooLarge, match="files"):
        opened(many)


@pytest.mark.parametrize(
    "told",
    ["[]", "{}", '{"format": "kinora-account", "version": 2}', '{"format": "other", "version": 1}', "\xff", "{" * 5000,
     '{"format": "kinora-account", "version": 1, "channels": "x"}',
     '{"format": "kinora-account", "version": 1, "playlists": [{"title": "a", "videos": ["../x"]}]}'],
)  # fmt: skip
def test_json_of_another_shape_is_refused(tmp_path: Path, told: str) -> None:
    path = make_zip(tmp_path / "x.zip", {"account.json": told.encode("latin-1")})
    with pytest.raises(InputError, match=r"account\.json"):
        opened(path).read_json("account.json", AccountData)


def test_a_videos_words_can_not_lead_elsewhere(tmp_path: Path) -> None:
    for original in ("../../secret_key", "original.mp4\n", "video.json", "/etc/passwd"):
        told = json.dumps({"id": "abc", "title": "T", "original": original})
        path = make_zip(tmp_path / f"{abs(hash(original))}.zip", {"videos/abc/video.json": told})
        with pytest.raises(InputError):
            opened(path).read_json("videos/abc/video.json", VideoData)


def test_one_bad_video_does_not_stop_the_others(bob: User, tmp_path: Path) -> None:
    good = json.dumps({"id": "good", "title": "Good", "original": "original.mp4", "visibility": "scheduled"})
    liar = json.dumps({"id": "other", "title": "Liar", "original": "original.mp4"})
    path = make_zip(
        tmp_path / "x.zip",
        {
            "account.json": json.dumps({"format": "kinora-account", "version": 1}),
            "videos/liar/video.json": liar, "videos/liar/original.mp4": b"liar",
            "videos/bare/video.json": json.dumps({"id": "bare", "title": "B", "original": "original.mp4"}),
            "videos/good/video.json": good, "videos/good/original.mp4": b"good film",
        },
    )  # fmt: skip
    row = parcels.begin_import(bob, lambda target: target.write_bytes(path.read_bytes()))
    report = run(account_in, row.job, tmp_path / "in")
    assert report["num_videos"] == 1 and len(report["refused"]) == 2
    video = Video.objects.get(owner=bob)
    assert (video.title, video.visibility) == ("Good", "private")


# Leaving.


def test_closing_an_account_ends_everything_at_once_and_a_job_deletes_the_rest(
    alice: User, film: Video, tmp_path: Path
) -> None:
    from allauth.usersessions.models import UserSession

    from kinora.library.keys import make_key, user_of_key

    secret, store = make_key(alice, "k")[1], SessionStore()
    store.create()
    UserSession.objects.create(user=alice, session_key=store.session_key, ip="127.0.0.1", user_agent="x")
    leaving.close_account(alice)
    alice.refresh_from_db()
    assert not alice.is_active and user_of_key(secret) is None and not SessionStore().exists(store.session_key)
    run(leave, Job.objects.get(kind="leave"), tmp_path / "work")
    assert not User.objects.filter(username="alice").exists() and not Video.objects.exists()
    assert not Channel.objects.exists() and not film.folder.exists()


def test_channels_are_handed_to_their_other_owners(alice: User, bob: User, film: Video, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no other owner"):
        leaving.close_account(alice, hands_over=True)
    alice.refresh_from_db()
    assert alice.is_active, "all or nothing"
    Member.objects.create(channel=film.channel, user=bob, role=Role.OWNER)
    leaving.close_account(alice, hands_over=True)
    run(leave, Job.objects.get(kind="leave"), tmp_path / "work")
    film.refresh_from_db()
    assert film.owner == bob and film.channel.owner == bob and not User.objects.filter(username="alice").exists()
    assert not Member.objects.exists()


def test_who_can_not_leave(ada: User, alice: User, bob: User, make_video: Callable[..., Video]) -> None:
    for user in (ada, system_owner()):
        with pytest.raises(NotAllowed):
            leaving.close_account(user)
    mine = make_video(owner=alice)
    make_video(owner=bob, sha256=mine.sha256)
    Member.objects.create(channel=channel_of(alice), user=bob, role=Role.OWNER)
    with pytest.raises(Conflict, match="1 of these files"):
        leaving.close_account(alice, hands_over=True)


def test_a_job_of_an_account_that_was_let_in_again_deletes_nothing(alice: User, film: Video, tmp_path: Path) -> None:
    leaving.close_account(alice)
    User.objects.filter(pk=alice.pk).update(is_active=True)
    run(leave, Job.objects.get(kind="leave"), tmp_path / "work")
    assert Video.objects.filter(pk=film.pk).exists()
