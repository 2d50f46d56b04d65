"""A backup in one file: an ordinary tar of the home, its list at the end. What has no list at its end is not whole."""

from __future__ import annotations

import glob
import hashlib
import io
import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from kinora.errors import BackupDamaged, Conflict, NotFound
from kinora.library.operating.snapshot import Entry, Snapshot, read_snapshot

LIST = "kinora-backup/list.json"
_PREFIX = "home/"


class FileWriter:
    """Writes one archive; it gets its name when it is whole."""

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise Conflict(f"{path} exists already", hint="name a file that is not there yet, or a folder")
        self.path = path
        _sweep(path)
        self._draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed in `close`

    def add(self, source: Path, name: str) -> str:
        """Add a file under its place in the home; return the SHA-256 of what was read."""
        with source.open("rb") as file:
            info = self._tar.gettarinfo(arcname=_PREFIX + name, fileobj=file)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            reader = _Summing(file, info.size)
            self._tar.addfile(info, cast("IO[bytes]", reader))
        return reader.digest.hexdigest()

    def close(self, snapshot: Snapshot) -> None:
        """Write the list and give the archive its name."""
        data = snapshot.to_text().encode()
        info = tarfile.TarInfo(LIST)
        info.size, info.mtime, info.mode = len(data), int(time.time()), 0o600
        self._tar.addfile(info, io.BytesIO(data))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.rename(self.path)

    def discard(self) -> None:
        """Leave nothing of an archive that was not finished."""
        self._file.close()
        self._draft.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Delete what archives of this name left that were killed: their process is gone."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        if not Path(f"/proc/{left.suffixes[-2].lstrip('.')}").exists():
            left.unlink(missing_ok=True)


class _Summing:
    """A file that is read and summed, never beyond the length that was announced; a shorter one is filled up."""

    def __init__(self, file: IO[bytes], size_bytes: int) -> None:
        self.file, self.left, self.digest = file, size_bytes, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(self.left if size < 0 else min(size, self.left))
        if not block and self.left:
            raise OSError(f"{self.file.name} became shorter while it was read")
        self.left -= len(block)
        self.digest.update(block)
        return block


class FileReader:
    """Reads one archive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._tar = tarfile.open(path, mode="r:")  # noqa: SIM115 - open as long as the reader
            self._members = {info.name: info for info in self._tar.getmembers()}
        except (tarfile.TarError, EOFError, OverflowError, ValueError) as error:
            raise BackupDamaged(f"{path} is no whole backup: {error}", hint="copy it again, or take another") from error

    def snapshots(self) -> list[Snapshot]:
        return [self.snapshot()]

    def snapshot(self, name: str = "") -> Snapshot:
        """Return the archive's list."""
        info = self._members.get(LIST)
        data = self._tar.extractfile(info) if info is not None else None
        if data is None:
            raise BackupDamaged(
                f"{self.path} is no whole backup: it ends before its list",
                hint="it was cut short, or is no backup of Kinora; take another",
            )
        found = read_snapshot(data.read().decode("utf-8", "replace"), self.path.name)
        if name and found.name != name:
            raise NotFound(f"{self.path} holds the snapshot {found.name}, not {name!r}")
        return found

    def has(self, entry: Entry) -> bool:
        info = self._members.get(_PREFIX + entry.path)
        return info is not None and info.isreg() and info.size == entry.size_bytes

    @contextmanager
    def opened(self, entry: Entry) -> Iterator[IO[bytes]]:
        """Give a stored file's bytes.

        Raises:
            BackupDamaged: it is not there.
        """
        info = self._members.get(_PREFIX + entry.path)
        file = self._tar.extractfile(info) if info is not None and info.isreg() else None
        if file is None:
            raise BackupDamaged(f"the backup lacks {entry.path}")
        with file:
            yield file
