"""Imports from addresses: a file's own address, a page that yt-dlp knows, or a whole channel or list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kinora import config
from kinora.engine.outbound import check_address
from kinora.errors import InputError, NotAllowed, NotFound
from kinora.library.access import can_publish_in
from kinora.library.models import Channel, Job, User
from kinora.library.moderation.standing import require_standing
from kinora.library.patience import patient
from kinora.library.people.visibility import check_simple
from kinora.library.queue import ACTIVE, enqueue, request_cancel
from kinora.library.studio.models import AddressImport, ImportState
from kinora.library.studio.ytdlp import Listed, needed_ytdlp

MAX_WAITING = 1000  # of one person


@dataclass(frozen=True)
class Wanted:
    """An address to import; `is_list`: all that a channel or list of another site holds."""

    address: str
    is_list: bool = False
    visibility: str = "private"
    channel: Channel | None = None


@patient
def begin_import(owner: User, wanted: Wanted) -> AddressImport:
    """Queue an import; what it leads to is checked when it is fetched, at every connection.

    Raises:
        AddressRefused: no web address. InputError: too much waits already, or a list where yt-dlp is absent.
        NotAllowed: the channel is not theirs to publish in, or they are suspended.
    """
    require_standing(owner)
    address = check_address(wanted.address)
    check_simple(wanted.visibility)
    if len(address) > 2000:
        raise InputError("the address has more than 2000 characters")
    if wanted.is_list:
        needed_ytdlp(config.current())
    if wanted.channel is not None and not can_publish_in(owner, wanted.channel):
        raise NotAllowed("that channel is not yours to publish in")
    if AddressImport.objects.filter(owner=owner, state=ImportState.QUEUED).count() >= MAX_WAITING:
        raise InputError(f"{MAX_WAITING} imports wait already", hint="let them end first")
    with transaction.atomic():
        row = AddressImport.objects.create(
            owner=owner, channel=wanted.channel, address=address, is_list=wanted.is_list, visibility=wanted.visibility
        )
        return _queued(row)


def add_parts(parent: AddressImport, found: list[Listed]) -> None:
    """Queue what a list holds, in the caller's transaction; what is there already is not fetched twice."""
    known = set(AddressImport.objects.filter(owner=parent.owner, is_list=False).exclude(
        state__in=(ImportState.FAILED, ImportState.CANCELLED)).values_list("address", flat=True))  # fmt: skip
    new = [one for one in found if one.address not in known]
    for one in new:
        row = AddressImport.objects.create(
            owner=parent.owner, channel=parent.channel, parent=parent, address=one.address, title=one.title,
            visibility=parent.visibility,
        )  # fmt: skip
        _queued(row)
    end_import(parent, ImportState.DONE, num_found=len(found))


def _queued(row: AddressImport) -> AddressImport:
    row.job = enqueue("fetch", payload={"import": row.public_id}, dedupe_key=f"fetch:{row.public_id}")
    row.save(update_fields=["job"])
    return row


def end_import(row: AddressImport, state: str, **values: Any) -> None:
    """Say how an import ended, unless it was stopped before."""
    AddressImport.objects.filter(pk=row.pk, state=ImportState.QUEUED).update(
        state=state, finished_at=timezone.now(), **values
    )


def import_was_stopped(job: Job, message: str, *, is_cancelled: bool) -> None:
    """An import's job was set aside or cancelled; called in that transaction."""
    state = ImportState.CANCELLED if is_cancelled else ImportState.FAILED
    for row in AddressImport.objects.filter(job=job):
        end_import(row, state, error_message=message[:1000])


def import_was_retried(job: Job) -> None:
    stopped = AddressImport.objects.filter(job=job).exclude(state=ImportState.DONE)
    stopped.update(state=ImportState.QUEUED, error_message="", finished_at=None)


def imports_of(user: User) -> QuerySet[AddressImport]:
    """Return a person's imports, latest first."""
    return AddressImport.objects.filter(owner=user).select_related("job", "video").order_by("-id")


def cancel_import(user: User, public_id: str) -> None:
    """Stop an import and the parts of it that have not begun to be videos.

    Raises:
        NotFound: this person has no such import.
    """
    row = imports_of(user).filter(public_id=public_id[:16]).first()
    if row is None:
        raise NotFound("there is no such import among yours")
    for part in (row, *AddressImport.objects.filter(parent=row, state=ImportState.QUEUED).select_related("job")):
        if part.job is not None and part.job.state in ACTIVE:
            request_cancel(part.job)
        end_import(part, ImportState.CANCELLED)


def import_to_json(row: AddressImport) -> dict[str, Any]:
    """Return the documented JSON of an import."""
    return {
        "id": row.public_id,
        "address": row.address,
        "is_list": row.is_list,
        "title": row.title,
        "state": row.state,
        "progress": 1.0 if row.state == ImportState.DONE else (row.job.progress if row.job else 0.0),
        "video_id": row.video.public_id if row.video else "",
        "num_found": row.num_found,
        "error_message": row.error_message,
        "created_at": row.created_at.isoformat(),
    }
