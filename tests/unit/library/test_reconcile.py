"""What a starting worker puts right."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kinora import config
from kinora.library import queue, reconcile, workers
from kinora.library.models import Job, Note, Video
from kinora.library.setup import make_home

pytestmark = pytest.mark.django_db
LONG_AGO = time.time() - 3600


@pytest.fixture(autouse=True)
def home_made() -> None:
    make_home(config.current())


@pytest.fixture
def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def old(path: Path) -> Path:
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_a_dead_workers_jobs_come_back_without_waiting_for_the_lease(dead_pid: int) -> None:
    queue.enqueue("read")
    queue.lease(f"{workers.machine_name()}-{dead_pid}-12345")
    queue.enqueue("probe")
    queue.lease(workers.worker_name())
    assert queue.return_expired(dead_workers=workers.gone_workers()) == 1
    assert list(Job.objects.order_by("id").values_list("state", flat=True)) == ["queued", "running"]


def test_another_machines_worker_is_not_thought_dead() -> None:
    assert not workers.is_gone("abcdef01-1-1")
    assert not workers.is_gone(workers.worker_name())
    assert workers.is_gone(f"{workers.machine_name()}-{os.getpid()}-1"), "an earlier process of the same number"


def test_only_living_workers_count_as_alive(dead_pid: int) -> None:
    workers.say_alive(workers.worker_name())
    workers.say_alive(f"{workers.machine_name()}-{dead_pid}-1")
    assert workers.alive_workers() == [workers.worker_name()]
    workers.forget_gone_workers()
    assert Note.objects.filter(key__startswith="worker:").count() == 1
    workers.say_goodbye(workers.worker_name())
    assert workers.alive_workers() == []


def test_leftovers_of_dead_processes_are_swept_and_others_kept(tmp_path: Path, dead_pid: int) -> None:
    machine = workers.machine_name()
    dead, mine = tmp_path / f"job1-{machine}-{dead_pid}-0123abcd", tmp_path / f"job2-{machine}-{os.getpid()}-0123abcd"
    elsewhere = tmp_path / f"job3-abcdef01-{dead_pid}-0123abcd"
    for folder in (dead, mine, elsewhere):
        folder.mkdir()
    assert reconcile.sweep_work(tmp_path) == 1
    assert not dead.exists()
    assert mine.exists()
    assert elsewhere.exists()


def test_folders_without_a_row_are_swept_once_they_are_old(tmp_path: Path, make_video: Callable[..., Video]) -> None:
    kept, orphan, fresh = (tmp_path / name for name in (make_video().public_id, "orphanorphan", "freshfreshfr"))
    for folder in (kept, orphan, fresh):
        folder.mkdir()
    old(kept)
    old(orphan)
    assert reconcile.sweep_videos(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == sorted([kept, fresh])


def test_a_refused_videos_bytes_are_swept(tmp_path: Path, make_video: Callable[..., Video]) -> None:
    refused = make_video(state="failed", error_kind="UnreadableMedia")
    broken = make_video(state="failed", error_kind="ToolFailed")
    for video in (refused, broken):
        (tmp_path / video.public_id).mkdir()
    reconcile.sweep_videos(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [broken.public_id]


def test_an_original_that_no_row_names_is_swept(make_video: Callable[..., Video]) -> None:
    video = make_video(original_suffix=".abcd.mp4")
    video.folder.mkdir()
    video.original_path.touch()
    old(video.original_path)
    stray = video.folder / "original.beef.mp4"
    stray.touch()
    old(stray)
    assert reconcile.sweep_replacements(config.current().videos_dir) == 1
    assert [path.name for path in video.folder.iterdir()] == ["original.abcd.mp4"]


def test_a_video_without_any_job_is_read_again(make_video: Callable[..., Video]) -> None:
    waiting, forgotten = make_video(), make_video()
    make_video(state="ready")
    queue.enqueue("index", video=waiting)
    assert reconcile.queue_forgotten() == 1
    assert Job.objects.get(kind="probe").video == forgotten
