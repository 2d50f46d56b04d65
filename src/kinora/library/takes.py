"""Takes: look them up, tell how far they are, pause, resume, reorder, cancel, delete them; old ones go."""

from __future__ import annotations

import contextlib
import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import override

from kinora import config
from kinora.errors import Cancelled, Conflict, NotFound
from kinora.library.access import can_use_take
from kinora.library.files import work_folder
from kinora.library.make import job_payload
from kinora.library.models import Job, JobState, Take, TakeState
from kinora.library.patience import patient
from kinora.library.queue import ACTIVE, enqueue, request_cancel

_ORPHAN_SECONDS = 15 * 60.0
_GIVEN_SECONDS = 2 * 24 * 3600.0
RUNNING = "running"


@dataclass(frozen=True)
class TakeStatus:
    """How far a take is; `state` is a `TakeState`, or `running`. Seconds left never count the wait for its turn."""

    state: str
    progress: float  # in [0, 1]
    message: str

    @property
    def is_active(self) -> bool:
        return self.state in (TakeState.QUEUED, RUNNING)


def takes_of(viewer: Any, state: str = "") -> QuerySet[Take]:
    """Return a person's takes, newest first; of all people for commands."""
    rows = Take.objects.select_related("job", "video").order_by("-id")
    rows = rows if viewer.pk is None else rows.filter(owner=viewer)
    if state == RUNNING:
        return rows.filter(state=TakeState.QUEUED, job__state=JobState.RUNNING)
    return rows.filter(state=state) if state else rows


def take_of(viewer: Any, public_id: str) -> Take:
    """Return a take if it is this person's.

    Raises:
        NotFound: there is none, or not theirs; the two can't be told apart.
    """
    row = Take.objects.select_related("job", "video", "owner").filter(public_id=public_id[:16]).first()
    if row is None or len(public_id) > 16 or not can_use_take(viewer, row):
        raise NotFound(f"there is no take {public_id[:16]!r} among yours", hint="see: kinora takes")
    return row


def status_of(take: Take) -> TakeStatus:
    """Return how far a take is."""
    job = take.job
    if take.state == TakeState.DONE:
        return TakeStatus(take.state, 1.0, "")
    if take.state != TakeState.QUEUED or job is None:
        return TakeStatus(take.state, job.progress if job and take.state == TakeState.PAUSED else 0.0, "")
    if job.state == JobState.RUNNING:
        return TakeStatus(RUNNING, job.progress, job.message or "Starting")
    before = Job.objects.filter(kind="make", state__in=ACTIVE).filter(
        Q(state=JobState.RUNNING) | Q(priority__lt=job.priority) | Q(priority=job.priority, id__lt=job.pk)
    )
    num_before = before.count()
    return TakeStatus(take.state, 0.0, job.message or (f"{num_before} before it" if num_before else "It is next"))


def pause(take: Take) -> None:
    """Stop work on a take; what is made of it stays, and `resume` goes on from there.

    Raises:
        Conflict: it is over, or paused already.
    """
    _leave(take, TakeState.PAUSED, from_states=(TakeState.QUEUED,), verb="paused")


def cancel(take: Take) -> None:
    """Stop work on a take for good.

    Raises:
        Conflict: it is over.
    """
    _leave(take, TakeState.CANCELLED, from_states=(TakeState.QUEUED, TakeState.PAUSED), verb="cancelled")
    if take.job is None or take.job.state not in ACTIVE:
        clear_state(take)


@patient
def _leave(take: Take, state: TakeState, *, from_states: tuple[TakeState, ...], verb: str) -> None:
    """Change the state first: whoever ends the job finds it decided."""
    with transaction.atomic():
        values: dict[str, Any] = {"state": state}
        if state == TakeState.CANCELLED:
            error = Cancelled("stopped by a person")
            values |= {"error_kind": error.kind, "error_message": error.message, "finished_at": timezone.now()}
        if not Take.objects.filter(pk=take.pk, state__in=from_states).update(**values):
            raise Conflict(f"a take that is {_state_in_words(take)} can't be {verb}")
        if take.job is not None:
            request_cancel(take.job)
    take.refresh_from_db()


