"""Watch a confined process from outside: its output, time, memory and files, until it ends or must be ended."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kinora.engine.cancel import CancelToken
from kinora.engine.limits import Limits
from kinora.errors import Cancelled, KinoraError, LimitExceeded

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICK_SECONDS = 0.05
_FOLDER_SECONDS = 0.25  # adding up a folder costs more than a look at the clock
_STDOUT_KEPT_BYTES = 1 << 20
_STDERR_KEPT_BYTES = 1 << 14
_DRAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Finished:
    """A process that ended by itself."""

    stdout: bytes  # the first mebibyte; empty when lines were handed on as they came
    stderr_tail: str
    cpu_seconds: float
    wall_seconds: float
    exit_status: int = 0  # negative: the signal that ended it


class Watch:
    """One running process in its own session, and what it may take."""

    def __init__(
        self, process: subprocess.Popen[bytes], limits: Limits, write_dir: Path | None, cancel: CancelToken | None
    ) -> None:
        self._process = process
        self._limits = limits
        self._write_dir = write_dir
        self._cancel = cancel
        self._started = time.monotonic()
        self._next_folder_look = self._started
        self._stdout_bytes = 0
        self._stdout = bytearray()
        self._stderr = bytearray()
        self._line = bytearray()

    def to_the_end(self, on_line: Callable[[str], None] | None) -> Finished:
        """Wait for the end; kills the process group when a limit is passed, the work cancelled or `on_line` raises."""
        try:
            with selectors.DefaultSelector() as selector:
                for pipe in (self._process.stdout, self._process.stderr):
                    assert pipe is not None
                    os.set_blocking(pipe.fileno(), False)
                    selector.register(pipe, selectors.EVENT_READ)
                status, usage = self._loop(selector, on_line)
        except BaseException:
            self._kill()
            self._reap(0)
            raise
        finally:
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()
        if self._line and on_line:
            on_line(self._line.decode("utf-8", "replace"))
        return Finished(
            bytes(self._stdout),
            self._stderr.decode("utf-8", "replace"),
            usage.ru_utime + usage.ru_stime,
            time.monotonic() - self._started,
            status,
        )

    def _loop(
        self, selector: selectors.BaseSelector, on_line: Callable[[str], None] | None
    ) -> tuple[int, os.struct_rusage]:  # type: ignore[name-defined]
        ended = None
        drain_until = 0.0
        while True:
            for key, _ in selector.select(_TICK_SECONDS) if selector.get_map() else ():
                self._take(selector, key.fileobj, on_line)  # type: ignore[arg-type]
            if ended is None:
                ended = self._reap(os.WNOHANG)
                drain_until = time.monotonic() + _DRAIN_SECONDS
                if ended is not None:
                    self._kill()  # whatever it left running in its session
            if ended is not None and (not selector.get_map() or time.monotonic() > drain_until):
                return ended
            if ended is None:
                self._check()
                if not selector.get_map():
                    time.sleep(_TICK_SECONDS / 5)

    def _take(self, selector: selectors.BaseSelector, pipe: IO[bytes], on_line: Callable[[str], None] | None) -> None:
        data = os.read(pipe.fileno(), 1 << 16)
        if not data:
            selector.unregister(pipe)
        elif pipe is self._process.stderr:
            self._stderr = (self._stderr + data)[-_STDERR_KEPT_BYTES:]
        else:
            self._stdout_bytes += len(data)
            self._check_output()
            if on_line is None:
                self._stdout += data[: _STDOUT_KEPT_BYTES - len(self._stdout)]
            else:
                self._hand_on(data, on_line)

    def _hand_on(self, data: bytes, on_line: Callable[[str], None]) -> None:
        self._line += data
        if b"\n" not in data:
            return
        *lines, rest = self._line.split(b"\n")
        self._line = bytearray(rest)
        for line in lines:
            on_line(line.decode("utf-8", "replace"))

    def _check(self) -> None:
        if self._cancel is not None and self._cancel.is_cancelled:
            raise Cancelled("the work was stopped")
        now = time.monotonic()
        if now - self._started > self._limits.wall_seconds:
            raise LimitExceeded(f"it took longer than {self._limits.wall_seconds:g} s and was stopped")
        if resident_bytes(self._process.pid) > self._limits.memory_bytes:
            raise LimitExceeded(f"it took more than {_mebibytes(self._limits.memory_bytes)} of memory and was stopped")
        if now >= self._next_folder_look:
            self._next_folder_look = now + _FOLDER_SECONDS
            self._check_output()

    def _check_output(self) -> None:
        written = self._stdout_bytes + (folder_bytes(self._write_dir) if self._write_dir else 0)
        if written > self._limits.output_bytes:
            raise output_exceeded(self._limits)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _reap(self, options: int) -> tuple[int, os.struct_rusage] | None:  # type: ignore[name-defined]
        """Return exit status and use of resources once the process has ended, and mark the `Popen` as waited for."""
        if self._process.returncode is not None:
            return None
        pid, status, usage = os.wait4(self._process.pid, options)
        if pid == 0:
            return None
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return self._process.returncode, usage


def output_exceeded(limits: Limits) -> KinoraError:
    """Return the error of a process that wrote too much."""
    return LimitExceeded(f"it wrote more than {_mebibytes(limits.output_bytes)} and was stopped")


def resident_bytes(pid: int) -> int:
    """Return the memory that a process and its descendants hold now, 0 when they are gone."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            with open(f"/proc/{one}/statm", encoding="ascii") as file:
                total += int(file.read().split()[1]) * _PAGE_BYTES
            with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as file:
                waiting += map(int, file.read().split())
        except (OSError, IndexError, ValueError):
            continue
    return total


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files under a folder; what vanishes meanwhile counts nothing."""
    total, waiting = 0, [str(folder)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    return total


def _mebibytes(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:.4g} MiB"
