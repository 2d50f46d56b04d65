"""Django's cache in the counters' file, so that allauth's own limits hold across processes. JSON values only."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from kinora.library.moderation.counters import counters


class SharedCache(BaseCache):
    """A small cache: counts, locks, marks that a code was used; never pages, never rows."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        is_held, value = counters().get(self._name(key, version))
        return value if is_held else default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        counters().put(self._name(key, version), value, self._expires_at(timeout))

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return counters().add(self._name(key, version), value, self._expires_at(timeout))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        is_held, value = counters().get(self._name(key, version))
        if is_held:
            counters().put(self._name(key, version), value, self._expires_at(timeout))
        return is_held

    def delete(self, key: Any, version: int | None = None) -> bool:
        return counters().drop(self._name(key, version))

    def clear(self) -> None:
        counters().clear()

    def _name(self, key: Any, version: int | None) -> str:
        return str(self.make_and_validate_key(key, version=version))

    def _expires_at(self, timeout: Any) -> float | None:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return None if seconds is None else time.time() + float(seconds)
