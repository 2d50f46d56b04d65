"""`kinora upgrade` on a home whose tables are those of an earlier version: whole, or as it was before."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

OLD = "0015_figures"
MAKE_OLD = f"""
from kinora.library.setup import set_up_django
set_up_django(migrate=False)
from django.core.management import call_command
call_command("migrate", "library", "{OLD}", verbosity=0)
call_command("migrate", "sessions", verbosity=0)
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("INSERT INTO library_note (key, value, updated_at) VALUES ('kept', '{{}}', '2026-01-01 00:00:00')")
"""
FAILS = """
from kinora import config
from kinora.library.setup import set_up_django
set_up_django(migrate=False)
from kinora.library.operating import upgrade as upgrading
whole = upgrading.migrate
def broken():
    whole()
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE library_watchedlately")
        cursor.execute("DELETE FROM library_note")
upgrading.migrate = broken
try:
    upgrading.upgrade(config.current())
except Exception as error:
    print(type(error).__name__, error)
"""


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINORA_", "DJANGO_"))}
    return {**kept, "KINORA_HOME": str(home), "KINORA_FRAME_ENCODER": "off", "KINORA_TEXT_ENCODER": "off"}


def python(home: Path, program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def kinora(home: Path, *arguments: str) -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "kinora", *arguments, "--json"],
        env=environment(home), capture_output=True, text=True, check=False,
    )  # fmt: skip
    text = done.stdout if done.returncode == 0 else done.stderr.strip().splitlines()[-1]
    return done.returncode, json.loads(text)


def rows(home: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(home / "kinora.sqlite3")) as database:
        return database.execute(question).fetchall()


def migrations(home: Path) -> list[str]:
    return [name for (name,) in rows(home, "SELECT name FROM django_migrations WHERE app = 'library' ORDER BY name")]


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("old") / "home"
    python(home, MAKE_OLD)
    assert migrations(home)[-1] == OLD
    return home


@pytest.fixture
def old_home(made_once: Path, tmp_path: Path) -> Path:
    """Return a home of its own as an earlier version left it."""
    return Path(shutil.copytree(made_once, tmp_path / "home"))


def test_it_says_what_it_would_do_then_does_it_once(old_home: Path) -> None:
    code, plan = kinora(old_home, "upgrade", "--check")
    assert code == 0 and plan["is_needed"] and plan["hindrances"] == []
    assert "library.0016_watched_lately" in plan["pending"] and "library.0001_initial" not in plan["pending"]
    assert migrations(old_home)[-1] == OLD, "a check changes nothing"

    code, done = kinora(old_home, "upgrade", "--backup", str(old_home.parent / "all.tar"))
    assert code == 0 and done["pending"] == plan["pending"]
    assert migrations(old_home)[-1] > OLD and rows(old_home, "SELECT key FROM library_note WHERE key = 'kept'")
    assert (old_home.parent / "all.tar").exists()
    with closing(sqlite3.connect(done["saved"])) as before:
        names = before.execute("SELECT name FROM django_migrations WHERE app = 'library'").fetchall()
    assert (OLD,) in names and len(names) < len(migrations(old_home))
    assert [finding for finding in done["findings"] if finding["name"] in ("database", "index")] == []
    assert rows(old_home, "SELECT actor FROM library_auditentry WHERE verb = 'site.upgrade'") == [("kinora",)]

    code, plan = kinora(old_home, "upgrade", "--check")
    assert (plan["is_needed"], plan["pending"]) == (False, [])
    assert plan["from_version"] == plan["to_version"]


def test_after_a_failure_the_database_is_as_it_was(old_home: Path) -> None:
    told = python(old_home, FAILS)
    assert told.startswith("ToolFailed the upgrade failed and the database is as it was before")
    assert "watchedlately" in told
    assert migrations(old_home)[-1] == OLD
    assert rows(old_home, "SELECT key FROM library_note") == [("kept",)]
    assert rows(old_home, "PRAGMA quick_check") == [("ok",)]
    assert rows(old_home, "PRAGMA journal_mode") == [("wal",)]


def test_it_waits_for_nobody_and_refuses_while_the_site_or_a_worker_runs(old_home: Path) -> None:
    with (old_home / "site.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert kinora(old_home, "upgrade", "--check")[1]["hindrances"] == ["the site runs"]
        code, told = kinora(old_home, "upgrade")
    assert code == 6 and "the site runs" in told["error"]["message"]
    name = f"worker:elsewhere-{os.getpid()}-1"
    with closing(sqlite3.connect(old_home / "kinora.sqlite3")) as database:
        database.execute("INSERT INTO library_note VALUES (?, '{}', datetime('now', '+1 day'))", (name,))
        database.commit()
    code, told = kinora(old_home, "upgrade")
    assert code == 6 and told["error"]["message"] == "1 worker runs"
    assert migrations(old_home)[-1] == OLD and not (old_home / "upgrades").exists()


def test_a_database_of_a_later_version_and_no_library_are_refused(old_home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old_home / "kinora.sqlite3")) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('library', '9999_later', '2030-01-01')"
        )
        database.commit()
    code, told = kinora(old_home, "upgrade")
    assert code == 6 and "9999_later" in told["error"]["message"]
    code, told = kinora(tmp_path / "nothing", "upgrade", "--check")
    assert code == 4 and not (tmp_path / "nothing").exists()
