"""Sizes as people write them: 20 GiB, 1.5TB, 4096."""

from __future__ import annotations

import re

_UNITS = {"": 1, "b": 1, **{f"{prefix}ib": 2 ** (10 * power) for power, prefix in enumerate("kmgtp", 1)}}
_UNITS |= {f"{prefix}b": 10 ** (3 * power) for power, prefix in enumerate("kmgtp", 1)}
_SIZE = re.compile(r"(?P<number>[0-9]{1,18}(\.[0-9]{1,6})?)\s*(?P<unit>[a-z]{0,3})", re.ASCII)


def parse_bytes(text: str) -> int | None:
    """Return the bytes that a text names (GiB: powers of 1024, GB: of 1000), None where it names none."""
    found = _SIZE.fullmatch(text.strip().lower())
    factor = _UNITS.get(found["unit"]) if found else None
    return round(float(found["number"]) * factor) if found and factor else None


def bytes_in_words(size_bytes: int) -> str:
    """Return a size in the largest unit that says it exactly, such as `64 GiB`; `parse_bytes` reads it back."""
    for unit, factor in (("PiB", 2**50), ("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size_bytes and size_bytes % factor == 0:
            return f"{size_bytes // factor} {unit}"
    return str(size_bytes)
