"""Read a backup again, every byte of it, and say what is damaged."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from kinora.errors import BackupDamaged, InputError, NotFound
from kinora.library.operating.database_dump import check_sqlite
from kinora.library.operating.file_store import FileReader
from kinora.library.operating.folder_store import BLOCK_BYTES, MARK, FolderStore
from kinora.library.operating.snapshot import DATABASE, Entry, Snapshot

_NAMED = 5  # damaged files that a sentence names


class Store(Protocol):
    """A backup as it is read, whatever form it has."""

    def snapshots(self) -> list[Snapshot]: ...
    def snapshot(self, name: str = "") -> Snapshot: ...
    def has(self, entry: Entry) -> bool: ...
    def opened(self, entry: Entry) -> Any: ...


@dataclass(frozen=True)
class Verified:
    """What was read and found whole."""

    num_snapshots: int
    num_files: int
    size_bytes: int

    def to_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**told, "is_whole": True}


def open_store(path: Path) -> Store:
    """Open a backup for reading.

    Raises:
        NotFound: nothing is there. InputError, BackupDamaged: it is no backup of Kinora, or not a whole one.
    """
    path = path.expanduser().absolute()
    if not path.exists():
        raise NotFound(f"there is no backup at {path}")
    if path.is_file():
        return FileReader(path)
    if not (path / MARK).exists():
        raise InputError(f"{path} is no folder of backups", hint="name the folder or file given to kinora backup")
    return FolderStore(path)


def verify(path: Path, on_file: Callable[[float, str], None] | None = None) -> Verified:
    """Read every file of every snapshot once and compare its checksum; ask SQLite about the databases.

    Raises:
        BackupDamaged: names what is missing or has other bytes.
    """
    store = open_store(path)
    snapshots = store.snapshots() or [store.snapshot()]
    entries = {entry.sha256: entry for snapshot in snapshots for entry in snapshot.entries}
    damaged = []
    for number, entry in enumerate(entries.values()):
        if on_file is not None:
            on_file(number / len(entries), entry.path)
        if not _is_whole(store, entry):
            damaged.append(entry.path)
    refuse_damaged(damaged, len(entries))
    _check_databases(store, snapshots)
    return Verified(len(snapshots), len(entries), sum(entry.size_bytes for entry in entries.values()))


def refuse_damaged(damaged: list[str], num_all: int) -> None:
    """Say which files of a backup can't be used.

    Raises:
        BackupDamaged: there are any.
    """
    if damaged:
        names = ", ".join(damaged[:_NAMED]) + (" …" if len(damaged) > _NAMED else "")
        raise BackupDamaged(
            f"{len(damaged)} of {num_all} files in the backup are damaged or missing: {names}",
            hint="take another backup: kinora backup --list FOLDER names them, --snapshot chooses one",
        )


def copied(store: Store, entry: Entry, target: Path) -> bool:
    """Copy a stored file out; return whether its bytes are those that were saved."""
    digest = hashlib.sha256()
    with store.opened(entry) as source, target.open("xb") as file:
        for block in _blocks(source):
            digest.update(block)
            file.write(block)
    return digest.hexdigest() == entry.sha256


def _is_whole(store: Store, entry: Entry) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        with store.opened(entry) as source:
            for block in _blocks(source):
                digest.update(block)
                size += len(block)
    except (BackupDamaged, OSError):
        return False
    return size == entry.size_bytes and digest.hexdigest() == entry.sha256


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(BLOCK_BYTES):
        yield block


def _check_databases(store: Store, snapshots: list[Snapshot]) -> None:
    dumps = {entry.sha256: entry for one in snapshots for entry in one.entries if entry.path == DATABASE}
    for entry in dumps.values():
        with _copy_of(store, entry) as path:
            check_sqlite(path)


@contextmanager
def _copy_of(store: Store, entry: Entry) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kinora-verify-") as folder:
        path = Path(folder) / DATABASE
        copied(store, entry, path)
        yield path
