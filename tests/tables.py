"""Homes that begin with their tables: made once by every migration, then copied, as making them takes seconds."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

import kinora.library.migrations
from kinora.library.setup import file_lock

_ROOT = Path(__file__).resolve().parents[1]
_MAKE = "from kinora.library.setup import set_up_django; set_up_django()"


def give_tables(home: Path) -> None:
    """Put a database with empty tables into a new home; a process that opens it finds nothing to migrate."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy_tables(home / "kinora.sqlite3")


def copy_tables(path: Path) -> None:
    """Make the file a database with empty tables."""
    shutil.copyfile(_empty_tables(), path)


@cache
def _empty_tables() -> Path:
    """Return the file to copy: of these migrations and these packages, made by whichever process needs it first."""
    kept = Path(tempfile.gettempdir()) / f"kinora-test-tables-{os.getuid()}"
    kept.mkdir(exist_ok=True, mode=0o700)
    path = kept / f"{_digest()}.sqlite3"
    with file_lock(kept / "lock"):
        if not path.exists():
            _make(path)
    return path


def _digest() -> str:
    migrations = sorted(Path(kinora.library.migrations.__path__[0]).glob("*.py"))
    digest = hashlib.sha256(sys.version.encode())
    for source in [*migrations, _ROOT / "constraints.txt", _ROOT / "pyproject.toml"]:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:20]


def _make(path: Path) -> None:
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("KINORA_")}
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([sys.executable, "-c", _MAKE], env=inherited | {"KINORA_HOME": home}, check=True)
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with closing(sqlite3.connect(Path(home) / "kinora.sqlite3")) as made, closing(sqlite3.connect(new)) as copy:
            made.backup(copy)
        new.replace(path)
