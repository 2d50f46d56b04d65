"""The index opened for writing: by one thread of one process at a time, whichever worker it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from kinora.config import Settings
from kinora.index.index import Index
from kinora.library.setup import file_lock


@contextmanager
def writing_index(settings: Settings) -> Iterator[Index]:
    """Give the index while no other process writes it; the lock ends with its holder, however that ends."""
    with file_lock(settings.home / "index.lock"):
        index = _opened(settings.index_dir)
        index.refresh()
        yield index


@cache
def _opened(path: Path) -> Index:
    return Index.open(path, read_only=False)
