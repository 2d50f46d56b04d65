"""One job being run by this process: its thread, its progress, its end."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.errors import Bug, Cancelled, KinoraError
from kinora.library import queue
from kinora.library.files import as_kinora_error, check_room, work_folder
from kinora.library.lifecycle import job_was_stopped
from kinora.library.models import Job, JobState
from kinora.library.stages.stage import Stage, Work

log = logging.getLogger("kinora.worker")


class RunningJob:
    """A job in a thread of its own. The worker beats its heart; the stage looks at its cancel token."""

    def __init__(
        self, job: Job, stage_of: Callable[[str], Stage], settings: Settings, *, on_end: Callable[[], None]
    ) -> None:
        self.job = job
        self.cancel = CancelToken()
        self._stage_of = stage_of
        self._settings = settings
        self._on_end = on_end
        self._said: tuple[float, str] | None = None
        self._is_released = False
        self._thread = threading.Thread(target=self._main, name=f"job-{job.pk}-{job.kind}", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def beat(self) -> None:
        """Renew the lease and pass the newest progress on; without the lease, tell the stage to stop."""
        said, self._said = self._said, None
        progress, message = said if said else (None, None)
        if not queue.heartbeat(self.job, progress=progress, message=message):
            self.cancel.cancel()

    def give_back(self) -> None:
        """Stop, and put the job back for another worker."""
        self._is_released = True
        self.cancel.cancel()

    def join(self, timeout_seconds: float) -> None:
        self._thread.join(timeout_seconds)

    def _main(self) -> None:
        try:
            self._run_and_record()
        finally:
            connection.close()
            self._on_end()

    def _run_and_record(self) -> None:
        """The job boundary: whatever happens inside becomes the job's state, never the worker's end."""
        started = time.monotonic()
        try:
            self._run()
            log.info("job %s %s: done in %.1f s", self.job.pk, self.job.kind, time.monotonic() - started)
        except queue.LeaseLost:
            log.warning("job %s %s: the lease was lost; nothing was written", self.job.pk, self.job.kind)
        except Exception as error:  # noqa: BLE001 - the one place where any error is a job's result
            self._record(_in_the_tree(error))

    def _run(self) -> None:
        with work_folder(self._settings, f"job{self.job.pk}") as folder:
            work = Work(self.job, self._settings, folder, self.cancel, self._report)
            if self.job.kind != "remove":  # that one makes room
                check_room(self._settings)
            outcome = self._stage_of(self.job.kind)(work)
            self.cancel.raise_if_cancelled()
            queue.complete(self.job, outcome.result, write=outcome.write)

    def _report(self, fraction: float, message: str) -> None:
        self._said = (fraction, message)
        self.cancel.raise_if_cancelled()

    def _record(self, error: KinoraError) -> None:
        if isinstance(error, Cancelled) and self._is_released:
            queue.release(self.job)
            return
        state = queue.fail(self.job, error, write=lambda: job_was_stopped(self.job, error))
        told = "put back" if state == JobState.QUEUED else state or "not ours any more"
        log.warning("job %s %s: %s: %s (%s)", self.job.pk, self.job.kind, error.kind, error.message, told)


def _in_the_tree(error: Exception) -> KinoraError:
    if isinstance(error, KinoraError):
        return error
    if isinstance(error, OSError):
        return as_kinora_error(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("a bug in a job", exc_info=error)
    return Bug(f"{type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno})")
