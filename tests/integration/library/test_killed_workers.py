"""Real worker processes, killed with -9 at many instants: nothing is lost, nothing done twice, nothing half-written."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., str]
Start = Callable[..., "subprocess.Popen[str]"]
KINDS = ["analyse", "index", "preview", "probe", "read"]
NUM_KILLS = 14


def check(found: dict[str, Any], num_videos: int) -> None:
    assert len(found["videos"]) == num_videos
    for title, video in found["videos"].items():
        assert video["rows"] == KINDS, f"{title}: lost or doubled"
        assert video["files"] == {f"{kind}.txt": "half 0\nhalf 1\n" for kind in KINDS}, title
    jobs = [tuple(job) for job in found["jobs"]]
    assert sorted(jobs) == sorted((kind, "done", title) for title in found["videos"] for kind in KINDS)
    assert found["work"] == []


@pytest.mark.timeout(600)  # eighteen starts of a worker: minutes on a busy machine
def test_kills_at_many_instants_lose_and_double_nothing(run_script: Run, start_script: Start) -> None:
    run_script("toy_library.py", "fill", "12")
    rng = random.Random(20261122)
    num_killed = 0
    for number in range(NUM_KILLS):
        worker = start_script("toy_library.py", "work", "0.25")
        assert worker.stdout is not None
        if number % 5:
            worker.stdout.readline()  # the first stage has begun; every fifth is killed while it starts up
        time.sleep(rng.uniform(0.0, 0.9))
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
            num_killed += 1
        worker.wait()
    before_last = json.loads(run_script("toy_library.py", "count"))
    assert any(state == "done" for _, state, _ in before_last["jobs"]), "the kills came too early to test anything"
    assert num_killed >= 12
    run_script("toy_library.py", "work", "0.05")
    check(json.loads(run_script("toy_library.py", "count")), 12)


def test_two_workers_share_the_jobs_and_one_is_killed(run_script: Run, start_script: Start) -> None:
    run_script("toy_library.py", "fill", "10")
    workers = [start_script("toy_library.py", "work", "0.1") for _ in range(2)]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    time.sleep(1.0)
    workers[0].send_signal(signal.SIGKILL)
    _, errors = workers[1].communicate(timeout=120)
    assert workers[1].returncode == 0, errors[-3000:]
    assert "locked" not in errors
    run_script("toy_library.py", "work", "0.0")
    check(json.loads(run_script("toy_library.py", "count")), 10)


def test_sigterm_puts_running_jobs_back_at_once(run_script: Run, start_script: Start) -> None:
    run_script("toy_library.py", "fill", "2")
    worker = start_script("toy_library.py", "work", "4.0")
    assert worker.stdout is not None
    assert worker.stdout.readline() == "stage\n"
    asked = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)
    assert worker.returncode == 0
    assert time.monotonic() - asked < 12
    found = json.loads(run_script("toy_library.py", "count"))
    assert [state for _, state, _ in found["jobs"]] == ["queued", "queued"]
    assert found["work"] == []
