"""How many jobs run side by side on this machine."""

from __future__ import annotations

import os

from kinora.errors import SettingRefused

MOST_BY_DEFAULT = 4


def num_workers(configured: int) -> int:
    """Return the configured number, or for 0 the processors this process may use, at most four."""
    if configured < 0:
        raise SettingRefused(
            f"KINORA_WORKER_PROCESSES is {configured}; expected 0 (sized to the machine) or a positive number"
        )
    return configured or min(MOST_BY_DEFAULT, num_processors())


def num_processors() -> int:
    """Return the processors this process may run on: its affinity, then the container's quota."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, _quota_processors()))


def _quota_processors() -> int:
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as file:
            quota, period = file.read().split()
    except (OSError, ValueError):
        return 1 << 16
    return 1 << 16 if quota == "max" else max(1, int(quota) // int(period))
