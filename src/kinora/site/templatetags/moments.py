"""Filters for moments on pages: `{% load moments %}`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kinora.search.hit import Reason
from kinora.timebase import format_timecode

register = template.Library()

# A signal's label and the icon that stands for it in moments/icons.html.
SIGNAL_LABELS = {
    "said": "Said",
    "shown": "On screen",
    "title": "Title",
    "description": "Description",
    "chapter": "Chapter",
    "tag": "Tag",
    "meaning": "Meaning",
    "picture": "Picture",
    "looks_like": "Looks like",
}


@register.filter
def timecode(seconds: float) -> str:
    """Return `M:SS` or `H:MM:SS`, as a player shows it: never rounded up to a second that hasn't begun."""
    return format_timecode(int(seconds))


@register.filter
def spoken_time(seconds: float) -> str:
    """Return a length in words, for those who hear the page: `1 minute 15 seconds`."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, seconds_left = divmod(rest, 60)
    parts = [(hours, "hour"), (minutes, "minute"), (seconds_left, "second")]
    words = [f"{count} {name}{'' if count == 1 else 's'}" for count, name in parts if count]
    return " ".join(words) or "0 seconds"


@register.filter
def seconds_value(seconds: float) -> str:
    """Return seconds for an address or a data attribute: `75.5`, always with a point."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


@register.filter
def signal_label(signal: str) -> str:
    return SIGNAL_LABELS.get(signal, signal.replace("_", " ").capitalize())


@register.filter
def highlighted(reason: Reason) -> SafeString:
    """Return the reason's text, escaped, with the words that matched in `<mark>`."""
    pieces: list[SafeString] = []
    done = 0
    for start, end in sorted(reason.highlights):
        if start < done or end > len(reason.text):
            continue
        pieces.append(format_html("{}<mark>{}</mark>", reason.text[done:start], reason.text[start:end]))
        done = end
    pieces.append(format_html("{}", reason.text[done:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


_ICONS = {"said": "i-said", "shown": "i-shown", "meaning": "i-meaning", "picture": "i-picture", "looks_like": "i-alike"}
_SIGNAL_HTML = (
    '<span class="reason"><span class="signal signal-{}"><svg class="icon" aria-hidden="true"><use href="#{}"/></svg>'
    "{}</span>{}</span>"
)


@register.simple_tag
def reason_line(reason: Reason) -> SafeString:
    """Return why a moment was found as one line; a tag and not a template, for there are a hundred on a page."""
    text = format_html(' <span class="reason-text" dir="auto">{}</span>', highlighted(reason)) if reason.text else ""
    icon = _ICONS.get(reason.signal, "i-title")
    return format_html(_SIGNAL_HTML, reason.signal, icon, signal_label(reason.signal), text)
