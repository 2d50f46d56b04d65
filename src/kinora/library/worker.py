"""The worker: leases jobs and runs each in a thread that drives confined processes. `kinora work`."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from kinora import config
from kinora.config import Settings
from kinora.engine.confined_call import keeping_spares
from kinora.engine.pool import num_workers
from kinora.index.store import load_driver
from kinora.library import queue, workers
from kinora.library.models import Job, JobState
from kinora.library.reconcile import reconcile, sweep_work
from kinora.library.running import RunningJob
from kinora.library.stages.stage import Stage
from kinora.library.stages.table import KINDS, LONE_KINDS, LONG_KINDS, stage_of
from kinora.media.read_facts import read_facts
from kinora.moments.encoder_client import EncoderClient
from kinora.moments.look_through import look_through

log = logging.getLogger("kinora.worker")

_BEAT_SECONDS = 1.0
_PRESENCE_SECONDS = 5.0
_IDLE_SECONDS = 0.25
_STOP_SECONDS = 8.0


def run_worker(
    settings: Settings,
    *,
    until_idle: bool = False,
    until: Callable[[], bool] | None = None,
    is_quiet: bool = False,
    stages: Callable[[str], Stage] = stage_of,
) -> int:
    """Do jobs until told to stop (SIGTERM, SIGINT), idle, or `until` holds; return how many were ended.

    Running jobs are put back at once when it stops; when it is killed, their leases run out and another worker,
    or this one started again, does them.
    """
    worker = Worker(settings, stages)
    log.setLevel(logging.ERROR if is_quiet else logging.INFO)

    def is_enough() -> bool:
        return (until is not None and until()) or (until_idle and worker.is_idle())

    with ExitStack() as held:
        if stages is stage_of and settings.spare_processes:
            held.enter_context(keeping_spares((read_facts, look_through)))
        held.enter_context(_signals(worker.stop))
        held.enter_context(worker.present())
        threading.Thread(target=_load_ahead, name="load-ahead", daemon=True).start()
        if stages is stage_of and settings.text_encoder != "off":
            EncoderClient(settings.encoder_socket, settings).start()  # it loads while the first video is read
        worker.work(is_enough)
    return worker.num_ended


def _load_ahead() -> None:
    """Load what jobs will ask for while the first one waits for its child."""
    for kind in KINDS:
        stage_of(kind)
    load_driver()


class Worker:
    """The places for jobs of one process."""

    def __init__(self, settings: Settings, stages: Callable[[str], Stage] = stage_of) -> None:
        self.name = workers.worker_name()
        self._settings = settings
        self._follows = settings is config.current()  # what an operator changes meanwhile counts for the next jobs
        self._stages = stages
        self._num_places = max(1, num_workers(settings.worker_processes))
        self._running: list[RunningJob] = []
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self.num_ended = 0

    def stop(self) -> None:
        """Ask for a stop; safe in a signal handler."""
        self._stopping.set()
        self._wake.set()

    @contextmanager
    def present(self) -> Iterator[None]:
        """Sweep what dead workers left, say that this one is there, and keep its jobs' leases alive."""
        reconcile(self._settings)
        workers.say_alive(self.name)
        ended = threading.Event()
        heart = threading.Thread(target=self._beat_until, args=(ended,), name="heart", daemon=True)
        heart.start()
        try:
            yield
        finally:
            self._put_back()
            ended.set()
            heart.join(5.0)
            workers.say_goodbye(self.name)

    def work(self, is_enough: Callable[[], bool]) -> None:
        """Lease and run jobs until stopped or `is_enough`."""
        while not self._stopping.is_set():
            self._wake.clear()
            self._collect()
            if self._fill_places():
                continue
            if is_enough():
                break
            self._wake.wait(_IDLE_SECONDS)

    def is_idle(self) -> bool:
        """Return whether nothing runs here and nothing waits, except for room on a full disk or for a later time."""
        if self._running:
            return False
        waiting = Job.objects.filter(state=JobState.QUEUED).exclude(error_kind="DiskFull")
        later = ("maintain", "publish", "digest", "trash", "originals")
        return not waiting.exclude(kind__in=later, run_after__gt=timezone.now()).exists()

    def _fill_places(self) -> bool:
        """Start as many due jobs as there are places; return whether any was started."""
        num_started = 0
        while not self._stopping.is_set():
            kinds = self._kinds_with_a_place()
            job = self._lease(kinds) if kinds else None
            if job is None:
                break
            self._running.append(RunningJob(job, self._stages, self._settings_now(), on_end=self._wake.set))
            num_started += 1
        return num_started > 0

    def _settings_now(self) -> Settings:
        return config.current() if self._follows else self._settings

    def _lease(self, kinds: list[str]) -> Job | None:
        due = Job.objects.filter(state=JobState.QUEUED, run_after__lte=timezone.now(), kind__in=kinds)
        return queue.lease(self.name, kinds=kinds) if due.exists() else None  # reading first: no write lock to wait

    def _kinds_with_a_place(self) -> list[str]:
        """Return the kinds that may start now: long ones leave a place for others, lone ones have one of their own."""
        running = [one.job.kind for one in self._running]
        num_long = sum(kind in LONG_KINDS for kind in running)
        is_full = sum(kind not in LONE_KINDS for kind in running) >= self._num_places
        is_full_of_long = num_long >= max(1, self._num_places - 1)

        def has_place(kind: str) -> bool:
            if kind in LONE_KINDS:
                return kind not in running
            return not is_full and not (is_full_of_long and kind in LONG_KINDS)

        return [kind for kind in KINDS if has_place(kind)]

    def _collect(self) -> None:
        still = [running for running in self._running if not running.is_over]
        self.num_ended += len(self._running) - len(still)
        self._running = still

    def _put_back(self) -> None:
        self._collect()
        for running in self._running:
            running.give_back()
        deadline = time.monotonic() + _STOP_SECONDS
        for running in self._running:
            running.join(max(0.0, deadline - time.monotonic()))
            if not running.is_over:  # stuck where it can't look at its token: the lease goes, so it can't write
                queue.release(running.job)

    def _beat_until(self, ended: threading.Event) -> None:
        last_presence = 0.0
        while not ended.wait(_BEAT_SECONDS):
            try:
                for running in list(self._running):
                    if not running.is_over:
                        running.beat()
                if time.monotonic() - last_presence >= _PRESENCE_SECONDS:
                    last_presence = time.monotonic()
                    self._look_after_others()
            except DatabaseError:
                log.exception("a heartbeat failed; the next one tries again")
        connection.close()

    def _look_after_others(self) -> None:
        workers.say_alive(self.name)
        if queue.return_expired(dead_workers=workers.gone_workers()):
            sweep_work(self._settings.work_dir)
            self._wake.set()


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM and SIGINT stop the worker, where this is the process's main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handler(number: int, frame: Any) -> None:
        stop()

    before = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
