"""bubblewrap, for kernels without Landlock: the same folders as mounts of a namespace of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache

_SYSTEM_READ = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/nix/store", "/etc/ld.so.cache")


@cache
def bubblewrap() -> str | None:
    """Return the `bwrap` program when there is one that can make a namespace here."""
    program = shutil.which("bwrap")
    if program is None:
        return None
    try:
        tried = subprocess.run(
            [program, "--unshare-net", "--ro-bind", "/", "/", "true"], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return program if tried.returncode == 0 else None


def wrapped(program: str, argv: Sequence[str], read_paths: Sequence[str], write_paths: Sequence[str]) -> list[str]:
    """Return `argv` inside a namespace that holds these paths, the system's libraries and nothing else."""
    made = [program, "--unshare-net", "--unshare-ipc", "--unshare-pid", "--die-with-parent"]
    made += ["--proc", "/proc", "--dev", "/dev"]
    for path in (*_SYSTEM_READ, *read_paths):
        made += ["--ro-bind-try", path, path]
    for path in write_paths:
        made += ["--bind", path, path]
    return [*made, "--", *argv]
