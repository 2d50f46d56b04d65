"""What a search asks beside its text."""

from __future__ import annotations

from dataclasses import dataclass

SORTS = ("best", "newest", "oldest", "longest")


@dataclass(frozen=True)
class Asked:
    """A picture (the bytes of a PNG, JPEG or WebP file), an order of `SORTS`, moments pointed at (`ID@SECONDS`)."""

    picture: bytes | None = None
    sort: str = "best"
    more_like: tuple[str, ...] = ()
    less_like: tuple[str, ...] = ()


NOTHING_ELSE = Asked()
