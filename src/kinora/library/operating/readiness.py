"""Whether an installation can do its work now: what a load balancer or a watcher asks."""

from __future__ import annotations

import shutil

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from kinora.config import Settings
from kinora.library.operating.maintenance import is_in_maintenance
from kinora.library.workers import alive_workers


def readiness(settings: Settings) -> dict[str, bool]:
    """Return what holds, by name; the site is ready when the first four do. A missing worker only delays work."""
    is_answering, is_migrated, has_worker = _database()
    return {
        "database": is_answering,
        "migrations": is_migrated,
        "disk": shutil.disk_usage(settings.home).free >= settings.min_free_bytes,
        "not_in_maintenance": not is_in_maintenance(settings),
        "worker": has_worker,
    }


def is_ready(checks: dict[str, bool]) -> bool:
    return all(holds for name, holds in checks.items() if name != "worker")


def _database() -> tuple[bool, bool, bool]:
    try:
        executor = MigrationExecutor(connection)
        is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return True, is_migrated, bool(is_migrated and alive_workers())
    except DatabaseError:
        return False, False, False
