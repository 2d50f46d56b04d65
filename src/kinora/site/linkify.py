"""A person's plain text as safe HTML: addresses become links, timecodes become places in the video."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from kinora.errors import InputError
from kinora.timebase import parse_timecode

_LINK = re.compile(r"https?://[^\s<>\"'{}|\\^`]{1,2000}")
_TIME = re.compile(r"(?<![\w:.])(?:[0-9]{1,2}:)?[0-9]{1,3}:[0-5][0-9](?![\w:])")
_MENTION = re.compile(r"(?<![\w@/.])@[A-Za-z0-9_-]{1,40}(?![\w-])")
_EITHER = re.compile(f"(?P<link>{_LINK.pattern})|(?P<time>{_TIME.pattern})|(?P<mention>{_MENTION.pattern})")


def linkify(
    text: str, *, watch_url: str = "", duration_seconds: float = 0.0, handles: Collection[str] = ()
) -> SafeString:
    """Return `text` escaped, with line breaks, links and, inside the video's length, timecodes that seek.

    Args:
        handles: the channels, in lower case, whose `@handle` becomes a link.
    """
    pieces: list[str] = []
    done = 0
    for found in _EITHER.finditer(text):
        link = _mention(found, handles) if found["mention"] else _link(found, watch_url, duration_seconds)
        if link is None:
            continue
        html, end = link
        pieces += [format_html("{}", text[done : found.start()]), html]
        done = end
    pieces.append(format_html("{}", text[done:]))
    joined = format_html_join("", "{}", ((piece,) for piece in pieces))
    return mark_safe(re.sub(r"\r\n?|\n", "<br>\n", joined))  # every piece was escaped above


def _mention(found: re.Match[str], handles: Collection[str]) -> tuple[SafeString, int] | None:
    handle = found["mention"][1:].lower()
    if handle not in handles:
        return None
    return format_html('<a href="/c/{}">{}</a>', handle, found["mention"]), found.end()


def _link(found: re.Match[str], watch_url: str, duration_seconds: float) -> tuple[SafeString, int] | None:
    """Return the HTML and where it ends in the text, or None when it stays plain."""
    if found["link"]:
        address = _without_closing_punctuation(found["link"])
        html = format_html('<a href="{}" rel="nofollow noopener ugc" target="_blank">{}</a>', address, address)
        return html, found.start() + len(address)
    try:
        seconds = parse_timecode(found["time"])
    except InputError:
        return None
    if not watch_url or seconds >= duration_seconds:
        return None
    address = f"{watch_url}?{urlencode({'t': f'{seconds:g}'})}"
    return format_html('<a href="{}" data-seek="{}">{}</a>', address, f"{seconds:g}", found["time"]), found.end()


def _without_closing_punctuation(address: str) -> str:
    """Return the address without the full stop or bracket that closes the sentence around it."""
    while address and (address[-1] in ".,;:!?" or (address[-1] == ")" and address.count("(") < address.count(")"))):
        address = address[:-1]
    return address
