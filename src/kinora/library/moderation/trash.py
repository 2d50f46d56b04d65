"""The trash: a deleted video vanishes everywhere at once and comes back with everything, until the trash is emptied."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kinora import config
from kinora.errors import NotAllowed, NotFound
from kinora.library.access import can_edit
from kinora.library.community.models import Comment, CommentState, Post
from kinora.library.community.posts import delete_post_for_good
from kinora.library.delete import delete_video
from kinora.library.lifecycle import mark_ready
from kinora.library.models import Job, User, Video, VideoState
from kinora.library.moderation.audit import note
from kinora.library.moderation.emptying import plan_emptying
from kinora.library.moderation.models import Case, Decision, TrashedVideo
from kinora.library.patience import patient
from kinora.library.queue import ACTIVE, enqueue

_COMMENTS_A_TRANSACTION = 500


@patient
def trash_video(video: Video, *, by: User | None, is_by_staff: bool = False) -> None:
    """Take a video out of every list, search, feed and page; only its people and administrators see it, in the trash.

    Every list and file asks for videos that are ready, or for who may edit: the state alone does it, at once.
    """
    with transaction.atomic():
        row = Video.objects.select_for_update().get(pk=video.pk)
        if row.state == VideoState.TRASHED:
            return
        TrashedVideo.objects.create(video=row, state_before=row.state, deleted_by=by, is_by_staff=is_by_staff)
        Video.objects.filter(pk=row.pk).update(state=VideoState.TRASHED)
        plan_emptying()
        note(by, "video.trash", kind="video", target=row.public_id, person=row.owner, details={"title": row.title})
    video.state = VideoState.TRASHED


@patient
def restore_video(video: Video, *, by: User | None, is_by_staff: bool = False) -> None:
    """Bring a video back with its address, comments, numbers and files.

    Raises:
        NotFound: it is not in the trash. NotAllowed: a moderator removed it.
    """
    with transaction.atomic():
        row = TrashedVideo.objects.select_for_update().select_related("video").filter(video=video).first()
        if row is None:
            raise NotFound("this video is not in the trash")
        if row.is_by_staff and not (is_by_staff or (by is not None and by.is_staff)):
            raise NotAllowed("a moderator removed this video", hint="you can appeal at /appeals")
        Video.objects.filter(pk=video.pk).update(state=row.state_before)
        row.delete()
        note(by, "video.restore", kind="video", target=video.public_id, person=video.owner)
        video.refresh_from_db()
        _go_on(video)


def _go_on(video: Video) -> None:
    """A video that was being read goes on; one that was ready is indexed again where its rows are gone."""
    is_active = Job.objects.filter(video=video, state__in=ACTIVE).exists()
    if video.state == VideoState.PROCESSING:
        mark_ready(video)
        video.refresh_from_db()
        if video.state == VideoState.PROCESSING and not is_active:
            enqueue("probe", video=video)
    elif video.state == VideoState.READY and video.indexed_revision != video.revision and not is_active:
        enqueue("index", video=video)


def trash_for(user: User) -> QuerySet[TrashedVideo]:
    """Return what this person's trash holds, latest first; of administrators everybody's."""
    rows = TrashedVideo.objects.select_related("video__channel", "video__owner", "deleted_by").order_by("-deleted_at")
    return rows if user.is_staff else rows.filter(video__owner=user)


def trashed_named(user: Any, public_id: str) -> Video:
    """Return a video of this person's trash.

    Raises:
        NotFound: there is none of that name for them.
    """
    wanted = Video.objects.filter(public_id=public_id[:16], state=VideoState.TRASHED)
    video = wanted.select_related("channel", "owner").first()
    if video is None or not can_edit(user, video):
        raise NotFound("there is no such video in your trash")
    return video


def gone_at(row: TrashedVideo) -> datetime:
    """Return when a video leaves the trash for good."""
    return row.deleted_at + timedelta(days=config.current().trash_keep_days)


def delete_for_good(video: Video, *, by: User | None) -> None:
    """Empty the trash of one video now: rows and files."""
    with transaction.atomic():
        note(
            by, "video.delete", kind="video", target=video.public_id, person=video.owner, details={"title": video.title}
        )
    delete_video(video)


def empty_trash(*, now: datetime | None = None) -> dict[str, int]:
    """Delete for good what has lain in the trash long enough; videos held by a moderator stay."""
    before = (now or timezone.now()) - timedelta(days=config.current().trash_keep_days)
    held = Case.objects.filter(target_kind="video", decision=Decision.HOLD).values("target_id")
    videos = [
        row.video
        for row in TrashedVideo.objects.filter(deleted_at__lt=before).exclude(video__in=held).select_related("video")
    ]
    for video in videos:
        delete_for_good(video, by=None)
    posts = list(Post.objects.filter(state=CommentState.DELETED, deleted_at__lt=before))
    for post in posts:
        delete_post_for_good(post)
    return {"videos": len(videos), "posts": len(posts), "comments": _forget_comments(before)}


def _forget_comments(before: datetime) -> int:
    old = Comment.objects.filter(state=CommentState.DELETED, deleted_at__lt=before).order_by("pk")
    num_gone = 0
    while numbers := list(old.values_list("pk", flat=True)[:_COMMENTS_A_TRANSACTION]):
        Comment.objects.filter(pk__in=numbers).delete()
        num_gone += len(numbers)
    return num_gone
