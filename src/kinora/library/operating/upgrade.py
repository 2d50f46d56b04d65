"""Bring a library up to this Kinora: the database saved, migrated and looked at, and put back where that failed.

Nothing but the database is changed here: what else a new version wants (an index in another form, prints, pictures by
another encoder) is queued for the workers, as when one of them starts.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from kinora.config import Settings
from kinora.errors import Conflict, DiskFull, KinoraError, NotFound, ToolFailed
from kinora.library.checkup import Finding, check_up
from kinora.library.models import Job, JobState, Note
from kinora.library.moderation.audit import note
from kinora.library.operating.backup import back_up
from kinora.library.operating.database_dump import dump_database, restore_postgres
from kinora.library.operating.house_lock import alone_in
from kinora.library.operating.snapshot import DATABASE
from kinora.library.reconcile import reconcile
from kinora.library.setup import file_lock
from kinora.library.workers import alive_workers

SAVED = "upgrades"  # the folder in the home that keeps the databases as they were
_KEPT = 3
_NOTE = "upgraded"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What an upgrade would do, and what stands in its way."""

    from_version: str  # empty: not known, as no upgrade was made before
    to_version: str
    pending: tuple[str, ...]  # migrations, as `library.0017_webhooks`
    hindrances: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        return bool(self.pending) or self.from_version != self.to_version

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON."""
        return {
            "is_needed": self.is_needed, "from_version": self.from_version, "to_version": self.to_version,
            "pending": list(self.pending), "hindrances": list(self.hindrances),
        }  # fmt: skip


@dataclass(frozen=True)
class Upgraded:
    """What was done; `saved` is the database as it was before."""

    plan: Plan
    saved: Path
    findings: tuple[Finding, ...]
    num_queued: int

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON."""
        return {
            **self.plan.to_json(), "saved": str(self.saved), "num_queued": self.num_queued,
            "findings": [finding.to_json() for finding in self.findings if finding.state in ("weak", "broken")],
        }  # fmt: skip


def plan_upgrade(settings: Settings) -> Plan:
    """Return what is to be done; changes nothing.

    Raises:
        NotFound: there is no library. Conflict: its database is of a later Kinora.
    """
    executor = _executor(settings)
    _refuse_later(executor)
    steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
    pending = tuple(f"{migration.app_label}.{migration.name}" for migration, _backwards in steps)
    return Plan(_known_version(), version("kinora"), pending, tuple(_hindrances(settings)))


def upgrade(settings: Settings, *, backup: Path | None = None, say: Say = lambda sentence: None) -> Upgraded:
    """Save, migrate, look, queue what has to be made again; after a failure the database is as it was.

    Args:
        backup: a folder or `.tar` file that the whole library is saved to first; the database always is.

    Raises:
        NotFound, Conflict: as `plan_upgrade`, or the site or a worker runs. DiskFull.
        ToolFailed: it failed, and the database was put back.
    """
    with ExitStack() as held:
        held.enter_context(alone_in(settings.home))
        plan = plan_upgrade(settings)
        if plan.hindrances:
            raise Conflict("; ".join(plan.hindrances), hint="stop kinora serve and every kinora work, then upgrade")
        held.enter_context(file_lock(settings.home / "migrate.lock"))  # no command that starts now migrates as well
        if backup is not None:
            say(f"Saving the whole library to {backup}")
            back_up(settings, backup)
        say("Saving the database")
        saved = _save(settings)
        with _put_back_after_failure(settings, saved):
            say(f"Bringing the tables up to date: {len(plan.pending)} steps")
            migrate()
            say("Looking at every table")
            verify(settings)
    say("Queuing what this version wants anew")
    num_queued = _queue_work(settings)
    Note.objects.update_or_create(key=_NOTE, defaults={"value": {"version": plan.to_version}})
    note(None, "site.upgrade", kind="site", target=plan.to_version, details={"from": plan.from_version})
    _forget_old(settings)
    return Upgraded(plan, saved, tuple(check_up(settings)), num_queued)


