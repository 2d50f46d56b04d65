"""A worker in this process, with stages made for the test: errors, cancelling, full disks, places."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from kinora import config
from kinora.library import queue, workers
from kinora.library.models import Job, JobState
from kinora.library.setup import make_home
from kinora.library.stages.stage import Outcome, Stage, Work
from kinora.library.worker import run_worker

pytestmark = pytest.mark.django_db(transaction=True)
DONE = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@pytest.fixture(autouse=True)
def home_made() -> None:
    make_home(config.current())


def work(stages: dict[str, Stage], until: Callable[[], bool], *, num_places: int = 2) -> int:
    """Run a worker until something holds, at most 60 s."""
    settings = config.Settings(home=config.current().home, worker_processes=num_places)
    deadline = time.monotonic() + 60
    return run_worker(settings, until=lambda: until() or time.monotonic() > deadline, stages=stages.__getitem__)


def all_ended() -> bool:
    return not Job.objects.exclude(state__in=DONE).exists()


def leftovers() -> list[str]:
    return [path.name for path in config.current().work_dir.iterdir()]


def nothing(work: Work) -> Outcome:
    return Outcome(write=lambda: ())


def wait_for_stop(work: Work) -> Outcome:
    """A stage that only ends when it is told to."""
    work.report(0.5, "half way")
    while True:
        work.cancel.raise_if_cancelled()
        time.sleep(0.01)


def test_a_bug_in_a_stage_sets_the_job_aside_and_the_worker_goes_on() -> None:
    def broken(work: Work) -> Outcome:
        (work.folder / "half").write_text("x")
        raise ZeroDivisionError("oops")

    queue.enqueue("probe")
    queue.enqueue("read")
    work({"probe": broken, "read": nothing}, all_ended)
    job = Job.objects.get(kind="probe")
    assert (job.state, job.error_kind) == (JobState.FAILED, "Bug")
    assert "ZeroDivisionError: oops" in job.error_message
    assert Job.objects.get(kind="read").state == JobState.DONE
    assert leftovers() == []


def test_a_full_disk_makes_the_job_wait_and_leaves_nothing() -> None:
    def full(work: Work) -> Outcome:
        (work.folder / "half").write_text("x")
        raise OSError(errno.ENOSPC, "No space left on device")

    queue.enqueue("encode")
    work({"encode": full}, lambda: Job.objects.get().error_kind != "")
    job = Job.objects.get()
    assert (job.state, job.error_kind, job.attempts) == (JobState.QUEUED, "DiskFull", 0)
    assert job.run_after > timezone.now()
    assert leftovers() == []
    Job.objects.update(run_after=timezone.now())
    work({"encode": nothing}, all_ended)
    assert Job.objects.get().state == JobState.DONE, "it goes on by itself when there is room"


def test_a_running_job_is_cancelled_within_two_heartbeats() -> None:
    job = queue.enqueue("encode")
    asked: list[float] = []

    def until() -> bool:
        job.refresh_from_db()
        if job.state == JobState.RUNNING and job.progress == 0.5 and not asked:
            asked.append(time.monotonic())
            queue.request_cancel(job)
        return job.state in DONE

    work({"encode": wait_for_stop}, until)
    assert job.state == JobState.CANCELLED
    assert time.monotonic() - asked[0] < 10  # about one second when the machine is quiet
    assert leftovers() == []


def test_a_worker_that_is_stopped_puts_its_jobs_back() -> None:
    job = queue.enqueue("encode")
    work({"encode": wait_for_stop}, lambda: Job.objects.get().state == JobState.RUNNING)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_token) == (JobState.QUEUED, 0, "")
    assert leftovers() == []
    assert workers.alive_workers() == []


def test_a_stage_whose_video_changed_meanwhile_is_stopped_and_writes_nothing() -> None:
    job = queue.enqueue("encode")
    written: list[str] = []

    def slow(work: Work) -> Outcome:
        Job.objects.filter(pk=job.pk).update(lease_token="another's")
        time.sleep(0.1)
        return Outcome(write=lambda: written.append("rows") or ())

    ended = threading.Event()

    def stage(work: Work) -> Outcome:
        try:
            return slow(work)
        finally:
            ended.set()

    work({"encode": stage}, ended.is_set)
    time.sleep(0.2)
    assert written == []


def test_long_jobs_leave_a_place_for_a_new_upload() -> None:
    for number in range(3):
        queue.enqueue("encode", dedupe_key=f"e{number}")
    late: list[Job] = []

    def until() -> bool:
        if not late and Job.objects.filter(state=JobState.RUNNING).exists():
            late.append(queue.enqueue("probe"))
        return bool(late) and Job.objects.get(kind="probe").state == JobState.DONE

    work({"encode": wait_for_stop, "probe": nothing}, until)
    assert Job.objects.get(kind="probe").state == JobState.DONE
    assert Job.objects.filter(kind="encode", state=JobState.QUEUED).count() == 3


def test_many_jobs_on_many_threads_never_meet_a_locked_database() -> None:
    for number in range(60):
        queue.enqueue("read", dedupe_key=f"k{number}")
    runs: list[int] = []

    def count(work: Work) -> Outcome:
        return Outcome(write=lambda: runs.append(work.job.pk) or ())

    work({"read": count}, all_ended, num_places=6)
    assert sorted(runs) == sorted(Job.objects.values_list("pk", flat=True)), "each once"
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}
