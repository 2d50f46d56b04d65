"""Who sees a video: what a new choice changes in its row, and the second at which a scheduled one becomes public."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kinora.errors import InputError
from kinora.library.models import Job, JobState, Video, Visibility
from kinora.library.moderation.standing import require_standing, suspension_of
from kinora.library.queue import ACTIVE, enqueue

MIN_PASSWORD, MAX_PASSWORD = 4, 200
LONGEST_AHEAD = timedelta(days=3 * 366)
# What may be chosen where nothing but the word is given (commands, the upload page).
SIMPLE = (Visibility.PUBLIC.value, Visibility.UNLISTED.value, Visibility.PRIVATE.value, Visibility.MEMBERS.value)
# What strangers may open by its address alone.
OPEN_BY_ADDRESS = (Visibility.PUBLIC.value, Visibility.UNLISTED.value)


def check_simple(visibility: str) -> str:
    """Return a visibility that needs nothing beside it.

    Raises:
        InputError: another word, or one that needs a password or a time.
    """
    if visibility in (Visibility.PASSWORD, Visibility.SCHEDULED):
        raise InputError(
            f"{visibility!r} needs more than the word", hint="add it as private, then choose on its edit page"
        )
    if visibility not in SIMPLE:
        raise InputError(f"{visibility[:20]!r} is no visibility; accepted: {', '.join(SIMPLE)}")
    return visibility


def visibility_change(
    video: Video, visibility: str | None, password: str | None = None, publish_at: datetime | None = None
) -> dict[str, Any]:
    """Return what a choice changes in the row; what is None stays.

    Raises:
        InputError: an unknown word, no usable password, or a time that can't be.
        Suspended: its owner is, and more people would see it.
    """
    chosen = video.visibility if visibility is None else visibility
    if chosen not in Visibility.values:
        raise InputError(f"{chosen[:20]!r} is no visibility; accepted: {', '.join(Visibility.values)}")
    if chosen not in (Visibility.PRIVATE, video.visibility):
        require_standing(video.owner)
    _refuse_what_does_not_belong(chosen, password, publish_at)
    change: dict[str, Any] = {"visibility": chosen, "password_hash": "", "publish_at": None}
    if chosen == Visibility.PASSWORD:
        change["password_hash"] = _hash(video, password)
    if chosen == Visibility.SCHEDULED:
        change["publish_at"] = _time(video, publish_at)
    if chosen == Visibility.PUBLIC and video.first_public_at is None:
        change["first_public_at"] = change["published_at"] = timezone.now()
    return change


def _refuse_what_does_not_belong(chosen: str, password: str | None, publish_at: datetime | None) -> None:
    if password is not None and chosen != Visibility.PASSWORD:
        raise InputError("a password was given", hint="choose the visibility `password` with it, or leave it out")
    if publish_at is not None and chosen != Visibility.SCHEDULED:
        raise InputError("a time was given", hint="choose the visibility `scheduled` with it, or leave it out")


def _hash(video: Video, password: str | None) -> str:
    if password is None:
        if video.visibility == Visibility.PASSWORD and video.password_hash:
            return video.password_hash
        raise InputError("no password was given", hint=f"give one of {MIN_PASSWORD} to {MAX_PASSWORD} characters")
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InputError(f"the password has {len(password)} characters; accepted: {MIN_PASSWORD} to {MAX_PASSWORD}")
    return str(make_password(password))


def _time(video: Video, publish_at: datetime | None) -> datetime:
    if publish_at is None or publish_at == video.publish_at:
        if video.publish_at is not None:
            return video.publish_at
        raise InputError("no time was given", hint="say when it becomes public, such as 2030-05-17T18:00:00Z")
    if timezone.is_naive(publish_at):
        raise InputError("the time has no time zone", hint="write it such as 2030-05-17T18:00:00Z or with +02:00")
    if not timezone.now() < publish_at <= timezone.now() + LONGEST_AHEAD:
        raise InputError(f"{publish_at.isoformat()} can't be scheduled", hint="accepted: from now to three years ahead")
    return publish_at


def plan_publication(video: Video) -> None:
    """Queue what makes a scheduled video public at its second; call it in the transaction that stored the choice.

    A plan that does not hold any more is taken back. The job names the video in its payload alone: a video that waits
    for its time is not being worked on.
    """
    _plans_of(video).filter(state=JobState.QUEUED).delete()
    row = Video.objects.filter(pk=video.pk, visibility=Visibility.SCHEDULED).first()
    if row is None or row.publish_at is None:
        return
    wait = max(0.0, (row.publish_at - timezone.now()).total_seconds())
    key = f"publish:{row.public_id}:{row.publish_at.timestamp()}"
    enqueue("publish", payload={"public_id": row.public_id}, dedupe_key=key, delay_seconds=wait)


def publish_if_due(public_id: str) -> bool:
    """Make a scheduled video public, where its time has come, in the same way as by hand; return whether it did.

    That of a suspended person waits: it is looked at again whenever a worker starts.
    """
    from kinora.library.details import content_changed

    with transaction.atomic():
        waiting = Video.objects.select_for_update().filter(public_id=public_id, visibility=Visibility.SCHEDULED)
        row = waiting.first()
        if row is None or row.publish_at is None or row.publish_at > timezone.now():
            return False
        if suspension_of(row.owner):
            return False
        change: dict[str, Any] = {"visibility": Visibility.PUBLIC, "publish_at": None}
        if row.first_public_at is None:
            change |= {"first_public_at": row.publish_at, "published_at": row.publish_at}
        Video.objects.filter(pk=row.pk).update(updated_at=timezone.now(), **change)
        content_changed(row)
    return True


def queue_forgotten_plans() -> int:
    """Queue the publication of scheduled videos that have no job for it; return how many."""
    forgotten = [
        video
        for video in Video.objects.filter(visibility=Visibility.SCHEDULED)
        if not _plans_of(video).filter(state__in=ACTIVE).exists()
    ]
    for video in forgotten:
        plan_publication(video)
    return len(forgotten)


def _plans_of(video: Video) -> QuerySet[Job]:
    return Job.objects.filter(kind="publish", dedupe_key__startswith=f"publish:{video.public_id}:")
