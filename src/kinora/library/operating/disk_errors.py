"""Errors of a disk in the words of backups; nothing here needs the rows."""

from __future__ import annotations

import errno
from pathlib import Path

from kinora.errors import DiskFull, KinoraError, ToolFailed


def of_disk(error: OSError, place: Path, *, hint: str) -> KinoraError:
    """Return the error of the tree for a file error of the system at a place."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"the disk that holds {place} is full", hint=hint)
    return ToolFailed(f"{error.filename or place} could not be used: {error.strerror or error}", hint=hint)
