"""The queue: who gets a job, who may finish it, what an error makes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from kinora.errors import Bug, Cancelled, Conflict, DiskFull, LimitExceeded, ToolFailed, UnreadableMedia
from kinora.library import queue
from kinora.library.models import Job, JobState, Video, VideoState

pytestmark = pytest.mark.django_db


def taken(worker: str = "w1") -> Job:
    job = queue.lease(worker)
    assert job is not None
    return job


def test_the_most_urgent_job_comes_first_then_the_oldest() -> None:
    for kind, priority in (("encode", 90), ("read", 40), ("probe", 10), ("probe", 10)):
        queue.enqueue(kind, priority=priority)
    order = [taken() for _ in range(4)]
    assert [job.kind for job in order] == ["probe", "probe", "read", "encode"]
    assert order[0].pk < order[1].pk
    assert queue.lease("w1") is None


def test_a_job_that_is_not_due_waits() -> None:
    job = queue.enqueue("probe")
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now() + timedelta(hours=1))
    assert queue.lease("w1") is None


def test_only_the_kinds_asked_for_are_leased() -> None:
    queue.enqueue("encode")
    assert queue.lease("w1", kinds=["probe"]) is None
    assert queue.lease("w1", kinds=["probe", "encode"]) is not None


def test_the_same_key_queues_once_while_active_and_again_afterwards(make_video: Callable[..., Video]) -> None:
    video = make_video()
    first = queue.enqueue("index", video=video)
    assert queue.enqueue("index", video=video).pk == first.pk
    job = taken()
    assert queue.enqueue("index", video=video).pk == first.pk, "a running job holds its key"
    queue.complete(job)
    assert queue.enqueue("index", video=video).pk != first.pk


def test_asking_again_more_urgently_moves_the_waiting_job_up() -> None:
    job = queue.enqueue("index", dedupe_key="k", priority=80)
    queue.enqueue("index", dedupe_key="k", priority=5)
    job.refresh_from_db()
    assert job.priority == 5


def test_completion_writes_rows_and_queues_what_follows(make_video: Callable[..., Video]) -> None:
    video = make_video()
    queue.enqueue("probe", video=video)
    written: list[str] = []

    def write() -> list[queue.Next]:
        written.append("rows")
        return [queue.Next("preview")]

    job = taken()
    queue.complete(job, {"n": 1}, [queue.Next("analyse")], write=write)
    job.refresh_from_db()
    assert (job.state, job.result, job.dedupe_key, job.progress) == (JobState.DONE, {"n": 1}, None, 1.0)
    assert written == ["rows"]
    assert set(Job.objects.filter(state="queued").values_list("kind", flat=True)) == {"preview", "analyse"}


def test_an_error_while_writing_leaves_nothing_behind(make_video: Callable[..., Video]) -> None:
    video = make_video()
    queue.enqueue("probe", video=video)
    job = taken()

    def write() -> None:
        Video.objects.filter(pk=video.pk).update(title="half")
        raise ToolFailed("the disk went away")

    with pytest.raises(ToolFailed):
        queue.complete(job, {}, [queue.Next("preview")], write=write)
    video.refresh_from_db()
    assert video.title != "half"
    assert list(Job.objects.values_list("kind", "state")) == [("probe", "running")]


@pytest.mark.parametrize("loss", ["expired", "cancelled by replacing", "deleted", "taken by another"])
def test_a_worker_without_the_lease_writes_nothing(make_video: Callable[..., Video], loss: str) -> None:
    video = make_video()
    queue.enqueue("probe", video=video)
    job = taken("slow")
    if loss == "expired":
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert queue.return_expired() == 1
    elif loss == "cancelled by replacing":
        queue.drop_jobs_of(video)
    elif loss == "deleted":
        video.delete()
    else:
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        queue.return_expired()
        assert taken("quick").pk == job.pk
    written: list[str] = []
    assert queue.heartbeat(job) is False
    with pytest.raises(queue.LeaseLost):
        queue.complete(job, {}, [queue.Next("preview")], write=lambda: written.append("rows"))
    assert queue.fail(job, ToolFailed("late")) is None
    queue.release(job)
    assert written == []
    assert not Job.objects.filter(kind="preview").exists()
    assert not Job.objects.filter(error_message="late").exists()
    if loss == "taken by another":
        assert Job.objects.get(pk=job.pk).worker == "quick"


def test_heartbeat_renews_the_lease_and_stores_progress() -> None:
    queue.enqueue("probe")
    job = taken()
    Job.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
    assert queue.heartbeat(job, progress=1.7, message="half way " * 100)
    job.refresh_from_db()
    assert job.lease_until is not None
    assert job.lease_until > timezone.now() + timedelta(seconds=queue.LEASE_SECONDS - 2)
    assert job.progress == 1.0
    assert len(job.message) == 300


def test_retryable_errors_come_back_later_and_are_set_aside_in_the_end() -> None:
    queue.enqueue("encode", dedupe_key="k")
    pauses = []
    for attempt in (1, 2):
        job = taken()
        assert job.attempts == attempt
        before = timezone.now()
        assert queue.fail(job, ToolFailed("FFmpeg ended with 1")) == JobState.QUEUED
        job.refresh_from_db()
        assert job.dedupe_key == "k"
        pauses.append((job.run_after - before).total_seconds())
        assert queue.lease("w1") is None, "not before its pause is over"
        Job.objects.update(run_after=timezone.now())
    assert 0.9 < pauses[0] < 3.2
    assert 1.9 < pauses[1] < 6.2
    assert queue.fail(taken(), ToolFailed("FFmpeg ended with 1")) == JobState.FAILED
    job = Job.objects.get()
    assert (job.error_kind, job.error_message, job.dedupe_key) == ("ToolFailed", "FFmpeg ended with 1", None)


@pytest.mark.parametrize("error", [UnreadableMedia("no video"), LimitExceeded("too long"), Bug("ours")])
def test_errors_that_a_retry_cannot_help_are_set_aside_at_once(error: Exception) -> None:
    queue.enqueue("probe")
    assert queue.fail(taken(), error) == JobState.FAILED  # type: ignore[arg-type]


def test_a_full_disk_never_uses_up_the_attempts() -> None:
    queue.enqueue("encode")
    for _ in range(6):
        job = taken()
        assert job.attempts == 1
        assert queue.fail(job, DiskFull("no room")) == JobState.QUEUED
        Job.objects.update(run_after=timezone.now())


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_heartbeat() -> None:
    waiting = queue.enqueue("probe", priority=99)
    assert queue.request_cancel(waiting) == JobState.CANCELLED
    queue.enqueue("encode")
    job = taken()
    assert queue.request_cancel(job) == JobState.RUNNING
    assert queue.heartbeat(job) is False
    assert queue.fail(job, Cancelled("stopped")) == JobState.CANCELLED


def test_a_cancelled_job_whose_worker_dies_does_not_come_back() -> None:
    queue.enqueue("encode")
    job = taken("gone")
    queue.request_cancel(job)
    queue.return_expired(dead_workers=["gone"])
    assert Job.objects.get().state == JobState.CANCELLED


def test_a_job_under_which_workers_keep_dying_is_set_aside() -> None:
    queue.enqueue("encode")
    for _ in range(queue.MAX_LOSSES):
        assert taken("gone").attempts == 1, "a dead worker is not the job's failure"
        assert queue.return_expired(dead_workers=["gone"]) == 1
    job = Job.objects.get()
    assert (job.state, job.error_kind) == (JobState.FAILED, "WorkerLost")


def test_releasing_puts_a_job_back_at_once_and_uncounted() -> None:
    queue.enqueue("encode")
    job = taken()
    queue.release(job)
    again = taken("w2")
    assert (again.pk, again.attempts, again.worker) == (job.pk, 1, "w2")


def test_retry_by_a_person_begins_anew(make_video: Callable[..., Video]) -> None:
    video = make_video()
    queue.enqueue("probe", video=video)
    job = taken()
    from kinora.library.lifecycle import job_was_stopped

    error = ToolFailed("it broke")
    Job.objects.update(attempts=3)
    job.attempts = 3
    queue.fail(job, error, write=lambda: job_was_stopped(job, error))
    video.refresh_from_db()
    assert (video.state, video.error_message) == (VideoState.FAILED, "it broke")
    again = queue.retry(Job.objects.get())
    video.refresh_from_db()
    assert (again.state, again.attempts, again.dedupe_key) == (JobState.QUEUED, 0, f"probe:{video.public_id}")
    assert (video.state, video.error_message) == (VideoState.PROCESSING, "")
    with pytest.raises(Conflict):
        queue.retry(again)


def test_retry_is_refused_while_the_same_work_is_queued_anew() -> None:
    queue.enqueue("index", dedupe_key="k")
    queue.fail(taken(), Bug("ours"))
    queue.enqueue("index", dedupe_key="k")
    with pytest.raises(Conflict):
        queue.retry(Job.objects.get(state=JobState.FAILED))
