"""Rate limits: a bucket that empties and fills, shared by processes, that forgives when its file is lost."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kinora import config
from kinora.errors import SettingRefused, TooManyRequests
from kinora.library.moderation.counters import counters
from kinora.library.moderation.rates import Rate, count, parse_rates

NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> config.Settings:
    """A home of its own, with a limit of three comments a minute and five a day."""
    settings = replace(config.current(), home=tmp_path, rate_comment="3/m,5/d", rate_search="off")
    monkeypatch.setattr(config, "current", lambda: settings)
    return settings


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("20/h", (Rate(20, 3600),)),
        ("6/m, 100/d", (Rate(6, 60), Rate(100, 86400))),
        ("5/5m", (Rate(5, 300),)),
        ("off", ()),
        ("", ()),
    ],
)
def test_limits_are_read(text: str, rates: tuple[Rate, ...]) -> None:
    assert parse_rates(text) == rates


@pytest.mark.parametrize("text", ["0/h", "-1/h", "5", "5/y", "5/h/ip", "five/h", "5/h,,", "1e3/h"])
def test_what_is_no_limit_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingRefused, match="20/h"):
        parse_rates(text)


def test_a_burst_is_let_through_then_one_each_time_its_share_has_passed() -> None:
    for _ in range(3):
        count("comment", "user:1", now=NOW)
    with pytest.raises(TooManyRequests) as refused:
        count("comment", "user:1", now=NOW)
    assert refused.value.retry_after_seconds == 20 and refused.value.http_status == 429
    assert refused.value.is_retryable and "20 seconds" in refused.value.hint
    with pytest.raises(TooManyRequests):
        count("comment", "user:1", now=NOW + 19)
    count("comment", "user:1", now=NOW + 20)
    with pytest.raises(TooManyRequests):
        count("comment", "user:1", now=NOW + 20)


def test_the_longest_limit_counts_too_and_a_refusal_costs_nothing() -> None:
    for minute in range(5):
        count("comment", "user:1", now=NOW + 60 * minute)
    for attempt in range(50):
        with pytest.raises(TooManyRequests) as refused:
            count("comment", "user:1", now=NOW + 300 + attempt)
    assert refused.value.retry_after_seconds == pytest.approx(86400 / 5 - 349, abs=1)
    count("comment", "user:1", now=NOW + 86400 / 5)


def test_everybody_has_a_bucket_of_their_own_and_off_is_off() -> None:
    for _ in range(3):
        count("comment", "user:1", now=NOW)
    count("comment", "user:2", now=NOW)
    for _ in range(1000):
        count("search", "user:1", now=NOW)


def test_processes_share_one_count(tmp_path: Path) -> None:
    """Four processes at once ask fifteen times together for what may be had three times."""
    program = (
        "from kinora.errors import TooManyRequests\n"
        "from kinora.library.moderation.rates import count\n"
        "passed = 0\n"
        "for _ in range(15):\n"
        "    try:\n"
        f"        count('comment', 'user:1', now={NOW})\n"
        "        passed += 1\n"
        "    except TooManyRequests:\n"
        "        pass\n"
        "print(passed)\n"
    )
    environment = {"KINORA_HOME": str(tmp_path), "KINORA_RATE_COMMENT": "3/m", "PATH": "/usr/bin:/bin"}
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(4)
    ]
    assert sum(int(process.communicate(timeout=60)[0]) for process in running) == 3


def test_a_lost_or_broken_file_lets_people_through_and_counts_again(own_home: config.Settings) -> None:
    count("comment", "user:1", now=NOW)
    path = own_home.home / "counters.sqlite3"
    counters()._held.process = None  # as another process finds it
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(b"this is no database" * 100)
    count("comment", "user:1", now=NOW)
    for _ in range(3):
        count("comment", "user:1", now=NOW)
    with pytest.raises(TooManyRequests):
        count("comment", "user:1", now=NOW)


def test_values_are_shared_once_and_run_out() -> None:
    held = counters()
    assert held.add("lock", True, None) and not held.add("lock", True, None)
    assert held.get("lock") == (True, True)
    assert held.drop("lock") and held.get("lock") == (False, None)
    held.put("old", [1.5], 1.0)
    assert held.get("old") == (False, None) and held.add("old", 2, None)
