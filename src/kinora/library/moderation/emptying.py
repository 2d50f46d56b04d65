"""When the trash is emptied: a job that waits for the oldest thing in it, planned anew after each run."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min
from django.utils import timezone

from kinora import config
from kinora.library.community.models import Comment, CommentState, Post
from kinora.library.models import Job, JobState
from kinora.library.moderation.models import TrashedVideo
from kinora.library.queue import enqueue

_SLACK = timedelta(hours=1)  # one job empties what falls due within the hour


def plan_emptying(*, after: timedelta = timedelta()) -> None:
    """Queue the job for the oldest thing in the trash; none where it is empty or one waits already.

    Args:
        after: at the earliest so long from now: what a moderator holds stays, and is looked at again then.
    """
    if Job.objects.filter(kind="trash", state=JobState.QUEUED).exists():
        return
    oldest = _oldest()
    if oldest is None:
        return
    now = timezone.now()
    due = max(oldest + timedelta(days=config.current().trash_keep_days) + _SLACK, now + after)
    enqueue("trash", dedupe_key=f"trash:{due:%Y%m%d%H}", delay_seconds=(due - now).total_seconds())


def _oldest() -> datetime | None:
    deleted = {"state": CommentState.DELETED}
    moments = [
        TrashedVideo.objects.aggregate(oldest=Min("deleted_at"))["oldest"],
        Post.objects.filter(**deleted).aggregate(oldest=Min("deleted_at"))["oldest"],
        Comment.objects.filter(**deleted).order_by("deleted_at").values_list("deleted_at", flat=True).first(),
    ]
    return min((moment for moment in moments if moment is not None), default=None)
