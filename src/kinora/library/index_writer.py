"""The index opened for writing: by one thread of one process at a time, whichever worker it is."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from kinora.config import Settings
from kinora.errors import IndexDamaged
from kinora.index.index import Index
from kinora.library.setup import file_lock

log = logging.getLogger("kinora.worker")


@contextmanager
def writing_index(settings: Settings) -> Iterator[Index]:
    """Give the index while no other process writes it; the lock ends with its holder, however that ends."""
    with file_lock(settings.home / "index.lock"):
        index = _opened(settings.index_dir)
        index.refresh()
        yield index


def is_readable(settings: Settings) -> bool:
    """Return whether every row of the index can be read, opened anew."""
    try:
        Index.open(settings.index_dir, read_only=True).check()
    except IndexDamaged:
        return False
    return True


def set_aside_index(settings: Settings) -> Path:
    """Move an index that can't be read beside itself, and forget the one set aside before; return where it is now."""
    damaged = settings.index_dir.with_name(f"{settings.index_dir.name}.damaged")
    with file_lock(settings.home / "index.lock"):
        _opened.cache_clear()
        shutil.rmtree(damaged, ignore_errors=True)
        if settings.index_dir.exists():
            settings.index_dir.rename(damaged)
    log.warning("the search index was moved to %s; every video is read into a new one", damaged)
    return damaged


@cache
def _opened(path: Path) -> Index:
    return Index.open(path, read_only=False)