def migrate() -> None:
    """Apply what is missing."""
    call_command("migrate", verbosity=0, interactive=False)


def verify(settings: Settings) -> None:
    """Look whether the database is whole and has every table and column that this Kinora reads.

    Raises:
        ToolFailed: says what is not.
    """
    if not settings.database_url:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(3)")
            answer = cursor.fetchall()
            cursor.execute("PRAGMA foreign_key_check")
            orphans = cursor.fetchall()
        if answer != [("ok",)] or orphans:
            what = f"rows of {orphans[0][0]} name what is not there" if orphans else str(answer[0][0])
            raise ToolFailed(f"the database is damaged: {what}")
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            model._base_manager.first()


@contextmanager
def _put_back_after_failure(settings: Settings, saved: Path) -> Iterator[None]:
    try:
        yield
    except (DatabaseError, KinoraError, ArithmeticError, LookupError, TypeError, ValueError, OSError) as error:
        put_back(settings, saved)
        raise ToolFailed(
            f"the upgrade failed and the database is as it was before: {error}",
            hint=f"start the version you had, and report this; the database that was saved is {saved}",
        ) from error
    except BaseException:  # stopped by a person
        put_back(settings, saved)
        raise


def put_back(settings: Settings, saved: Path) -> None:
    """Fill the database with what was saved."""
    connection.close()
    if settings.database_url:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        connection.close()
        restore_postgres(settings, saved)
        return
    with (
        closing(sqlite3.connect(f"file:{saved}?mode=ro", uri=True)) as copy,
        closing(sqlite3.connect(settings.home / DATABASE, timeout=60)) as live,
    ):
        copy.backup(live)
        live.execute("PRAGMA journal_mode=WAL")


def _executor(settings: Settings) -> MigrationExecutor:
    if not settings.database_url and not (settings.home / DATABASE).exists():
        raise NotFound(f"there is no library in {settings.home}", hint="name its folder: kinora --home FOLDER upgrade")
    return MigrationExecutor(connection)


def _refuse_later(executor: MigrationExecutor) -> None:
    applied = {name for app, name in executor.loader.applied_migrations if app == "library"}
    known = {name for app, name in executor.loader.disk_migrations if app == "library"}
    if not applied:
        raise NotFound("the database holds no library yet", hint="kinora serve makes one")
    if unknown := sorted(applied - known):
        raise Conflict(
            f"the database is of a later Kinora (this is {version('kinora')}): it has {unknown[-1]}",
            hint="install that version or a later one",
        )


def _known_version() -> str:
    row = Note.objects.filter(key=_NOTE).first()
    return str(row.value.get("version", "")) if row else ""


def _hindrances(settings: Settings) -> Iterator[str]:
    workers = alive_workers()
    if workers:
        yield f"{len(workers)} worker{' runs' if len(workers) == 1 else 's run'}"
    if not settings.database_url:
        needed, free = 3 * (settings.home / DATABASE).stat().st_size, shutil.disk_usage(settings.home).free
        if needed + settings.min_free_bytes > free:
            yield f"{free // 2**20} MiB are free, and saving and migrating the database takes {needed // 2**20} MiB"


def is_served(settings: Settings) -> bool:
    """Return whether the site runs."""
    try:
        with alone_in(settings.home):
            return False
    except Conflict:
        return True


def _save(settings: Settings) -> Path:
    folder = settings.home / SAVED / datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    folder.mkdir(parents=True, mode=0o700)
    try:
        return dump_database(settings, folder)
    except sqlite3.Error as error:
        raise DiskFull(f"the database could not be saved: {error}", hint="nothing was changed") from error


def _queue_work(settings: Settings) -> int:
    def waiting() -> int:
        return Job.objects.filter(state=JobState.QUEUED).count()

    before = waiting()
    reconcile(settings)
    return max(0, waiting() - before)


def _forget_old(settings: Settings) -> None:
    for folder in sorted((settings.home / SAVED).iterdir())[:-_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
