"""What may be said about files when they are added."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AddOptions:
    """What is said about the added files; `channel` is a handle, `title` is for one file alone."""

    visibility: str = "private"
    channel: str = ""
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
