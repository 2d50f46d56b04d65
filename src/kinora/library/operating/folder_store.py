"""A backup in a folder: files by their checksum, each stored once, and one list for each time it was taken.

kinora-backup.json    says what this folder is
objects/ab/ab12…      the files, named by the SHA-256 of their bytes
snapshots/<time>.json the lists; one that is there is whole
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kinora.errors import BackupDamaged, Conflict, InputError, NotFound
from kinora.library.operating.snapshot import FORMAT, Entry, Snapshot, read_snapshot

MARK = "kinora-backup.json"
BLOCK_BYTES = 4 * 2**20


class FolderStore:
    """Writes and reads the backups of one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def made_at(cls, path: Path) -> FolderStore:
        """Return the folder ready to be written.

        Raises:
            InputError: it holds other things than backups.
        """
        if path.is_dir() and not (path / MARK).exists() and any(path.iterdir()):
            raise InputError(f"{path} holds other files", hint="name an empty folder, or one that is not there yet")
        for name in ("objects", "snapshots"):
            (path / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (path / MARK).exists():
            (path / MARK).write_text(json.dumps({"what": "backups of Kinora", "format": FORMAT}) + "\n")
        path.chmod(0o700)
        return cls(path)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for this process.

        Raises:
            Conflict: another one writes it now.
        """
        with (self.path / "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Conflict(f"another backup into {self.path} is running", hint="wait until it is done") from error
            for left in self.path.glob("objects/*/*.part"):
                left.unlink()
            yield

    def snapshots(self) -> list[Snapshot]:
        """Return the lists, oldest first."""
        paths = sorted((self.path / "snapshots").glob("*.json"))
        return [read_snapshot(path.read_text(encoding="utf-8"), path.name) for path in paths]

    def snapshot(self, name: str = "") -> Snapshot:
        """Return the newest list, or the one of a name."""
        if name and not name.replace("-", "").isalnum():
            raise NotFound(f"there is no snapshot {name!r}")
        files = sorted((self.path / "snapshots").glob(f"{name or '*'}.json"))
        if not files:
            raise NotFound(f"there is no backup {name or ''} in {self.path}".replace("  ", " "),
                           hint="kinora backup --list FOLDER names them")  # fmt: skip
        return read_snapshot(files[-1].read_text(encoding="utf-8"), files[-1].name)

    def put(self, source: Path) -> str:
        """Store a file's bytes, read them back, and return their SHA-256."""
        draft = self.path / "objects" / f"{os.getpid()}.part"
        draft = draft.parent / "00" / draft.name
        draft.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            digest = copy_and_sum(source, draft)
            place = self._place(digest)
            if place.exists() and place.stat().st_size == draft.stat().st_size:
                return digest
            if sum_of(draft) != digest:
                raise BackupDamaged(f"{source.name} was written but reads back otherwise", hint="check that disk")
            place.parent.mkdir(exist_ok=True, mode=0o700)
            draft.rename(place)
            return digest
        finally:
            draft.unlink(missing_ok=True)

    def has(self, entry: Entry) -> bool:
        place = self._place(entry.sha256)
        return place.is_file() and place.stat().st_size == entry.size_bytes

    @contextmanager
    def opened(self, entry: Entry) -> Iterator[BinaryIO]:
        """Give a stored file's bytes.

        Raises:
            BackupDamaged: it is not there.
        """
        try:
            file = self._place(entry.sha256).open("rb")
        except FileNotFoundError as error:
            raise BackupDamaged(f"the backup lacks {entry.path}") from error
        with file:
            yield file

    def close(self, snapshot: Snapshot) -> None:
        """Write the list: from now on the backup is there."""
        place = self.path / "snapshots" / f"{snapshot.name}.json"
        draft = place.with_suffix(".part")
        with draft.open("w", encoding="utf-8") as file:
            file.write(snapshot.to_text())
            file.flush()
            os.fsync(file.fileno())
        draft.rename(place)

    def forget(self, *, keep: int) -> int:
        """Delete all but the newest lists, and the files that none of those names; return how many lists went."""
        kept = self.snapshots()
        gone, kept = kept[:-keep], kept[-keep:]
        for snapshot in gone:
            (self.path / "snapshots" / f"{snapshot.name}.json").unlink(missing_ok=True)
        named = {entry.sha256 for snapshot in kept for entry in snapshot.entries}
        for path in (self.path / "objects").glob("*/*"):
            if path.name not in named:
                path.unlink(missing_ok=True)
        return len(gone)

    def _place(self, digest: str) -> Path:
        return self.path / "objects" / digest[:2] / digest


def copy_and_sum(source: Path, target: Path) -> str:
    """Copy a file's bytes to disk and return their SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as given, target.open("wb") as taken:
        os.fchmod(taken.fileno(), 0o600)
        while block := given.read(BLOCK_BYTES):
            digest.update(block)
            taken.write(block)
        taken.flush()
        os.fsync(taken.fileno())
    return digest.hexdigest()


def sum_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def free_bytes(path: Path) -> int:
    """Return what is free on the disk of a path that may not exist yet."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free
