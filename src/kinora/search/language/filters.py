"""What the video itself must be: `in:`, `by:`, `lang:`, `license:`, `before:`, `after:`, `longer:`, …"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from kinora.errors import InputError
from kinora.timebase import parse_timecode

MAX_LENGTH_SECONDS = 1_000 * 3600.0
FILTER_FIELDS = ("in", "by", "lang", "license", "before", "after", "longer", "shorter", "has", "is")

_NAMES = {
    "in": "channel", "by": "creator", "lang": "language", "license": "licence", "before": "before", "after": "after",
    "longer": "longer_seconds", "shorter": "shorter_seconds",
}  # fmt: skip
_FLAGS = {"has": {"speech": "has_speech", "text": "has_text"}, "is": {"ai": "is_ai"}}
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_PLAIN = re.compile(r'[^\s"]+')


class Refused(Exception):
    """A filter that makes no sense; the parser adds where it stands."""


@dataclass(frozen=True)
class Filters:
    """What the video itself must be. Days are UTC: `before` excludes its day, `after` includes it.

    `has_speech`, `has_text`, `is_ai`: `None` where it doesn't matter.
    """

    channel: str = ""
    before: date | None = None
    after: date | None = None
    longer_seconds: float | None = None
    shorter_seconds: float | None = None
    creator: str = ""
    language: str = ""
    licence: str = ""
    has_speech: bool | None = None
    has_text: bool | None = None
    is_ai: bool | None = None

    def __str__(self) -> str:
        parts = [
            f"{field}:{_quoted_if_needed(value)}"
            for field, value in (("in", self.channel), ("by", self.creator), ("lang", self.language))
            if value
        ]
        parts += [f"license:{_quoted_if_needed(self.licence)}"] if self.licence else []
        parts += [f"before:{self.before}"] if self.before else []
        parts += [f"after:{self.after}"] if self.after else []
        for field, seconds in (("longer", self.longer_seconds), ("shorter", self.shorter_seconds)):
            parts += [f"{field}:{length_text(seconds)}"] if seconds is not None else []
        for field, flags in _FLAGS.items():
            known = [(value, getattr(self, name)) for value, name in flags.items()]
            parts += [f"{'' if is_so else '-'}{field}:{value}" for value, is_so in known if is_so is not None]
        return " ".join(parts)

    @property
    def asks_the_library(self) -> bool:
        """Return whether a filter stands that only the library's own rows can answer, not the index."""
        flags = (self.has_speech, self.has_text, self.is_ai)
        return bool(self.creator or self.language or self.licence) or any(flag is not None for flag in flags)


NO_FILTERS = Filters()


def with_filter(filters: Filters, field: str, value: str, *, is_negative: bool) -> Filters:
    """Return the filters with one more.

    Raises:
        Refused: it stands there already, can't be left out, or its value makes no sense.
    """
    if field in _FLAGS:
        return _with_flag(filters, field, value.lower(), not is_negative)
    if is_negative:
        raise Refused(f"-{field}: can't be left out")
    name = _NAMES[field]
    if getattr(filters, name) not in ("", None):
        raise Refused(f"{field}: stands twice")
    read: Any = value
    if field in ("before", "after"):
        read = _date(field, value)
    elif field in ("longer", "shorter"):
        read = _length(field, value)
    return replace(filters, **{name: read})


def _with_flag(filters: Filters, field: str, value: str, is_so: bool) -> Filters:
    name = _FLAGS[field].get(value)
    if name is None:
        accepted = " or ".join(f"{field}:{known}" for known in _FLAGS[field])
        raise Refused(f"{field}: wants {accepted}, not {value[:30]!r}")
    if getattr(filters, name) is not None:
        raise Refused(f"{field}:{value} stands twice")
    flag: Any = is_so
    return replace(filters, **{name: flag})


def _date(field: str, value: str) -> date:
    found = _DATE.fullmatch(value)
    try:
        if found:
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        pass
    raise Refused(f"{field}: wants a day such as 2024-05-01, not {value[:30]!r}")


def _length(field: str, value: str) -> float:
    try:
        seconds = parse_timecode(value)
    except InputError as error:
        raise Refused(f"{field}: wants a length such as 10m, 1h30m or 90s, not {value[:30]!r}") from error
    if seconds > MAX_LENGTH_SECONDS:
        raise Refused(f"{field}: takes at most 1000h, not {value[:30]!r}")
    return round(seconds * 1_000_000) / 1_000_000


def length_text(seconds: float) -> str:
    """Return a length as it is typed: `1h30m`, `10m`, `90.5s`."""
    microseconds = round(seconds * 1_000_000)
    minutes, rest = divmod(microseconds, 60_000_000)
    hours, minutes = divmod(minutes, 60)
    whole = f"{rest // 1_000_000}.{rest % 1_000_000:06d}".rstrip("0").rstrip(".")
    larger = (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes else "")
    return larger if larger and whole == "0" else f"{larger}{whole}s"


def unix_seconds(day: date) -> float:
    """Return the first instant of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def _quoted_if_needed(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else f'"{value}"'
