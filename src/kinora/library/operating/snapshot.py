"""What a backup holds, written down: every file with its checksum, when, from which Kinora."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from kinora.errors import BackupDamaged, Conflict

FORMAT = 1
DATABASE = "kinora.sqlite3"  # where the dump of an SQLite database stands in the home
POSTGRES_DUMP = "kinora.pgdump"


@dataclass(frozen=True)
class Entry:
    """One file of the home; `path` is relative to it, with `/` between its parts."""

    path: str
    size_bytes: int
    mtime_ns: int
    sha256: str
    inode: int = 0

    def is_same_file(self, other: Entry | None) -> bool:
        """Return whether the file on disk is the one that was saved: same size, time and place on the disk."""
        mine = (self.size_bytes, self.mtime_ns, self.inode)
        return other is not None and mine == (other.size_bytes, other.mtime_ns, other.inode)


@dataclass(frozen=True)
class Snapshot:
    """The list of a backup. `name` is when it was taken, in UTC, and sorts by that."""

    name: str
    kinora_version: str
    migrations: tuple[str, ...]
    database: str  # `sqlite` or `postgresql`
    with_renditions: bool
    settings: dict[str, Any]  # in force when it was taken, without secrets
    entries: tuple[Entry, ...]
    format: int = FORMAT

    @property
    def size_bytes(self) -> int:
        return sum(entry.size_bytes for entry in self.entries)

    def to_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON: everything but the list of files."""
        told = {name: getattr(self, name) for name in ("name", "kinora_version", "database", "with_renditions")}
        return {**told, "num_files": len(self.entries), "size_bytes": self.size_bytes}


def read_snapshot(text: str, where: str) -> Snapshot:
    """Return a snapshot from its text.

    Raises:
        BackupDamaged: it is none. Conflict: a later Kinora wrote it in a way that this one does not know.
    """
    try:
        told = json.loads(text)
        if told["format"] > FORMAT:
            raise Conflict(
                f"{where} was written by Kinora {told['kinora_version']} in format {told['format']}; this one reads "
                f"formats up to {FORMAT}", hint="install that Kinora or a later one, then restore",
            )  # fmt: skip
        entries = tuple(Entry(**entry) for entry in told.pop("entries"))
        return Snapshot(**{**told, "migrations": tuple(told["migrations"])}, entries=_checked(entries, where))
    except (ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(f"{where} is no list of a backup: {error}") from error


def _checked(entries: tuple[Entry, ...], where: str) -> tuple[Entry, ...]:
    """Refuse names that would lead out of the home, and sums that are none."""
    for entry in entries:
        parts = entry.path.split("/")
        if entry.path.startswith("/") or "\0" in entry.path or any(part in ("", ".", "..") for part in parts):
            raise BackupDamaged(f"{where} names {entry.path!r}, which is no place in a home")
        if len(entry.sha256) != 64 or not set(entry.sha256) <= set("0123456789abcdef") or entry.size_bytes < 0:
            raise BackupDamaged(f"{where} has no checksum for {entry.path!r}")
    return entries
