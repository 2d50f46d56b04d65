"""Rational time and half-open ranges.

Every range is `[start, end)` in seconds from the first shown frame. Timestamps inside a stream are an integer
`pts` with a `Fraction` `time_base`; they become seconds once, here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from kinora.errors import InputError


@dataclass(frozen=True, order=True)
class Span:
    """A half-open range of time `[start_seconds, end_seconds)`."""

    start_seconds: float
    end_seconds: float

    def __post_init__(self) -> None:
        if not self.start_seconds <= self.end_seconds:
            raise InputError(f"a span can't end ({self.end_seconds}) before it starts ({self.start_seconds})")

    @property
    def duration_seconds(self) -> float:
        return self.end_seconds - self.start_seconds

    def contains(self, seconds: float) -> bool:
        """Return whether the instant lies in `[start, end)`."""
        return self.start_seconds <= seconds < self.end_seconds

    def overlap_seconds(self, other: Span) -> float:
        """Return the length that both share, 0 when they only touch."""
        shared = min(self.end_seconds, other.end_seconds) - max(self.start_seconds, other.start_seconds)
        return max(0.0, shared)

    def iou(self, other: Span) -> float:
        """Return intersection over union, in [0, 1]; 0 when both are empty."""
        shared = self.overlap_seconds(other)
        union = self.duration_seconds + other.duration_seconds - shared
        return shared / union if union > 0 else 0.0

    def joined(self, other: Span) -> Span:
        """Return the smallest span that holds both."""
        return Span(min(self.start_seconds, other.start_seconds), max(self.end_seconds, other.end_seconds))


def merge_spans(spans: Iterable[Span], *, gap_seconds: float = 0.0) -> list[Span]:
    """Return the spans in order, joined wherever the gap between two is at most `gap_seconds`."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start_seconds - merged[-1].end_seconds <= gap_seconds:
            merged[-1] = merged[-1].joined(span)
        else:
            merged.append(span)
    return merged


def pts_to_seconds(pts: int, time_base: Fraction, *, start_pts: int = 0) -> float:
    """Return the seconds of a timestamp from the stream's first shown frame."""
    return float((pts - start_pts) * time_base)


def format_timecode(seconds: float, *, with_milliseconds: bool = False) -> str:
    """Return `M:SS`, or `H:MM:SS` from one hour on; with milliseconds always `HH:MM:SS.mmm` (WebVTT)."""
    total_milliseconds = max(0, round(seconds * 1000))
    if with_milliseconds:
        whole, milliseconds = divmod(total_milliseconds, 1000)
        return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{milliseconds:03d}"
    whole = total_milliseconds // 1000
    if whole >= 3600:
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"


_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:\.\d{1,6})?)")
_UNITS = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6}(?:\.\d{1,6})?)s?)?")


def parse_timecode(text: str) -> float:
    """Return the seconds of `75`, `75.5`, `1:15`, `0:01:15.5`, `1m15s` or `2h`.

    Raises:
        InputError: none of these forms.
    """
    given = text.strip().lower()
    for pattern in (_CLOCK, _UNITS):
        found = pattern.fullmatch(given)
        if found and any(found.groups()):
            hours, minutes, seconds = (float(part) if part else 0.0 for part in found.groups())
            return hours * 3600 + minutes * 60 + seconds
    raise InputError(f"{text[:40]!r} is no time; accepted: 75, 1:15, 1:01:15.5, 1m15s")
