"""Set Django up inside this process, on the home that `kinora.config` names, and bring its tables up to date."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from kinora import config
from kinora.errors import Conflict, InputError


def set_up_django(*, migrate: bool = True) -> None:
    """Make the rows usable: configure Django once, make the home's folders, migrate when needed.

    Raises:
        InputError: the home is no folder that can be written.
    """
    from django.apps import apps
    from django.conf import settings as django_settings

    make_home(config.current())
    if not apps.ready:
        import django

        if not django_settings.configured:
            module = import_module("kinora.library.django_settings")
            django_settings.configure(**{name: getattr(module, name) for name in dir(module) if name.isupper()})
        django.setup()
    if migrate:
        migrate_when_needed(config.current().home)


def make_home(settings: config.Settings) -> None:
    """Make the home and its folders, readable by their owner only."""
    if (settings.home / ".restoring").exists():
        raise Conflict(f"a restore into {settings.home} was not finished", hint="run kinora restore again")
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = (settings.videos_dir, settings.uploads_dir, settings.takes_dir, settings.exports_dir, settings.work_dir)
        for folder in made:
            folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{settings.home} can't be the library's home: {error.strerror}",
            hint="name a folder that you may write: kinora --home FOLDER, or KINORA_HOME",
        ) from error


def migrate_when_needed(home: Path) -> None:
    """Apply the migrations that are missing; of several processes starting at once, one does it."""
    if not _is_behind():
        return
    with file_lock(home / "migrate.lock"):
        if _is_behind():
            from django.core.management import call_command

            call_command("migrate", verbosity=0, interactive=False)


def _is_behind() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock that the kernel releases when its holder dies."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
