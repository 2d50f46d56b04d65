"""The job queue: rows in the project's database, the same on SQLite and PostgreSQL.

A worker holds a job by a lease: a secret token and a time that heartbeats push on. Whoever has lost the lease can't
write any more: completion, the rows it brings and the jobs that follow are one transaction that begins by checking the
token. See docs/jobs.md.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import override

from kinora.errors import Cancelled, Conflict, DiskFull, KinoraError, WorkerLost
from kinora.library.models import Job, JobState, Video
from kinora.library.patience import patient

LEASE_SECONDS = 15.0
MAX_LOSSES = 10  # workers that may die under a job before it is set aside
_FULL_DISK_PAUSE_SECONDS = 20.0
_LONGEST_PAUSE_SECONDS = 300.0
# Lower first: watching before finding, and the video that is nearest to being findable before the next one is begun.
PRIORITIES = {
    "probe": 10, "preview": 20, "remove": 25, "index": 30, "read": 40, "analyse": 50, "transcribe": 80, "encode": 90,
    "make": 85, "maintain": 95, "alert": 60, "deliver": 60, "clips": 70, "copies": 93, "peaks": 35, "fetch": 55,
    "cut": 45, "announce": 55, "digest": 65, "relate": 94,
    "publish": 5, "leave": 75, "account_out": 75, "account_in": 75, "trash": 96,
}  # fmt: skip
ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class LeaseLost(KinoraError):
    """The job belongs to somebody else now: what was done for it is thrown away."""


@dataclass(frozen=True)
class Next:
    """A job to enqueue in the transaction that completes another."""

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    priority: int | None = None
    dedupe_key: str | None = None


@patient
def enqueue(
    kind: str,
    *,
    video: Video | None = None,
    payload: dict[str, Any] | None = None,
    priority: int | None = None,
    dedupe_key: str | None = None,
    delay_seconds: float = 0.0,
) -> Job:
    """Queue a job; while one with the same key waits or runs, return that one instead.

    The key of a video's job is `kind:public_id` unless another is given.
    """
    payload = dict(payload or {})
    key = dedupe_key or (f"{kind}:{video.public_id}" if video else None)
    if key:
        payload["dedupe_key"] = key  # so that a retry can hold it again
    wanted = PRIORITIES.get(kind, 50) if priority is None else priority
    for _ in range(20):
        active = Job.objects.filter(dedupe_key=key).first() if key else None
        if active is not None:
            Job.objects.filter(pk=active.pk, priority__gt=wanted).update(priority=wanted)
            return active
        try:
            with transaction.atomic():
                return Job.objects.create(
                    kind=kind, video=video, payload=payload, priority=wanted, dedupe_key=key,
                    run_after=timezone.now() + timedelta(seconds=delay_seconds),
                )  # fmt: skip
        except IntegrityError:
            continue  # another process queued it in between, and may even have finished it
    raise Conflict(f"the job {key} could not be queued; try again")


@patient
def lease(worker: str, *, kinds: Iterable[str] | None = None) -> Job | None:
    """Take the most urgent job that is due, or None. Two workers never get the same one."""
    with transaction.atomic():
        due = Job.objects.filter(state=JobState.QUEUED, run_after__lte=timezone.now()).order_by("priority", "id")
        if kinds is not None:
            due = due.filter(kind__in=list(kinds))
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        job = due.first()
        if job is None:
            return None
        token, now = secrets.token_hex(16), timezone.now()
        taken = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
            state=JobState.RUNNING, worker=worker[:80], lease_token=token, lease_until=_lease_end(now),
            attempts=F("attempts") + 1, started_at=now, finished_at=None, progress=0.0, message="",
        )  # fmt: skip
    return Job.objects.select_related("video").get(pk=job.pk) if taken else None


def has_due_work() -> bool:
    """Return whether any job waits or runs, whoever runs it."""
    return Job.objects.filter(state__in=ACTIVE).exists()


@patient
def heartbeat(job: Job, *, progress: float | None = None, message: str | None = None) -> bool:
    """Push the lease on and store the progress; False when the lease is lost or a person asked to stop."""
    values: dict[str, Any] = {"lease_until": _lease_end(timezone.now())}
    if progress is not None:
        values["progress"] = min(1.0, max(0.0, progress))
    if message is not None:
        values["message"] = message[:300]
    held = _held(job).update(**values)
    return bool(held) and not Job.objects.filter(pk=job.pk, cancel_requested=True).exists()


@patient
def complete(
    job: Job,
    result: dict[str, Any] | None = None,
    then: Sequence[Next] = (),
    *,
    write: Callable[[], Sequence[Next] | None] | None = None,
) -> list[Job]:
    """Finish a job: check the lease, let `write` store rows and move files, queue what follows. All or nothing.

    `write` may return further jobs to queue. It must be safe to repeat: a process killed before the commit leaves files
    that the next attempt puts there again.

    Raises:
        LeaseLost: the job was given to another worker, cancelled or deleted meanwhile; nothing is written.
    """
    with transaction.atomic():
        if not _lock_held(job):
            raise LeaseLost(f"the lease of job {job.pk} is lost")
        following = [*then, *((write() if write else None) or ())]
        _held(job).update(
            state=JobState.DONE, progress=1.0, message="", result=result or {}, error_kind="", error_message="",
            finished_at=timezone.now(), **_FREED,
        )  # fmt: skip
        return [
            enqueue(
                step.kind, video=job.video, payload=step.payload, priority=step.priority, dedupe_key=step.dedupe_key
            )
            for step in following
        ]


@patient
def fail(job: Job, error: KinoraError, *, write: Callable[[], None] | None = None) -> JobState | None:
    """Record an error: queue the job again when a retry can help, else set it aside (`write` runs then).

    Returns:
        the job's new state, or None when the lease was lost and nothing was written.
    """
    with transaction.atomic():
        if not _lock_held(job):
            return None
        values: dict[str, Any] = {"error_kind": error.kind, "error_message": error.message[:4000], **_FREED}
        state = _state_after(job, error)
        if state == JobState.QUEUED:
            pause = _pause_seconds(job, error)
            values.update(run_after=timezone.now() + timedelta(seconds=pause), message=_waiting_message(error))
            values.pop("dedupe_key")
            if isinstance(error, DiskFull):
                values["attempts"] = F("attempts") - 1  # a full disk is not the job's fault: it waits for room
        else:
            values["finished_at"] = timezone.now()
        _held(job).update(state=state, **values)
        if write and state != JobState.QUEUED:
            write()
        return state


@patient
def release(job: Job) -> None:
    """Give a job back at once, uncounted, because its worker is going away."""
    _held(job).update(
        state=JobState.QUEUED, run_after=timezone.now(), progress=0.0, message="", attempts=F("attempts") - 1,
        worker="", lease_token="", lease_until=None,
    )  # fmt: skip


@patient
def return_expired(*, dead_workers: Iterable[str] = ()) -> int:
    """Put jobs back whose worker stopped renewing the lease or is known dead; return how many.

    A job under which `MAX_LOSSES` workers died is set aside.
    """
    lost = Q(lease_until__lt=timezone.now()) | Q(worker__in=list(dead_workers))
    running = Job.objects.filter(lost, state=JobState.RUNNING)
    with transaction.atomic():
        stopped = _set_aside_lost(running)
        return stopped + running.update(
            state=JobState.QUEUED, run_after=timezone.now(), progress=0.0, message="", attempts=F("attempts") - 1,
            num_losses=F("num_losses") + 1, worker="", lease_token="", lease_until=None,
        )  # fmt: skip


def _set_aside_lost(running: QuerySet[Job]) -> int:
    """Finish lost jobs that must not run again: those that killed too many workers, and those to be cancelled."""
    from kinora.library.lifecycle import job_was_stopped

    gone = list(running.filter(Q(num_losses__gte=MAX_LOSSES - 1) | Q(cancel_requested=True)).select_related("video"))
    for job in gone:
        error: KinoraError = WorkerLost(f"{job.num_losses + 1} workers died during this job; it was set aside")
        state = JobState.FAILED
        if job.cancel_requested:
            error, state = Cancelled("stopped by a person"), JobState.CANCELLED
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(
            state=state, error_kind=error.kind, error_message=error.message, finished_at=timezone.now(), **_FREED
        )
        job_was_stopped(job, error)
    return len(gone)


@patient
def request_cancel(job: Job) -> JobState:
    """Stop a job: a waiting one at once, a running one at its worker's next heartbeat."""
    from kinora.library.lifecycle import job_was_stopped

    error = Cancelled("stopped by a person")
    with transaction.atomic():
        cancelled = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
            state=JobState.CANCELLED, cancel_requested=True, error_kind=error.kind, error_message=error.message,
            finished_at=timezone.now(), **_FREED,
        )  # fmt: skip
        if cancelled:
            job_was_stopped(job, error)
        else:
            Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True)
    return JobState(Job.objects.values_list("state", flat=True).get(pk=job.pk))


