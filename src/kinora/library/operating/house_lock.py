"""Who is in the house: the site holds it while it serves, an upgrade has it for itself alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kinora.errors import Conflict

_LOCK = "site.lock"


@contextmanager
def being_served(home: Path) -> Iterator[None]:
    """Say that the site is there; several may be.

    Raises:
        Conflict: an upgrade is under way.
    """
    with (home / _LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("an upgrade of this library is under way", hint="start the site when it is done") from error
        yield


@contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """Have the library without its site; the kernel gives it back when this process dies.

    Raises:
        Conflict: the site runs, or another upgrade.
    """
    with (home / _LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("the site runs, or another upgrade", hint="stop kinora serve, then upgrade") from error
        yield
