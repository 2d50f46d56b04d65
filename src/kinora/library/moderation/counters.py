"""Small short-lived values that all processes of this machine share, in a file of their own: `home/counters.sqlite3`.

Not in the library's database: a page that only reads must not wait for a worker that writes there, and nothing here
needs a backup. Losing the file forgives everybody; one that can't be read is made again. See docs/decisions.
"""

from __future__ import annotations

import json
import logging
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from kinora import config

T = TypeVar("T")
_log = logging.getLogger(__name__)
_TABLES = """
CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, full_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS value (name TEXT PRIMARY KEY, text TEXT NOT NULL, expires_at REAL) WITHOUT ROWID;
"""
_BUSY_SECONDS = 2.0
_CHANGES_A_SWEEP = 500


class Counters:
    """The file; every thread has a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = threading.local()

    def change(self, names: list[str], turn: Callable[[dict[str, float]], tuple[dict[str, float], float]]) -> float:
        """Read buckets, write what `turn` makes of them and return its answer, as one step; 0 where it can't be."""
        try:
            with self._writing() as database:
                known = {
                    name: row[0]
                    for name in names
                    if (row := database.execute("SELECT full_at FROM bucket WHERE name = ?", (name,)).fetchone())
                }
                changed, answer = turn(known)
                database.executemany("INSERT OR REPLACE INTO bucket VALUES (?, ?)", changed.items())
                self._sweep_at_times(database)
        except sqlite3.Error as error:
            self._mend(error)
            return 0.0
        return answer

    def get(self, name: str) -> tuple[bool, Any]:
        """Return whether a value is held, and the value."""
        row = self._try(lambda database: database.execute(
            "SELECT text FROM value WHERE name = ? AND (expires_at IS NULL OR expires_at > ?)", (name, time.time())
        ).fetchone())  # fmt: skip
        return (False, None) if row is None else (True, json.loads(row[0]))

    def put(self, name: str, value: Any, expires_at: float | None) -> None:
        self._try(lambda database: database.execute(
            "INSERT OR REPLACE INTO value VALUES (?, ?, ?)", (name, json.dumps(value), expires_at)
        ))  # fmt: skip

    def add(self, name: str, value: Any, expires_at: float | None) -> bool:
        """Put a value where none is held; return whether it was put. Of two at once, one does."""
        text, now = json.dumps(value), time.time()

        def added(database: sqlite3.Connection) -> bool:
            database.execute("DELETE FROM value WHERE name = ? AND expires_at <= ?", (name, now))
            return (
                database.execute("INSERT OR IGNORE INTO value VALUES (?, ?, ?)", (name, text, expires_at)).rowcount > 0
            )

        return bool(self._try(added, otherwise=True))

    def drop(self, name: str) -> bool:
        done = self._try(lambda database: database.execute("DELETE FROM value WHERE name = ?", (name,)).rowcount > 0)
        return bool(done)

    def clear(self) -> None:
        """Forget everything, for tests and for an operator who locked somebody out."""

        def emptied(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM value")
            database.execute("DELETE FROM bucket")

        self._try(emptied)

    def _try(self, verb: Callable[[sqlite3.Connection], T], otherwise: Any = None) -> Any:
        try:
            with self._writing() as database:
                self._sweep_at_times(database)
                return verb(database)
        except sqlite3.Error as error:
            self._mend(error)
            return otherwise

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        database = self._connection()
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
        except BaseException:
            database.rollback()
            raise
        database.commit()

    def _connection(self) -> sqlite3.Connection:
        if getattr(self._held, "process", None) != os.getpid():
            database = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            database.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; {_TABLES}")
            self._held.database, self._held.process = database, os.getpid()
        held: sqlite3.Connection = self._held.database
        return held

    def _sweep_at_times(self, database: sqlite3.Connection) -> None:
        if random.randrange(_CHANGES_A_SWEEP) == 0:
            database.execute("DELETE FROM bucket WHERE full_at < ?", (time.time(),))
            database.execute("DELETE FROM value WHERE expires_at < ?", (time.time(),))

    def _mend(self, error: sqlite3.Error) -> None:
        """Let the request through; a file that is no database any more is set aside, so that the next one counts."""
        _log.error("%s: %s; nothing was counted", self._path, error)
        self._held.process = None
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            self._path.unlink(missing_ok=True)


@cache
def _counters_at(path: Path) -> Counters:
    return Counters(path)


def counters() -> Counters:
    """Return this home's counters."""
    return _counters_at(config.current().home / "counters.sqlite3")