@patient
def retry(job: Job) -> Job:
    """Queue a job again that was set aside or cancelled, with its attempts counted from nothing.

    Raises:
        Conflict: the job waits, runs or is done, or another of its kind took its place.
    """
    from kinora.library.lifecycle import job_was_retried

    key = job.payload.get("dedupe_key")
    if key and Job.objects.filter(dedupe_key=key).exclude(pk=job.pk).exists():
        raise Conflict("the same work is queued already", hint="look at the video's newest jobs")
    try:
        with transaction.atomic():
            again = Job.objects.filter(pk=job.pk, state__in=(JobState.FAILED, JobState.CANCELLED)).update(
                state=JobState.QUEUED, dedupe_key=key, run_after=timezone.now(), attempts=0, num_losses=0,
                cancel_requested=False, progress=0.0, message="", error_kind="", error_message="", finished_at=None,
            )  # fmt: skip
            if not again:
                with override("en"):  # errors are English
                    state = job.get_state_display().lower()
                raise Conflict(f"job {job.pk} is {state}; only a stopped one can be retried")
            job_was_retried(job)
    except IntegrityError as error:
        raise Conflict("the same work is queued already", hint="look at the video's newest jobs") from error
    return Job.objects.select_related("video").get(pk=job.pk)


def drop_jobs_of(video: Video) -> None:
    """Take every active job of a video away from whoever holds it; call it inside the caller's transaction.

    A worker that runs one finds its lease gone: it stops at the next heartbeat and can write nothing.
    """
    Job.objects.filter(video=video, state__in=ACTIVE).update(
        state=JobState.CANCELLED, error_kind=Cancelled.__name__, error_message="the video changed meanwhile",
        finished_at=timezone.now(), **_FREED,
    )  # fmt: skip


