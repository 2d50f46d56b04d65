"""A light-box as a list: CSV for a spreadsheet, and an extended M3U that VLC and mpv play in a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from fractions import Fraction

from kinora import config
from kinora.library.lightbox_models import LightboxItem
from kinora.timebase import format_timecode

_COLUMNS = (
    "place", "title", "video", "start_seconds", "end_seconds", "start", "end", "frame_rate", "note", "url",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(items: Sequence[LightboxItem]) -> str:
    """Return one line a moment; text that a spreadsheet would run as a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for place, item in enumerate(items, start=1):
        start, end = item.start_seconds, item.end_seconds
        rate = frame_rate_of(item)
        writer.writerow([
            place, _safe(item.video.title), item.video.public_id, f"{start:.3f}", f"{end:.3f}",
            format_timecode(start, with_milliseconds=True), format_timecode(end, with_milliseconds=True),
            f"{float(rate):.3f}" if rate else "", _safe(item.note), _page(item),
        ])  # fmt: skip
    return out.getvalue()


def as_m3u(name: str, items: Sequence[LightboxItem], media: Sequence[str]) -> str:
    """Return the moments with where their films lie; players that know no start and stop play the films whole."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_line(name)}"]
    for item, address in zip(items, media, strict=True):
        start, end = item.start_seconds, item.end_seconds
        lines += [
            f"#EXTINF:{round(end - start)},{_line(item.video.title)} {format_timecode(int(start))}",
            f"#EXTVLCOPT:start-time={start:.3f}",
            f"#EXTVLCOPT:stop-time={end:.3f}",
            address,
        ]
    return "\n".join(lines) + "\n"


def frame_rate_of(item: LightboxItem) -> Fraction | None:
    """Return a film's own rate, None where it has no pictures or does not say."""
    rate = str((item.video.facts.get("video") or {}).get("frame_rate") or "")
    try:
        return Fraction(rate) or None
    except (ValueError, ZeroDivisionError):
        return None


def _page(item: LightboxItem) -> str:
    return f"{config.current().site_url}/watch/{item.video.public_id}?t={item.start_seconds:.2f}"


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(text: str) -> str:
    return " ".join(text.split())
