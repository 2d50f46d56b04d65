"""The tables on disk: opened once, refreshed cheaply, written by one process at a time.

LanceDB is imported on first use (about a second) and never before a fork: its own threads don't survive one.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

import pyarrow as pa

from kinora.errors import Bug, DiskFull, IndexDamaged, KinoraError

REBUILD_HINT = "the worker sets it aside and reads every video into a new one; start Kinora again if that has not begun"


class Store:
    """The tables of one index folder; a table that doesn't exist yet is `None`."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._lock = RLock()
        self._tables: dict[str, Any] = {}
        self._connection: Any = None
        self._process_id = os.getpid()
        self._folder = self._folder_now()

    def table(self, name: str) -> Any | None:
        """Return a table at the version last refreshed to."""
        with self._lock:
            self._check_process()
            if name not in self._tables and (self.path / f"{name}.lance").is_dir():
                with self.errors():
                    self._tables[name] = self._connect().open_table(name)
            return self._tables.get(name)

    def create(self, name: str, schema: pa.Schema) -> Any:
        """Return a table for writing, made with its columns when there is none."""
        with self._lock:
            table = self.table(name)
            if table is None:
                with self.errors():
                    table = self._connect().create_table(name, schema=schema, exist_ok=True)
                self._tables[name] = table
            return table

    def names(self) -> list[str]:
        """Return the names of the tables on disk."""
        return sorted(entry.stem for entry in self.path.glob("*.lance") if entry.is_dir())

    def refresh(self, name: str) -> int:
        """Move a table to the newest version on disk and return its number, 0 where there is none."""
        table = self.table(name)
        if table is None:
            return 0
        with self.errors():
            table.checkout_latest()
        return self.version(name)

    def version(self, name: str) -> int:
        """Return the version that a table is at, 0 where there is none."""
        table = self.table(name)
        if table is None:
            return 0
        with self.errors():
            return int(table.version)

    def is_another(self) -> bool:
        """Return whether another folder lies at the path than before, as when one was set aside; its tables are new."""
        with self._lock:
            before, self._folder = self._folder, self._folder_now()
            if before == self._folder:
                return False
            self.close()
            return True

    def _folder_now(self) -> int:
        try:
            return self.path.stat().st_ino
        except OSError:
            return 0

    def close(self) -> None:
        """Forget the open tables."""
        with self._lock:
            self._tables.clear()
            self._connection = None

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn LanceDB's failures into sentences."""
        try:
            yield
        except KinoraError:
            raise
        except (RuntimeError, ValueError, OSError, KeyError, pa.ArrowException) as error:
            reason = first_sentence(str(error))
            if "No space left" in str(error):
                raise DiskFull(f"the search index in {self.path} can't be written: the disk is full") from error
            raise IndexDamaged(f"the search index in {self.path} can't be read: {reason}", hint=REBUILD_HINT) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the index for writing; other writers, in this process and others, wait."""
        if self.read_only:
            raise Bug("the index was opened for reading; only the worker writes it")
        self.path.mkdir(parents=True, exist_ok=True)
        with self._lock, (self.path / "writer.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for name in self.names():
                self.refresh(name)
            yield

    def _connect(self) -> Any:
        if self._connection is None:
            import lancedb

            self._connection = lancedb.connect(str(self.path))
        return self._connection

    def _check_process(self) -> None:
        if self._process_id != os.getpid():
            raise Bug("the index was opened before a fork; open it in the process that uses it")


def load_driver() -> None:
    """Import LanceDB ahead of its first use, which it would make wait for over a second."""
    import lancedb  # noqa: F401


def first_sentence(text: str) -> str:
    """Return the start of a library's message without the places in its source."""
    line = text.splitlines()[0] if text else "no reason given"
    return re.sub(r",? /\S+\.rs:\d+(:\d+)?", "", line)[:200]
