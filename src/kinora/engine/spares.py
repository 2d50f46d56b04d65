"""Processes started ahead of their job, because loading libraries takes longer than many a job.

A spare has loaded trusted code only. With its job it locks itself in as a fresh one is (docs/confinement.md), does that
one job and ends: what has read a stranger's bytes is never used again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kinora.engine.launch import launcher
from kinora.engine.sandbox import start_spare

Function = Callable[..., Any]
Commands = Mapping[Function, Sequence[str]]

_REPLACED_AFTER_SECONDS = 5.0  # at the latest; before, only once no confined call runs: it must not slow the job down
_LEAST_FREE_BYTES = 2 * 2**30
_MOST_DEATHS = 3
_TICK_SECONDS = 0.5

log = logging.getLogger("kinora.worker")


class Spares:
    """One waiting process for each function; a thread of its own starts them, since they end with that thread."""

    def __init__(self, commands: Commands) -> None:
        self._commands = dict(commands)
        self._waiting: dict[Function, subprocess.Popen[bytes]] = {}
        self._deaths = dict.fromkeys(commands, 0)
        self._num_calls = 0
        self._last_taken = -_REPLACED_AFTER_SECONDS
        self._is_closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._keep, name="spares", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def taken(self, function: Function) -> Iterator[subprocess.Popen[bytes] | None]:
        """Hand out the waiting process, None when there is none; it is replaced when the call has ended."""
        with self._changed:
            self._num_calls += 1
            process = self._waiting.pop(function, None)
            if process is not None:
                self._last_taken = time.monotonic()
                if process.poll() is not None:
                    self._bury(function, process)
                    process = None
        try:
            yield process
        finally:
            with self._changed:
                self._num_calls -= 1
                self._changed.notify_all()

    def waiting(self) -> list[int]:
        """Return the process ids of the spares that wait now."""
        with self._changed:
            return [process.pid for process in self._waiting.values()]

    def close(self) -> None:
        """End the spares that wait. Those at work end with this too: stop the calls first."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(10.0)

    def _keep(self) -> None:
        with self._changed:
            while not self._is_closed:
                for function in [one for one in self._commands if self._is_wanted(one)]:
                    self._waiting[function] = start_spare(self._commands[function])
                self._changed.wait(_TICK_SECONDS)
            while self._waiting:
                _end(self._waiting.popitem()[1])

    def _is_wanted(self, function: Function) -> bool:
        process = self._waiting.get(function)
        if process is not None and process.poll() is not None:
            self._bury(function, self._waiting.pop(function))
        if function in self._waiting or self._deaths[function] >= _MOST_DEATHS:
            return False
        is_due = self._num_calls == 0 or time.monotonic() - self._last_taken > _REPLACED_AFTER_SECONDS
        return is_due and free_bytes() >= _LEAST_FREE_BYTES

    def _bury(self, function: Function, process: subprocess.Popen[bytes]) -> None:
        self._deaths[function] += 1
        if self._deaths[function] == _MOST_DEATHS:
            said = process.stderr.read()[-300:].decode("utf-8", "replace") if process.stderr else ""
            log.warning("no process is kept ready for %s: %s", function.__qualname__, said.strip() or "it ends at once")
        _end(process)


_kept: Spares | None = None


@contextlib.contextmanager
def keeping(commands: Commands) -> Iterator[None]:
    """Keep spares for the calls of this process; none without Landlock, the one lock on files that can come late."""
    global _kept
    if _kept is not None or launcher.landlock_abi() < 1:
        yield
        return
    _kept = Spares(commands)
    try:
        yield
    finally:
        spares, _kept = _kept, None
        spares.close()


def kept() -> Spares | None:
    """Return what this process keeps ready, None when nothing."""
    return _kept


@contextlib.contextmanager
def spare_for(function: Function) -> Iterator[subprocess.Popen[bytes] | None]:
    """Hand out a waiting process for one call of this function, None when a fresh one must be started."""
    if _kept is None:
        yield None
        return
    with _kept.taken(function) as process:
        yield process


def free_bytes() -> int:
    """Return the memory that can be had without swapping; much where the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return 1 << 62


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
