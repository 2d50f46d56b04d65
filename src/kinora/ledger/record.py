"""The record: what a clip is, whence it came, what may be done with it, and whether a machine made it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Origin = Literal["upload", "import", "generated", "rendered", "demo"]

_BLOCK_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Record:
    """One clip's entry in the ledger; `sha256` names its bytes, `parents` the clips it was made from."""

    sha256: str
    size_bytes: int
    origin: Origin
    original_name: str
    licence: str = ""
    is_made_by_machine: bool = False
    parents: tuple[str, ...] = ()
    recipe: dict[str, Any] = field(default_factory=dict)


def sha256_of(path: Path, *, on_progress: Callable[[int], None] | None = None) -> str:
    """Return the hex SHA-256 of a file's bytes; `on_progress` gets the bytes read so far."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            done += len(block)
            if on_progress:
                on_progress(done)
    return digest.hexdigest()
