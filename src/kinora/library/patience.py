"""Waiting out a database that is busy for a moment, so that nobody sees "database is locked"."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

_NUM_TRIES = 8
_BUSY = ("locked", "busy", "deadlock", "could not serialize", "connection", "closed", "terminating")


def patient(function: Callable[P, T]) -> Callable[P, T]:
    """Repeat a whole transaction that the database turned away for a moment, with growing pauses (about 10 s).

    Inside another transaction nothing is repeated: only the outermost one can be.
    """

    @wraps(function)
    def trying(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(_NUM_TRIES):
            if connection.in_atomic_block:
                break
            try:
                return function(*args, **kwargs)
            except (OperationalError, InterfaceError) as error:
                if attempt == _NUM_TRIES - 1 or not any(word in str(error).lower() for word in _BUSY):
                    raise
                connection.close_if_unusable_or_obsolete()
                time.sleep(0.05 * 2**attempt * random.uniform(0.5, 1.5))
        return function(*args, **kwargs)

    return trying
