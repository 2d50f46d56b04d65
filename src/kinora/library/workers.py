"""Which workers are alive: each keeps a note with its heartbeat; one on this machine is also known by its process."""

from __future__ import annotations

import hashlib
import os
import socket
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.utils import timezone

from kinora.library.models import Job, JobState, Note
from kinora.library.patience import patient

_KEY = "worker:"
_SILENT_AFTER = timedelta(seconds=20)


@cache
def machine_name() -> str:
    """Return a name of this machine's process numbers: the host and, in containers, their process namespace."""
    namespace = Path("/proc/self/ns/pid")
    parts = [socket.gethostname(), os.readlink(namespace) if namespace.exists() else "", _boot()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def worker_name() -> str:
    """Return a name for this process that no later process on this machine can have again."""
    return f"{machine_name()}-{os.getpid()}-{_started(os.getpid())}"


def is_gone(name: str) -> bool:
    """Return whether the worker ran on this machine and its process has ended; False when that can't be known."""
    machine, _, rest = name.partition("-")
    pid, _, started = rest.partition("-")
    if machine != machine_name() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def process_is_gone(machine: str, pid: int) -> bool:
    """Return whether a process number of this machine names no living process; False for another machine's."""
    return machine == machine_name() and _started(pid) == ""


@patient
def say_alive(name: str) -> None:
    """Write this worker's heartbeat."""
    about = {"host": socket.gethostname(), "pid": os.getpid()}
    Note.objects.update_or_create(key=_KEY + name, defaults={"value": about})


@patient
def say_goodbye(name: str) -> None:
    Note.objects.filter(key=_KEY + name).delete()


def alive_workers() -> list[str]:
    """Return the workers whose heartbeat is fresh and whose process, where it can be seen, exists."""
    since = timezone.now() - _SILENT_AFTER
    keys = Note.objects.filter(key__startswith=_KEY, updated_at__gte=since).values_list("key", flat=True)
    return [name for name in (key.removeprefix(_KEY) for key in keys) if not is_gone(name)]


def gone_workers() -> list[str]:
    """Return the workers that hold jobs though their process on this machine has ended."""
    holders = Job.objects.filter(state=JobState.RUNNING).values_list("worker", flat=True).distinct()
    return [name for name in holders if is_gone(name)]


def forget_gone_workers() -> None:
    """Delete the notes of workers that died without a goodbye."""
    day_ago = timezone.now() - timedelta(days=1)
    for key, updated_at in Note.objects.filter(key__startswith=_KEY).values_list("key", "updated_at"):
        if is_gone(key.removeprefix(_KEY)) or updated_at < day_ago:
            Note.objects.filter(key=key).delete()


def _started(pid: int) -> str:
    """Return when a process began, in the kernel's ticks; empty when it has ended."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "" if Path("/proc/self").exists() or not _exists(pid) else "0"
    is_ended = after_name[0] in "ZX"
    return "" if is_ended else after_name[19]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@cache
def _boot() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text(encoding="ascii").strip() if path.exists() else ""