@patient
def resume(take: Take) -> None:
    """Queue a paused, cancelled or failed take again; it goes on from what was saved.

    Raises:
        Conflict: it waits, runs or is done.
    """
    with transaction.atomic():
        stopped = (TakeState.PAUSED, TakeState.CANCELLED, TakeState.FAILED)
        changed = Take.objects.filter(pk=take.pk, state__in=stopped).update(
            state=TakeState.QUEUED, error_kind="", error_message="", finished_at=None
        )
        if not changed:
            raise Conflict(f"a take that is {_state_in_words(take)} can't be resumed")
        # A job that was asked to stop and has not noticed goes on; if it noticed, its end queues the take again.
        kept = take.job and Job.objects.filter(pk=take.job.pk, state=JobState.RUNNING).update(cancel_requested=False)
        if not kept:
            Take.objects.filter(pk=take.pk).update(job=enqueue("make", payload=job_payload(take)))
    take.refresh_from_db()


@patient
def move_first(take: Take) -> None:
    """Let a waiting take be the next of its owner's; other people's places stay as they are.

    Raises:
        Conflict: it does not wait.
    """
    with transaction.atomic():
        jobs = Job.objects.select_for_update().filter(kind="make", state=JobState.QUEUED, takes__owner=take.owner)
        places = list(jobs.order_by("priority", "id"))
        takes = {row.job_id: row for row in Take.objects.filter(job__in=places, state=TakeState.QUEUED)}
        order = [takes[job.pk] for job in places if job.pk in takes]
        places = [job for job in places if job.pk in takes]
        if take.pk not in {row.pk for row in order}:
            raise Conflict("only a take that waits can be moved", hint="it runs already, or is over")
        order.sort(key=lambda row: row.pk != take.pk)
        for job, row in zip(places, order, strict=True):
            Job.objects.filter(pk=job.pk).update(payload=job_payload(row), message="")
            Take.objects.filter(pk=row.pk).update(job=job)
    take.refresh_from_db()


def delete(take: Take) -> None:
    """Delete a take and its files; its published video stays. A worker that makes it can write nothing any more."""
    folder = take.folder
    _delete_row(take)
    with work_folder(config.current(), f"deleted-{take.public_id}") as trash, contextlib.suppress(OSError):
        folder.rename(trash / "folder")


@patient
def _delete_row(take: Take) -> None:
    with transaction.atomic():
        Job.objects.filter(takes=take, state__in=ACTIVE).update(
            state=JobState.CANCELLED, error_kind=Cancelled.__name__, error_message="the take was deleted",
            finished_at=timezone.now(), dedupe_key=None, worker="", lease_token="", lease_until=None,
        )  # fmt: skip
        Take.objects.filter(pk=take.pk).delete()


_KEPT = {"clip.mp4", "preview.webp", "latents.safetensors", "given"}


def clear_state(take: Take) -> None:
    """Delete what a take needed only while it was made."""
    for entry in take.folder.glob("*") if take.folder.is_dir() else ():
        if entry.name in _KEPT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def sweep_takes() -> int:
    """Delete takes that are too old, folders without a row and forgotten pictures; return how many takes."""
    settings, num_swept = config.current(), 0
    if settings.takes_keep_days:
        limit = timezone.now() - timedelta(days=settings.takes_keep_days)
        over = (TakeState.DONE, TakeState.FAILED, TakeState.CANCELLED)
        for take in Take.objects.filter(state__in=over, finished_at__lt=limit):
            delete(take)
            num_swept += 1
    folders = {path.name: path for path in settings.takes_dir.glob("*") if path.is_dir() and path.name != "given"}
    known = set(Take.objects.filter(public_id__in=list(folders)).values_list("public_id", flat=True))
    for name in folders.keys() - known:
        if _age_seconds(folders[name]) > _ORPHAN_SECONDS:
            shutil.rmtree(folders[name], ignore_errors=True)
    for path in settings.takes_dir.glob("given/*/*"):
        if _age_seconds(path) > _GIVEN_SECONDS:
            path.unlink(missing_ok=True)
    return num_swept


def _age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _state_in_words(take: Take) -> str:
    """Return a take's state as an error says it, in English whatever language the page speaks."""
    with override("en"):
        return str(take.get_state_display()).lower()
