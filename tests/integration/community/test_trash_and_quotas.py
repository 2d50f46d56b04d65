"""The trash: gone everywhere at once, back with everything, emptied in time. Quotas: told and refused before bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kinora import config
from kinora.errors import NotAllowed, NotFound
from kinora.library.access import can_watch, videos_of, visible_to
from kinora.library.community.comments import delete_comment, write_comment
from kinora.library.community.models import Comment
from kinora.library.models import Job, Rendition, Upload, User, Video
from kinora.library.moderation.models import AuditEntry, Case, TrashedVideo
from kinora.library.moderation.quotas import QuotaExceeded, require_room, set_quota, usage_of
from kinora.library.moderation.standing import suspend
from kinora.library.moderation.trash import empty_trash, restore_video, trash_video, trashed_named

MakeVideo = Callable[..., Video]
AsUser = Callable[[User | None], Client]


def doors(video: Video) -> list[str]:
    name = video.public_id
    return [
        f"/watch/{name}", f"/watch/{name}/comments", f"/watch/{name}/transcript", f"/watch/{name}/status",
        f"/media/{name}/poster.jpg", f"/media/{name}/original.mp4", f"/embed/{name}", f"/api/v1/videos/{name}",
        f"/api/v1/videos/{name}/comments", f"/api/v1/videos/{name}/shots", f"/report?kind=video&id={name}",
        f"/oembed?url=http%3A%2F%2F127.0.0.1%3A8000%2Fwatch%2F{name}",
    ]  # fmt: skip


LISTS = (
    "/",
    "/c/alice",
    "/c/alice/feed.atom",
    "/sitemap/videos-1.xml",
    "/api/v1/videos",
    "/feeds/search.atom?q=Harbour",
)


def test_a_deleted_video_vanishes_by_every_door_and_comes_back_with_everything(
    make_video: MakeVideo, as_user: AsUser, with_key: AsUser, alice: User, bob: User, carol: User
) -> None:
    video = make_video(title="Harbour in the mist", visibility="public")
    make_video(title="Another one")
    comment = write_comment(bob, video, "A fine harbour")
    assert with_key(bob).delete(f"/api/v1/videos/{video.public_id}").status_code == 404
    assert with_key(alice).delete(f"/api/v1/videos/{video.public_id}").status_code == 204
    for person in (bob, None):
        for door in doors(video):
            answer = as_user(person).get(door)
            assert answer.status_code in (302, 404), (door, answer.status_code)
            assert b"mist" not in answer.content and b"fine harbour" not in answer.content
        for page in LISTS:
            assert b"mist" not in as_user(person).get(page).content, page
        video.refresh_from_db()
        assert not can_watch(person, video) and video not in visible_to(person)
    assert video not in visible_to(alice) and video not in videos_of(alice)
    assert "mist" not in as_user(alice).get("/videos").content.decode()
    assert "mist" in as_user(alice).get("/trash").content.decode()
    assert "mist" not in as_user(bob).get("/trash").content.decode()
    assert as_user(bob).post(f"/trash/{video.public_id}/restore").status_code == 404
    assert as_user(alice).post(f"/trash/{video.public_id}/restore").status_code == 302
    assert as_user(None).get(f"/watch/{video.public_id}").status_code == 200
    assert "fine harbour" in as_user(carol).get(f"/watch/{video.public_id}/comments").content.decode()
    assert Comment.objects.filter(pk=comment.pk).exists()
    verbs = AuditEntry.objects.filter(target_id=video.public_id).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["video.trash", "video.restore"]


def test_deleted_for_good_is_gone(make_video: MakeVideo, as_user: AsUser, alice: User, bob: User) -> None:
    video = make_video()
    as_user(alice).post(f"/videos/{video.public_id}/delete")
    assert as_user(bob).post(f"/trash/{video.public_id}/delete").status_code == 404
    as_user(alice).post(f"/trash/{video.public_id}/delete")
    assert not Video.objects.exists() and Job.objects.filter(kind="remove").exists()
    with pytest.raises(NotFound):
        trashed_named(alice, video.public_id)


def test_a_video_that_was_being_read_goes_on_when_it_comes_back(make_video: MakeVideo, alice: User) -> None:
    video = make_video(state="processing", playback="", indexed_revision=0)
    trash_video(video, by=alice)
    trash_video(video, by=alice)
    assert TrashedVideo.objects.count() == 1
    restore_video(video, by=alice)
    video.refresh_from_db()
    assert video.state == "processing" and Job.objects.filter(kind="probe", video=video).exists()
    done = make_video(state="processing")
    trash_video(done, by=alice)
    restore_video(done, by=alice)
    done.refresh_from_db()
    assert done.state == "ready", "its last job ended meanwhile"


def test_the_trash_is_emptied_in_time_but_not_of_what_a_moderator_holds(
    make_video: MakeVideo, alice: User, bob: User
) -> None:
    old, young, held = make_video(), make_video(), make_video()
    comments = [write_comment(bob, young, f"Comment number {n}") for n in range(2)]
    for video in (old, young, held):
        trash_video(video, by=alice)
    assert Job.objects.filter(kind="trash").count() == 1
    for comment in comments:
        delete_comment(bob, comment)
    long_ago = timezone.now() - timedelta(days=31)
    TrashedVideo.objects.filter(video__in=(old, held)).update(deleted_at=long_ago)
    Comment.objects.filter(pk=comments[0].pk).update(deleted_at=long_ago)
    Case.objects.create(target_kind="video", target_id=held.pk, state="decided", decision="hold")
    assert empty_trash() == {"videos": 1, "posts": 0, "comments": 1}
    assert set(Video.objects.all()) == {young, held} and Comment.objects.get() == comments[1]
    assert empty_trash() == {"videos": 0, "posts": 0, "comments": 0}


def test_the_job_empties_and_plans_the_next_one(make_video: MakeVideo, alice: User) -> None:
    from kinora.library.moderation.emptying import plan_emptying
    from kinora.library.stages import trash as stage

    plan_emptying()
    assert not Job.objects.exists(), "an empty trash waits for nothing"
    trash_video(make_video(), by=alice)
    job = Job.objects.get(kind="trash")
    assert timedelta(days=30) < job.run_after - timezone.now() < timedelta(days=30, hours=2)
    Job.objects.filter(pk=job.pk).update(state="running", dedupe_key=None)
    outcome = stage.run(None)  # type: ignore[arg-type]  # it asks nothing of its work
    outcome.write()
    assert outcome.result == {"videos": 0, "posts": 0, "comments": 0}
    assert Job.objects.filter(kind="trash", state="queued").count() == 1


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def limit(**values: Any) -> None:
        settings = replace(config.current(), **values)
        monkeypatch.setattr(config, "current", lambda: settings)

    return limit


def test_room_counts_renditions_the_trash_and_what_is_on_its_way(make_video: MakeVideo, alice: User, ada: User) -> None:
    video = make_video(size_bytes=1000)
    Rendition.objects.create(video=video, height=240, width=320, bitrate_bps=1, codecs="avc1", size_bytes=500)
    Upload.objects.create(owner=alice, name="x.mp4", size_bytes=70)
    Upload.objects.create(owner=alice, name="y.mp4", size_bytes=7, error_message="refused")
    assert usage_of(alice).used_bytes == 1570 and usage_of(alice).left_bytes is None
    trash_video(video, by=alice)
    assert usage_of(alice).used_bytes == 1570 and usage_of(alice).day_bytes == 1070
    assert usage_of(ada).used_bytes == 0


def test_too_much_is_refused_with_what_is_left(
    make_video: MakeVideo, alice: User, ada: User, bob: User, limited: Callable[..., None]
) -> None:
    limited(quota_bytes=2_000_000_000, quota_bytes_a_day=500_000_000)
    make_video(size_bytes=1_700_000_000, created_at=timezone.now() - timedelta(days=2))
    require_room(alice, 300_000_000)
    with pytest.raises(QuotaExceeded, match=r"this file has 301 MB, and 300 MB of your 2.0 GB are left") as refused:
        require_room(alice, 301_000_000)
    assert refused.value.http_status == 413 and "trash" in refused.value.hint
    with pytest.raises(QuotaExceeded, match="500 MB a day"):
        require_room(bob, 600_000_000)
    require_room(ada, 10**12)
    set_quota(bob, total_bytes=0, day_bytes=0)
    require_room(bob, 10**12)


def test_an_upload_over_the_quota_is_refused_before_its_bytes(
    as_user: AsUser, with_key: AsUser, make_video: MakeVideo, alice: User, bob: User, limited: Callable[..., None]
) -> None:
    limited(quota_bytes=1_000)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5000", "Upload-Metadata": "filename ZmlsbS5tcDQ="}
    refused = as_user(bob).post("/uploads/", headers=headers)
    assert refused.status_code == 413 and "of your 1.0 kB are left" in refused.json()["error"]["message"]
    assert not Upload.objects.exists()
    page = as_user(bob).get("/upload").content.decode()
    assert "may still be sent" in page
    set_quota(bob, total_bytes=None, day_bytes=None)
    suspend(bob, by=None, reason="Spam")
    headers["Upload-Length"] = "5"
    refused = as_user(bob).post("/uploads/", headers=headers)
    assert refused.status_code == 403 and "suspended" in refused.json()["error"]["message"]


def test_the_same_file_brings_a_deleted_video_back_unless_a_moderator_removed_it(
    make_video: MakeVideo, alice: User
) -> None:
    from kinora.library.add import NewFile, _seen_before

    video = make_video()
    trash_video(video, by=alice)
    added = _seen_before(Video.objects.get(pk=video.pk), NewFile(video.original_path, alice))
    assert not added.is_new and Video.objects.get(pk=video.pk).state == "ready"
    trash_video(video, by=None, is_by_staff=True)
    with pytest.raises(NotAllowed, match="a moderator removed"):
        _seen_before(Video.objects.get(pk=video.pk), NewFile(video.original_path, alice))
