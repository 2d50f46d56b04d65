"""A person's wish to stop, carried into running work."""

from __future__ import annotations

import threading

from kinora.errors import Cancelled


class CancelToken:
    """Set once, from any thread; running work looks at it and stops."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask for a stop; asking again changes nothing."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` when a stop was asked for."""
        if self._event.is_set():
            raise Cancelled("the work was stopped")
