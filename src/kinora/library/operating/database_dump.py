"""The database, saved whole while the site goes on, and put back: SQLite by its backup API, PostgreSQL by its tools."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kinora.config import Settings, child_environment
from kinora.errors import BackupDamaged, Conflict, InputError, NotFound, ToolFailed
from kinora.library.operating.snapshot import DATABASE, POSTGRES_DUMP

_PAGES_A_STEP = 2000


def kind_of(settings: Settings) -> str:
    """Return which database these settings name: `sqlite` or `postgresql`."""
    return "postgresql" if settings.database_url else "sqlite"


def dump_database(settings: Settings, folder: Path) -> Path:
    """Write the database into a folder as one moment of it; return the file.

    Raises:
        NotFound: there is none. ToolFailed: pg_dump is not here, or failed.
    """
    if settings.database_url:
        return _dump_postgres(settings, folder / POSTGRES_DUMP)
    source = settings.home / DATABASE
    if not source.exists():
        raise NotFound(f"there is no library in {settings.home}", hint="name its folder: kinora --home FOLDER backup …")
    target = folder / DATABASE
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy, pages=_PAGES_A_STEP, sleep=0.01)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    check_sqlite(target)
    return target


def check_sqlite(path: Path) -> None:
    """Ask SQLite whether a database file is sound.

    Raises:
        BackupDamaged: it is not.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            answer = database.execute("PRAGMA quick_check(3)").fetchall()
    except sqlite3.DatabaseError as error:
        raise BackupDamaged(f"the database in the backup can't be read: {error}") from error
    if answer != [("ok",)]:
        raise BackupDamaged(f"the database in the backup is damaged: {answer[0][0]}")


def applied_migrations(settings: Settings, dumped: Path) -> tuple[str, ...]:
    """Return the library's migrations that the saved database has; empty for PostgreSQL, whose tools see to it."""
    if settings.database_url:
        return ()
    with closing(sqlite3.connect(f"file:{dumped}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT name FROM django_migrations WHERE app = 'library' ORDER BY name")
        return tuple(name for (name,) in rows)


def restore_postgres(settings: Settings, dumped: Path) -> None:
    """Fill an empty PostgreSQL database from a dump, all of it or nothing."""
    url, environment = _connection(settings)
    arguments = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--dbname", url]
    _run_tool("pg_restore", [*arguments, str(dumped)], environment)


def require_empty_postgres(settings: Settings) -> None:
    """Refuse a database that holds tables already.

    Raises:
        Conflict: it does. InputError: it does not answer.
    """
    import psycopg

    try:
        with psycopg.connect(settings.database_url, connect_timeout=15) as database:
            found = database.execute(
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
            ).fetchone()
    except psycopg.Error as error:
        raise InputError(f"the database does not answer: {error}", hint="check KINORA_DATABASE_URL") from error
    if found and found[0]:
        raise Conflict(
            f"the database of KINORA_DATABASE_URL has {found[0]} tables", hint="name an empty one: createdb …"
        )


def _dump_postgres(settings: Settings, target: Path) -> Path:
    url, environment = _connection(settings)
    _run_tool("pg_dump", ["--format=custom", "--no-owner", "--file", str(target), "--dbname", url], environment)
    return target


def _connection(settings: Settings) -> tuple[str, dict[str, str]]:
    """Return the address without the password, and the environment that carries it: arguments can be seen by others."""
    parts = urlsplit(settings.database_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    place = f"{parts.username}@{host}" if parts.username else host
    place += f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    secret = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    return f"postgresql://{place}{parts.path}{query}", child_environment(settings) | secret


def _run_tool(name: str, arguments: list[str], environment: dict[str, str]) -> None:
    program = shutil.which(name)
    if program is None:
        raise ToolFailed(
            f"{name} is not on this machine, and PostgreSQL is saved with it",
            hint="install PostgreSQL's client programs of the server's version or later (postgresql-client)",
        )
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()
        raise ToolFailed(f"{name} failed: {' '.join(last[-3:])[:500] or done.returncode}")
