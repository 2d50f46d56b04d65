"""Run a program that touches a stranger's bytes: no network, few files, bounded time, memory and output.

Layers, and what holds where: docs/confinement.md. Try it: `kinora doctor`
"""

from __future__ import annotations

import contextlib
import marshal
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kinora.engine.bubblewrap import bubblewrap, wrapped
from kinora.engine.cancel import CancelToken
from kinora.engine.launch import launcher
from kinora.engine.limits import Limits
from kinora.engine.watch import Finished, Watch, output_exceeded
from kinora.errors import Bug, DiskFull, KinoraError, LimitExceeded, ToolFailed, WorkerLost

__all__ = [
    "Finished", "Target", "describe_confinement", "raise_for_status", "run_confined", "run_spare_to_end", "run_to_end",
    "start_spare",
]  # fmt: skip

# Thread stacks, allocator arenas and mapped libraries reserve addresses that never become memory.
_ADDRESS_MARGIN_BYTES = 4 * 2**30
_START = f"import sys; sys.path.insert(0, {str(Path(launcher.__file__).parent)!r}); import launcher; launcher.main()"


@dataclass(frozen=True)
class Target:
    """A program to confine: its arguments, what it reads and writes, what it is given on standard input."""

    argv: Sequence[str]
    read_paths: Sequence[Path]
    write_dir: Path | None
    stdin: bytes = b""
    proxy_port: int = 0  # the one port of this machine that it may connect to; 0: no network at all