_FREED: dict[str, Any] = {"dedupe_key": None, "worker": "", "lease_token": "", "lease_until": None}


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, lease_token=job.lease_token).exclude(lease_token="")


def _lock_held(job: Job) -> bool:
    """Lock the job's row, then its video's: every writer takes them in this order."""
    if _held(job).select_for_update().first() is None:
        return False
    return job.video_id is None or Video.objects.select_for_update().filter(pk=job.video_id).exists()


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_SECONDS)


def _state_after(job: Job, error: KinoraError) -> JobState:
    if isinstance(error, Cancelled):
        return JobState.CANCELLED
    if error.is_retryable and (job.attempts < job.max_attempts or isinstance(error, DiskFull)):
        return JobState.QUEUED
    return JobState.FAILED


def _pause_seconds(job: Job, error: KinoraError) -> float:
    """Return the pause before the next attempt: doubling, with jitter so that jobs don't march in step."""
    if isinstance(error, DiskFull):
        return _FULL_DISK_PAUSE_SECONDS * random.uniform(0.75, 1.25)
    doubled: float = 2.0 * 2.0 ** max(0, job.attempts - 1)
    return min(_LONGEST_PAUSE_SECONDS, doubled) * random.uniform(0.5, 1.5)


def _waiting_message(error: KinoraError) -> str:
    return "Waiting for room on the disk" if isinstance(error, DiskFull) else "Failed; tried again soon"
