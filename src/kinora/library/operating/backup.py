"""Save a whole library while it is in use: into a folder, where only what changed is read, or into one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from kinora.config import Settings
from kinora.errors import DiskFull, InputError
from kinora.library.files import work_folder
from kinora.library.operating.database_dump import applied_migrations, dump_database, kind_of
from kinora.library.operating.disk_errors import of_disk
from kinora.library.operating.file_store import FileWriter
from kinora.library.operating.folder_store import FolderStore, free_bytes
from kinora.library.operating.home_files import files_of, index_files
from kinora.library.operating.snapshot import Entry, Snapshot
from kinora.library.setup import file_lock, make_home

OnFile = Callable[[float, str], None]  # how much is done in [0, 1], the file


@dataclass(frozen=True)
class BackedUp:
    """What was saved, and how much of it had to be read."""

    target: Path
    snapshot: Snapshot
    num_new_files: int
    new_bytes: int
    num_forgotten: int = 0  # older snapshots that `keep` let go

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON."""
        told = {"target": str(self.target), "num_new_files": self.num_new_files, "new_bytes": self.new_bytes}
        return {**told, "num_forgotten": self.num_forgotten, "snapshot": self.snapshot.to_json()}


class _Target(Protocol):
    def take(self, path: Path, name: str) -> Entry | None: ...


def back_up(
    settings: Settings,
    target: Path,
    *,
    with_renditions: bool = True,
    keep: int = 0,
    on_file: OnFile | None = None,
) -> BackedUp:
    """Save the library: into one file where `target` ends in `.tar`, else into a folder.

    Args:
        with_renditions: without them a restored library makes the qualities of its videos again.
        keep: in a folder, how many snapshots stay; 0: all.

    Raises:
        InputError, Conflict: the target is no place for it. DiskFull. NotFound: there is no library.
    """
    target = target.expanduser().absolute()
    _refuse_inside(settings.home, target)
    make_home(settings)
    try:
        if _is_file_name(target):
            return _into_file(settings, target, with_renditions, on_file)
        return _into_folder(settings, target, with_renditions, keep, on_file)
    except OSError as error:
        raise of_disk(
            error, target, hint="make room there or name another place, and run it again; earlier backups are whole"
        ) from error


def _is_file_name(target: Path) -> bool:
    return not target.is_dir() and target.suffix.lower() == ".tar"


def _refuse_inside(home: Path, target: Path) -> None:
    if target.resolve().is_relative_to(home):
        raise InputError(f"{target} lies inside the library itself", hint="name a place outside, best on another disk")
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} exists already", hint="name a folder, or a file .tar that is not there yet")


def _into_folder(
    settings: Settings, target: Path, with_renditions: bool, keep: int, on_file: OnFile | None
) -> BackedUp:
    store = FolderStore.made_at(target)
    with store.alone():
        before = {entry.path: entry for snapshot in store.snapshots()[-1:] for entry in snapshot.entries}
        _require_room(settings, target, before, with_renditions=with_renditions)
        taking = _IntoFolder(store, before)
        snapshot = _collect(settings, taking, with_renditions=with_renditions, on_file=on_file)
        store.close(snapshot)
        num_forgotten = store.forget(keep=keep) if keep else 0
    return BackedUp(target, snapshot, taking.num_new, taking.new_bytes, num_forgotten)


def _into_file(settings: Settings, target: Path, with_renditions: bool, on_file: OnFile | None) -> BackedUp:
    target.parent.mkdir(parents=True, exist_ok=True)
    _require_room(settings, target, {}, with_renditions=with_renditions)
    writer = FileWriter(target)
    taking = _IntoFile(writer)
    try:
        snapshot = _collect(settings, taking, with_renditions=with_renditions, on_file=on_file)
        writer.close(snapshot)
    except BaseException:
        writer.discard()
        raise
    return BackedUp(target, snapshot, len(snapshot.entries), snapshot.size_bytes)


def _require_room(settings: Settings, target: Path, before: dict[str, Entry], *, with_renditions: bool) -> None:
    """Refuse what the disk has plainly no room for, before hours are spent on it."""
    sizes = {
        _name(settings, path): path.stat().st_size for path in files_of(settings.home, with_renditions=with_renditions)
    }
    needed = sum(size for name, size in sizes.items() if name not in before or before[name].size_bytes != size)
    if needed > (free := free_bytes(target)):
        raise DiskFull(
            f"the disk that holds {target} has {free // 2**20} MiB free; this backup takes {needed // 2**20} MiB",
            hint="make room there, name another place, or leave what can be made again: --without-renditions",
        )


class _IntoFolder:
    """Takes files into a folder, unread where the last backup has them as they are."""

    def __init__(self, store: FolderStore, before: dict[str, Entry]) -> None:
        self.store, self.before = store, before
        self.num_new = self.new_bytes = 0

    def take(self, path: Path, name: str) -> Entry | None:
        facts = path.stat()
        seen = Entry(name, facts.st_size, facts.st_mtime_ns, "", facts.st_ino)
        known = self.before.get(name)
        if known is not None and seen.is_same_file(known) and self.store.has(known):
            return known
        digest = self.store.put(path)
        self.num_new += 1
        self.new_bytes += facts.st_size
        return Entry(name, facts.st_size, facts.st_mtime_ns, digest, facts.st_ino) if _is_still(path, seen) else None


class _IntoFile:
    def __init__(self, writer: FileWriter) -> None:
        self.writer = writer

    def take(self, path: Path, name: str) -> Entry | None:
        facts = path.stat()
        digest = self.writer.add(path, name)
        seen = Entry(name, facts.st_size, facts.st_mtime_ns, digest, facts.st_ino)
        return seen if _is_still(path, seen) else None


def _is_still(path: Path, seen: Entry) -> bool:
    facts = path.stat()
    return seen.is_same_file(Entry(seen.path, facts.st_size, facts.st_mtime_ns, "", facts.st_ino))


def _collect(settings: Settings, target: _Target, *, with_renditions: bool, on_file: OnFile | None) -> Snapshot:
    entries: list[Entry] = []
    with work_folder(settings, "backup") as folder:
        with _held_index(settings):  # database and index of one moment: each video's revision is the same in both
            dumped = dump_database(settings, folder)
            migrations = applied_migrations(settings, dumped)
            entries += _taken(target, [(path, _name(settings, path)) for path in index_files(settings.home)], None)
        entries += _taken(target, [(dumped, dumped.name)], None)
    files = [(path, _name(settings, path)) for path in files_of(settings.home, with_renditions=with_renditions)]
    entries += _taken(target, files, on_file)
    return Snapshot(
        datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f"), version("kinora"), migrations, kind_of(settings),
        with_renditions, settings.to_json(), tuple(entries),
    )  # fmt: skip


@contextmanager
def _held_index(settings: Settings) -> Iterator[None]:
    with file_lock(settings.home / "index.lock"):
        yield


def _name(settings: Settings, path: Path) -> str:
    return path.relative_to(settings.home).as_posix()


def _taken(target: _Target, files: list[tuple[Path, str]], on_file: OnFile | None) -> Iterator[Entry]:
    """Take files one by one; those that were deleted meanwhile belong to what is deleted."""
    for number, (path, name) in enumerate(files):
        if on_file is not None:
            on_file(number / len(files), name)
        for _ in range(3):
            try:
                entry = target.take(path, name)
            except FileNotFoundError:
                break
            if entry is not None:
                yield entry
                break