def run_confined(
    argv: Sequence[str],
    *,
    limits: Limits,
    read_paths: Sequence[Path],
    write_dir: Path | None,
    cancel: CancelToken | None = None,
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Run a program confined to its end; `on_line` gets each line of standard output as it comes.

    Raises:
        LimitExceeded: over a limit. ToolFailed: it ended with an error. WorkerLost: something else killed it.
        Cancelled: the token was set. DiskFull: it found no room.
    """
    finished = run_to_end(Target(argv, read_paths, write_dir), limits, cancel=cancel, on_line=on_line)
    raise_for_status(finished, limits, name=Path(argv[0]).name)
    return finished


def run_to_end(
    target: Target,
    limits: Limits,
    *,
    cancel: CancelToken | None = None,
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Run a program confined; a bad exit status is the caller's to judge.

    Raises:
        LimitExceeded: over a limit that is watched from outside. Cancelled: the token was set.
    """
    if cancel is not None:
        cancel.raise_if_cancelled()
    with tempfile.TemporaryFile() as stdin:
        stdin.write(target.stdin)
        stdin.seek(0)
        process = subprocess.Popen(
            _command(target, limits),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin"},
        )
        return Watch(process, limits, target.write_dir, cancel).to_the_end(on_line)


def start_spare(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a Python that prepares with trusted code only, then waits on standard input for `run_spare_to_end`.

    It has left the network and may neither start a process nor gain a privilege; files and limits follow with the job.
    It ends with the thread that calls this.
    """
    spec = {
        "argv": list(argv),
        "folder": "/",
        "environment": _environment(""),
        "parent_pid": os.getpid(),
        "is_spare": True,
    }
    return subprocess.Popen(
        _launch(spec),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={"PATH": "/usr/bin:/bin"},
    )


def run_spare_to_end(
    process: subprocess.Popen[bytes],
    target: Target,
    limits: Limits,
    *,
    cancel: CancelToken | None = None,
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Let a spare lock itself in for this target, then do it; otherwise as `run_to_end`."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it ended: the exit status says so
        process.stdin.write(marshal.dumps(_spec(target, limits)).hex().encode() + b"\n")
        process.stdin.write(target.stdin)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    return Watch(process, limits, target.write_dir, cancel).to_the_end(on_line)


def raise_for_status(finished: Finished, limits: Limits, *, name: str) -> None:
    """Turn a bad end into its error; nothing when the status is 0."""
    status = finished.exit_status
    if status == 0:
        return
    if status == -signal.SIGXCPU or finished.cpu_seconds >= limits.cpu_seconds:  # FFmpeg catches the signal
        raise LimitExceeded(f"it took more than {limits.cpu_seconds:g} s of processor time and was stopped")
    if status == -signal.SIGXFSZ:
        raise output_exceeded(limits)
    if status == -signal.SIGKILL:
        raise WorkerLost(f"{name} was killed by the system, most likely for lack of memory")
    raise _failure(finished, name)


def _failure(finished: Finished, name: str) -> KinoraError:
    if "No space left on device" in finished.stderr_tail:
        return DiskFull(f"{name} found no room left on the disk")
    if finished.exit_status < 0:
        return ToolFailed(f"{name} crashed ({signal.Signals(-finished.exit_status).name})")
    lines = [line.strip() for line in finished.stderr_tail.splitlines() if line.strip()]
    return ToolFailed(f"{name} failed: {lines[-1][:300] if lines else f'exit status {finished.exit_status}'}")


def _command(target: Target, limits: Limits) -> list[str]:
    spec = _spec(target, limits)
    if not spec["landlock"] and (wrapper := bubblewrap()):
        spec["parent_pid"] = None  # it counts processes anew; bubblewrap itself ends with its parent
        inner = [*spec["read_paths"], *_interpreter_paths()]
        return wrapped(wrapper, _launch(spec), inner, spec["write_paths"])
    return _launch(spec)


def _spec(target: Target, limits: Limits) -> dict[str, Any]:
    if not target.argv or not Path(target.argv[0]).is_absolute():
        raise Bug(f"a confined program is named by its whole path, not {list(target.argv)[:1]}")
    program = Path(target.argv[0]).resolve()
    read_paths = [str(program), *(str(Path(path).resolve()) for path in target.read_paths)]
    write_paths = [str(Path(target.write_dir).resolve())] if target.write_dir else []
    devices = graphics_devices() if limits.opens_graphics else []
    return _limits_spec(limits) | {
        "argv": list(target.argv),
        "folder": write_paths[0] if write_paths else "/",
        "environment": _environment(write_paths[0] if write_paths else ""),
        "read_paths": [*read_paths, *(_READ_BY_CUDA if devices else ())],
        "write_paths": write_paths,
        "device_paths": devices,
        "parent_pid": os.getpid(),
        "landlock": launcher.landlock_abi() > 0,
        "proxy_port": _held_to_port(target),
    }


def _held_to_port(target: Target) -> int:
    if target.proxy_port and launcher.landlock_abi() < 4:
        raise ToolFailed(
            "this machine can't hold a program to one port, so none may use the network",
            hint="a Linux kernel from 6.7 on has Landlock for networks",
        )
    return target.proxy_port


_READ_BY_CUDA = ("/proc/driver/nvidia", "/proc/devices", "/sys/bus/pci", "/sys/devices", "/sys/module/nvidia")


def graphics_devices() -> list[str]:
    """Return NVIDIA's device files of this machine; none where it has no graphics card of theirs."""
    return sorted(map(str, Path("/dev").glob("nvidia*"))) if Path("/dev/nvidiactl").exists() else []


def _launch(spec: dict[str, Any]) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", _START, marshal.dumps(spec).hex()]


def _interpreter_paths() -> list[str]:
    return [sys.base_prefix, sys.prefix, str(Path(launcher.__file__).parent)]


def _limits_spec(limits: Limits) -> dict[str, int]:
    return {
        "cpu_seconds": math.ceil(limits.cpu_seconds),
        "address_space_bytes": -1 if limits.opens_graphics else limits.memory_bytes + _ADDRESS_MARGIN_BYTES,
        "output_bytes": limits.output_bytes,
        "num_open_files": limits.num_open_files,
    }


def _environment(write_dir: str) -> dict[str, str]:
    """Return the whole environment of a confined process: nothing of this one's, so no secret can leak."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": write_dir or "/nonexistent",
        "TMPDIR": write_dir or "/nonexistent",
        "LANG": "C.UTF-8",
        "OMP_WAIT_POLICY": "passive",
        "OPENBLAS_NUM_THREADS": "1",  # small products only, beside threads that decode
        "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime's own, sent to its makers from threads of its own
        "MALLOC_ARENA_MAX": "2",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


@cache
def describe_confinement() -> dict[str, bool]:
    """Return which layers hold on this machine, as the launcher itself finds them; bubblewrap only without Landlock."""
    limits = Limits(cpu_seconds=10, wall_seconds=10, memory_bytes=2**28, output_bytes=2**20)
    spec = _limits_spec(limits) | {"argv": [], "read_paths": [], "write_paths": [], "parent_pid": os.getpid()}
    try:
        said = subprocess.run(_launch(spec), capture_output=True, text=True, timeout=30, check=True, env={}).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolFailed(f"the launcher of confined processes does not start: {error}") from error
    holding, missing = said.splitlines()[:2]
    held = dict.fromkeys(holding.split(), True) | dict.fromkeys(missing.split(), False)
    return held if held["landlock"] else held | {"bubblewrap": bubblewrap() is not None}
