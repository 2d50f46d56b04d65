"""Homes and databases of their own for tests that start and kill real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.tables import give_tables

from kinora.config import Settings

HERE = Path(__file__).parent


@pytest.fixture
def own_environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Return the environment of a home of its own; on PostgreSQL with a database of its own, dropped afterwards."""
    environment = dict(os.environ, KINORA_HOME=str(tmp_path / "home"), KINORA_MIN_FREE_BYTES="1000000")
    url = environment.get("KINORA_DATABASE_URL", "")
    if not url:
        give_tables(tmp_path / "home")
        yield environment
        return
    import psycopg

    name = f"kinora_{os.getpid()}_{abs(hash(tmp_path)) % 10**8}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield environment | {"KINORA_DATABASE_URL": url.rsplit("/", 1)[0] + "/" + name}
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def run_script(own_environment: dict[str, str]) -> Callable[..., str]:
    """Return a function that runs a script of this folder to its end and gives its output."""

    def run(script: str, *arguments: str, timeout_seconds: float = 120) -> str:
        done = subprocess.run(
            [sys.executable, str(HERE / script), *arguments],
            env=own_environment, capture_output=True, text=True, timeout=timeout_seconds,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    return run


@pytest.fixture
def start_script(own_environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts a script of this folder; whatever still runs afterwards is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(HERE / script), *arguments],
            env=own_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def own_settings(own_environment: dict[str, str]) -> Settings:
    return Settings.from_env(own_environment)
