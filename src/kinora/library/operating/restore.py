"""Bring a library back from a backup into an empty home: checked first, then all of it or nothing.

Everything is written under `home/.restoring` and moved up at the end, the database last; until then the home is empty
for every other command, and a restore that was killed is simply run again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kinora.config import Settings
from kinora.errors import BackupDamaged, Conflict, DiskFull, InputError
from kinora.library.operating.checking import Store, copied, open_store, refuse_damaged
from kinora.library.operating.database_dump import kind_of, require_empty_postgres, restore_postgres
from kinora.library.operating.disk_errors import of_disk
from kinora.library.operating.folder_store import free_bytes
from kinora.library.operating.snapshot import DATABASE, POSTGRES_DUMP, Snapshot

DRAFT = ".restoring"


@dataclass(frozen=True)
class Restored:
    """What was brought back."""

    snapshot: Snapshot
    num_videos: int
    num_to_encode: int  # videos whose qualities are made again

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON."""
        told = {"num_videos": self.num_videos, "num_to_encode": self.num_to_encode}
        return {**told, "snapshot": self.snapshot.to_json()}


def restore(
    settings: Settings, source: Path, *, snapshot: str = "", on_file: Callable[[float, str], None] | None = None
) -> Restored:
    """Fill the empty home from a backup, bring its tables up to this Kinora, and queue what has to be made again.

    Raises: what `restore_files` raises.
    """
    return _put_right(restore_files(settings, source, snapshot=snapshot, on_file=on_file))


def restore_files(
    settings: Settings, source: Path, *, snapshot: str = "", on_file: Callable[[float, str], None] | None = None
) -> Snapshot:
    """Fill the empty home from a backup; return what was chosen.

    Raises:
        Conflict: the home, or the PostgreSQL database, is not empty; a later Kinora took the backup.
        BackupDamaged: files are missing or have other bytes; nothing was brought back. DiskFull. NotFound.
    """
    store = open_store(source)
    chosen = store.snapshot(snapshot)
    _check(settings, store, chosen)
    draft = settings.home / DRAFT
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        settings.home.chmod(0o700)
        _write(store, chosen, draft, on_file)
        if chosen.database == "postgresql":
            restore_postgres(settings, draft / POSTGRES_DUMP)
            (draft / POSTGRES_DUMP).unlink()
        _move_up(draft, settings.home)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise of_disk(error, settings.home, hint="nothing was brought back; make room and run it again") from error
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return chosen


def _check(settings: Settings, store: Store, chosen: Snapshot) -> None:
    """Refuse what can't become a library here, before anything is written."""
    if settings.home.exists() and not settings.home.is_dir():
        raise InputError(f"{settings.home} is a file", hint="name an empty folder: kinora --home FOLDER restore …")
    inside = sorted(path.name for path in settings.home.glob("*")) if settings.home.exists() else []
    if set(inside) - {DRAFT, "lost+found"}:
        raise Conflict(
            f"{settings.home} is not empty: it holds {', '.join(inside[:4])}{' …' if len(inside) > 4 else ''}",
            hint="restore into an empty folder: kinora --home NEW-FOLDER restore …",
        )
    if chosen.database != kind_of(settings):
        raise InputError(
            f"the backup holds a {chosen.database} database and this installation uses {kind_of(settings)}",
            hint="set KINORA_DATABASE_URL to an empty PostgreSQL database, or unset it for SQLite",
        )
    if chosen.database == "postgresql":
        require_empty_postgres(settings)
    _refuse_later(chosen)
    missing = [entry.path for entry in chosen.entries if not store.has(entry)]
    refuse_damaged(missing, len(chosen.entries))
    if {DATABASE, POSTGRES_DUMP}.isdisjoint(entry.path for entry in chosen.entries):
        raise BackupDamaged("the backup holds no database")
    if chosen.size_bytes > (free := free_bytes(settings.home)):
        raise DiskFull(
            f"the disk that holds {settings.home} has {free // 2**20} MiB free; the backup takes "
            f"{chosen.size_bytes // 2**20} MiB", hint="make room, or restore on another disk",
        )  # fmt: skip


def _refuse_later(chosen: Snapshot) -> None:
    """Refuse a database with tables that this Kinora does not know: it could not use them."""
    folder = Path(__file__).resolve().parents[1] / "migrations"
    unknown = sorted(set(chosen.migrations) - {path.stem for path in folder.glob("0*.py")})
    if unknown:
        raise Conflict(
            f"the backup was taken by a later Kinora ({chosen.kinora_version}; this is {version('kinora')}): "
            f"its database has {unknown[-1]}", hint="install that version or a later one, then restore",
        )  # fmt: skip


def _write(store: Store, chosen: Snapshot, draft: Path, on_file: Callable[[float, str], None] | None) -> None:
    damaged = []
    for number, entry in enumerate(chosen.entries):
        if on_file is not None:
            on_file(number / len(chosen.entries), entry.path)
        target = draft / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not copied(store, entry, target):
            damaged.append(entry.path)
        target.chmod(0o600 if entry.path == "secret_key" else 0o644)
        os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns))
    refuse_damaged(damaged, len(chosen.entries))


def _move_up(draft: Path, home: Path) -> None:
    """Move everything to its place, the database last: without it no command takes the home for a library."""
    os.sync()
    for path in sorted(draft.iterdir(), key=lambda path: path.name == DATABASE):
        path.rename(home / path.name)
    draft.rmdir()


def _put_right(chosen: Snapshot) -> Restored:
    """Migrate, and queue what the backup left to be made again."""
    from kinora.library.setup import set_up_django

    set_up_django()
    from kinora.library.operating.after_restore import forget_uploads, make_again

    forget_uploads()
    num_videos, num_to_encode = make_again()
    return Restored(chosen, num_videos, num_to_encode)
