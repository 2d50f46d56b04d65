"""Functions that the tests run in confined children; each tries one thing."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kinora.errors import MediaTooLarge, UnreadableMedia


@dataclass(frozen=True)
class Parcel:
    name: str
    ratio: Fraction
    path: Path
    numbers: tuple[int, ...] = ()
    inner: Parcel | None = None


def give_back(parcel: Parcel, times: int) -> list[Parcel]:
    return [parcel] * times


def refuse(word: str) -> None:
    raise MediaTooLarge(f"the word {word} is too large", hint="a shorter one")


def stumble() -> int:
    return {}["nothing here"]  # type: ignore[return-value]


def wrong_type() -> int:
    return "no number"  # type: ignore[return-value]


def chatter(report: Callable[[float, str], None]) -> str:
    print("a library prints this")
    sys.stdout.flush()
    os.system("true")
    for step in range(4):
        report(step / 4, f"step {step}")
    return "done"


def attempt_all(tries: list[tuple[str, str]]) -> list[str]:
    """Try forbidden things, one after the other, and say how each ended."""
    return [_attempt(kind, target) for kind, target in tries]


def _attempt(kind: str, target: str) -> str:
    try:
        return f"did it: {_TRIES[kind](target)!r}"
    except OSError as error:
        return f"{type(error).__name__} {error.errno}"


def _connect(port: str) -> object:
    return socket.create_connection(("127.0.0.1", int(port)), timeout=2)


def _connect_by_path(path: str) -> object:
    with socket.socket(socket.AF_UNIX) as made:
        return made.connect(path)


def _start(path: str) -> object:
    return subprocess.run([path], check=True)


def _kill(pid: str) -> object:
    return os.kill(int(pid), 0)


_TRIES: dict[str, Callable[[str], object]] = {
    "connect": _connect,
    "connect_by_path": _connect_by_path,
    "read": lambda path: Path(path).read_bytes()[:20],
    "list": lambda path: os.listdir(path)[:3],
    "write": lambda path: Path(path).write_text("written"),
    "delete": os.unlink,
    "chmod": lambda path: os.chmod(path, 0o777),
    "symlink": lambda path: os.symlink("/etc/passwd", path),
    "start": _start,
    "fork": lambda _: os.fork(),
    "kill": _kill,
    "environment_of_parent": lambda pid: Path(f"/proc/{pid}/environ").read_bytes()[:20],
}


def process_id() -> int:
    return os.getpid()


def environment() -> dict[str, str]:
    return dict(os.environ)


def eat_memory(mebibytes: int) -> int:
    eaten = [bytearray(2**20) for _ in range(mebibytes)]
    time.sleep(5)
    return len(eaten)


def reserve_memory(gibibytes: int) -> int:
    return len(bytearray(gibibytes * 2**30))


def spin(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def nap(seconds: float) -> None:
    time.sleep(seconds)


def fill(folder: Path, mebibytes: int) -> None:
    for number in range(mebibytes):
        (folder / f"{number}").write_bytes(b"\0" * 2**20)
        time.sleep(0.02)


def fill_one(file: Path, mebibytes: int) -> None:
    file.write_bytes(b"\0" * mebibytes * 2**20)


def crash() -> None:
    ctypes.string_at(0)


def end_quietly() -> None:
    os._exit(0)


def refuse_then_die() -> None:
    raise UnreadableMedia("x" * 10_000)
