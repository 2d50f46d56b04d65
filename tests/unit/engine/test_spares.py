"""When a process is kept ready: replaced after its job, not while one runs, not without memory, not if it dies."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from kinora.engine import spares
from kinora.engine.spares import Spares

SLEEPER = (sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)")
FAILS = (sys.executable, "-I", "-S", "-c", "raise SystemExit('nothing to load')")


def job() -> None:
    """Stand for a function that is called confined."""


def started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, "it did not happen within a minute"
        time.sleep(0.02)


@pytest.fixture
def make_spares(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Sequence[str]], Spares]]:
    """Return a function that keeps spares of one command for `job`; unconfined, ended afterwards."""
    monkeypatch.setattr(spares, "start_spare", started)
    monkeypatch.setattr(spares, "_TICK_SECONDS", 0.02)
    made: list[Spares] = []

    def make(command: Sequence[str]) -> Spares:
        made.append(Spares({job: command}))
        return made[-1]

    yield make
    for one in made:
        one.close()


def end(process: subprocess.Popen[bytes] | None) -> None:
    assert process is not None
    process.kill()
    process.communicate()


def test_one_that_was_taken_is_replaced_when_its_call_has_ended(make_spares: Callable[..., Spares]) -> None:
    kept = make_spares(SLEEPER)
    wait_for(lambda: len(kept.waiting()) == 1)
    (first,) = kept.waiting()
    with kept.taken(job) as process:
        assert process is not None and process.pid == first
        time.sleep(0.3)
        assert kept.waiting() == [], "starting another would slow the job down"
        end(process)
    wait_for(lambda: len(kept.waiting()) == 1)
    assert kept.waiting() != [first]


def test_it_is_replaced_during_a_long_call(make_spares: Callable[..., Spares], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spares, "_REPLACED_AFTER_SECONDS", 0.2)
    kept = make_spares(SLEEPER)
    wait_for(lambda: len(kept.waiting()) == 1)
    with kept.taken(job) as process:
        wait_for(lambda: len(kept.waiting()) == 1)
        end(process)


def test_a_call_that_finds_none_gets_none(make_spares: Callable[..., Spares]) -> None:
    kept = make_spares(SLEEPER)
    wait_for(lambda: len(kept.waiting()) == 1)
    with kept.taken(job) as first, kept.taken(job) as second:
        assert second is None
        end(first)


def test_little_memory_keeps_none_until_there_is_more(
    make_spares: Callable[..., Spares], monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [spares._LEAST_FREE_BYTES - 1]
    monkeypatch.setattr(spares, "free_bytes", lambda: free[0])
    kept = make_spares(SLEEPER)
    time.sleep(0.3)
    assert kept.waiting() == []
    free[0] += 1
    wait_for(lambda: len(kept.waiting()) == 1)


def test_a_command_that_always_ends_is_given_up_and_told(
    make_spares: Callable[..., Spares], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(spares.log, "warning", lambda text, *values: told.append(text % values))
    num_started = [0]

    def counted(command: Sequence[str]) -> subprocess.Popen[bytes]:
        num_started[0] += 1
        return started(command)

    monkeypatch.setattr(spares, "start_spare", counted)
    kept = make_spares(FAILS)
    wait_for(lambda: bool(told))
    time.sleep(0.2)
    assert num_started == [3] and len(told) == 1 and "nothing to load" in told[0]
    with kept.taken(job) as process:
        assert process is None


def test_closing_ends_those_that_wait(make_spares: Callable[..., Spares]) -> None:
    kept = make_spares(SLEEPER)
    wait_for(lambda: len(kept.waiting()) == 1)
    (process,) = kept._waiting.values()
    kept.close()
    assert process.poll() is not None and kept.waiting() == []


def test_free_memory_is_read_from_the_system() -> None:
    assert 0 < spares.free_bytes() <= 1 << 62
