"""Which files of a home are worth keeping: all but what is made anew by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# Temporary, locks, caches, what is on its way; the database is dumped, never copied as it lies there.
_LEFT_OUT = frozenset({
    "work", "uploads", "index", "index.damaged", "encoder.sock", "encoder.log", "encoder.lock", "counters.sqlite3",
    "kinora.sqlite3", "kinora.sqlite3-wal", "kinora.sqlite3-shm", "test.sqlite3", ".restoring",
    "upgrades",
})  # fmt: skip
_LEFT_OUT_ENDINGS = (".lock", "-wal", "-shm", ".sock", ".new")


def files_of(home: Path, *, with_renditions: bool) -> Iterator[Path]:
    """Return the files to save besides database and index; symbolic links and special files are none."""
    for path in sorted(home.iterdir()):
        if path.name not in _LEFT_OUT and not path.name.endswith(_LEFT_OUT_ENDINGS):
            yield from _walk(path, with_renditions=with_renditions)


def index_files(home: Path) -> Iterator[Path]:
    """Return the files of the search index; hold its lock while they are read."""
    if (home / "index").is_dir():
        yield from _walk(home / "index", with_renditions=True)


def _walk(path: Path, *, with_renditions: bool) -> Iterator[Path]:
    if path.is_symlink():
        return
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path, followlinks=False):
        is_video = Path(folder).parent.name == "videos"
        folders[:] = sorted(name for name in folders if with_renditions or not (is_video and name == "hls"))
        for name in sorted(names):
            file = Path(folder) / name
            if file.is_file() and not file.is_symlink():
                yield file
