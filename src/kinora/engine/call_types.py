"""The JSON of a function's arguments and result, by its type hints."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from kinora.errors import Bug


@cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function)


@cache
def adapter_of(function: Callable[..., Any], name: str) -> TypeAdapter[Any]:
    """Return the translator of one argument."""
    hints = _hints(function)
    if name not in hints:
        raise Bug(f"{function.__qualname__} has no type hint for {name}: it can't cross to another process")
    return TypeAdapter(hints[name])


@cache
def result_adapter(function: Callable[..., Any]) -> TypeAdapter[Any]:
    """Return the translator of the result."""
    return adapter_of(function, "return")
