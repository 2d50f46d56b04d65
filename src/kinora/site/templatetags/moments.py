"""Filters for moments on pages: `{% load moments %}`."""

from __future__ import annotations

from functools import lru_cache
from html import escape  # text only, and four times as fast as Django's, which also takes lazy strings
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from kinora.search.hit import Reason
from kinora.site.templatetags.pages import age
from kinora.timebase import format_timecode

register = template.Library()

# A signal's label and the icon that stands for it in moments/icons.html.
SIGNAL_LABELS = {
    "said": gettext_lazy("Said"),
    "shown": gettext_lazy("On screen"),
    "title": gettext_lazy("Title"),
    "description": gettext_lazy("Description"),
    "chapter": gettext_lazy("Chapter"),
    "tag": gettext_lazy("Tag"),
    "meaning": gettext_lazy("Meaning"),
    "picture": gettext_lazy("Picture"),
    "looks_like": gettext_lazy("Looks like"),
    "color": gettext_lazy("Colour"),
    "then": gettext_lazy("In order"),
    "while": gettext_lazy("At once"),
    "more_like": gettext_lazy("Like your example"),
    "less_like": gettext_lazy("Like what you want less of"),
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
    words = (
        ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours} if hours else "",
        ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes} if minutes else "",
        ngettext("%(n)s second", "%(n)s seconds", seconds_left) % {"n": seconds_left} if seconds_left else "",
    )
    return " ".join(word for word in words if word) or gettext("0 seconds")


@register.filter
def seconds_value(seconds: float) -> str:
    """Return seconds for an address or a data attribute: `75.5`, always with a point."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


@register.filter
def signal_label(signal: str) -> str:
    return str(SIGNAL_LABELS.get(signal, signal.replace("_", " ").capitalize()))


@register.filter
def highlighted(reason: Reason) -> SafeString:
    """Return the reason's text, escaped, with the words that matched in `<mark>`."""
    pieces: list[str] = []
    done = 0
    for start, end in sorted(reason.highlights):
        if start < done or end > len(reason.text):
            continue
        pieces.append(f"{escape(reason.text[done:start])}<mark>{escape(reason.text[start:end])}</mark>")
        done = end
    pieces.append(escape(reason.text[done:]))
    return mark_safe("".join(pieces))


_CARD_HTML = (
    '<li class="moment-item">\n  <a class="moment" href="{url}" data-moment data-start="{start}" data-end="{end}" '
    'data-kind="{kind}" data-src="{src}">\n    <span class="moment-picture">\n      {picture}\n      '
    '<span class="moment-time"><span class="visually-hidden">{spoken} </span>{time}</span>\n    </span>\n    {title}'
    '\n    <span class="moment-reasons">\n      {reasons}\n    </span>\n  </a>{votes}\n</li>\n'
)
_VOTES_HTML = (
    '<span class="moment-votes"><a class="vote" href="{more_url}" data-vote="more" title="{more_title}">{more}'
    '<span class="visually-hidden"> {more_at}</span></a><a class="vote" href="{less_url}" data-vote="less" '
    'title="{less_title}">{less}<span class="visually-hidden"> {less_at}</span></a>'
    '<button class="vote vote-button vote-collect" type="button" data-collect="{name}" aria-pressed="false" '
    'title="{collect_title}">{collect}<span class="visually-hidden"> {the_at}</span></button>{part}'
    '<button class="vote vote-button" type="button" data-compare aria-pressed="false" title="{compare_title}">'
    '{compare}<span class="visually-hidden"> {the_at}</span></button></span>'
)
_PART_HTML = (
    '<button class="vote vote-button" type="button" data-part="{}" title="{}">'
    '{}<span class="visually-hidden"> {}</span></button>'
)
_COVER_HTML = '<img src="{}" alt="" loading="lazy" decoding="async" width="480" height="270">'
_NO_COVER_HTML = '<svg class="moment-blank icon" aria-hidden="true"><use href="#i-said"/></svg>'
MAX_REASONS = 3


@register.simple_tag
def moment_card(moment: Any, row: Any, show_title: bool = False) -> SafeString:
    """Return one moment as a list item; a tag and not a template, for there are thirty on a page, each asked for fast.

    `moment` and `row` are `moment_cards.MomentCard` and `VideoRow`. All that is theirs is escaped here.
    """
    title = escape(row.video.title) if show_title else ""
    html = _CARD_HTML.format(
        url=escape(moment.url),
        start=seconds_value(moment.start_seconds),
        end=seconds_value(moment.end_seconds),
        kind=escape(row.source.kind),
        src=escape(row.source.src),
        picture=_COVER_HTML.format(escape(moment.cover_url)) if moment.cover_url else _NO_COVER_HTML,
        spoken=f"{title}, {gettext('at')}" if show_title else gettext("at"),
        time=timecode(moment.start_seconds),
        title=f'<span class="moment-title" aria-hidden="true">{title}</span>' if show_title else "",
        reasons="".join(reason_line(reason) for reason in moment.reasons[:MAX_REASONS]),
        votes=_votes(moment),
    )
    return mark_safe(html)


def _votes(moment: Any) -> str:
    if not getattr(moment, "more_url", ""):
        return ""
    votes, part = _votes_in(get_language())
    time = timecode(moment.start_seconds)
    return votes.format(
        more_url=escape(moment.more_url), less_url=escape(moment.less_url), name=escape(moment.name), time=time,
        part=part.format(escape(moment.part), time=time) if moment.part else "",
    )  # fmt: skip


@lru_cache(maxsize=8)
def _votes_in(language: str | None) -> tuple[str, str]:
    """Return the buttons of a moment, and that for a part of it, with the words of the active language in them.

    Thirty moments stand on a page: looking up each of their ten words costs more than the rest of them.
    """
    at = {"time": "{time}"}
    title, of_it = gettext("Search for a part of the picture (B)"), gettext("of the picture at %(time)s") % at
    part = _PART_HTML.format("{}", title, gettext("Part"), of_it)
    votes = _VOTES_HTML.format(
        more_url="{more_url}", less_url="{less_url}", name="{name}", part="{part}",
        more_title=gettext("More like this (M)"), more=gettext("More like this"),
        more_at=gettext("moment at %(time)s") % at,
        less_title=gettext("Less like this (N)"), less=gettext("Less"),
        less_at=gettext("like the moment at %(time)s") % at,
        collect_title=gettext("Collect in the light-box (X)"), collect=gettext("Collect"),
        compare_title=gettext("Compare with another (C)"), compare=gettext("Compare"),
        the_at=gettext("the moment at %(time)s") % at,
    )  # fmt: skip
    return votes, part


@register.simple_tag
def match_strip(row: Any) -> SafeString:
    """Return a video's length as a strip with its matches on it; what it says stands in the moments below, in words."""
    whole = max(row.video.duration_seconds, 0.001)
    marks = [_mark(moment, whole) for moment in (*row.moments, *row.more)]
    return mark_safe(_STRIP_HTML.format("".join(marks)))


_STRIP_HTML = (
    '<svg class="match-strip" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    '<rect class="strip-whole" width="1000" height="12"/>{}</svg>'
)


def _mark(moment: Any, whole: float) -> str:
    start = min(1.0, moment.start_seconds / whole) * 1000
    width = max(4.0, min(1000 - start, 1000 * (moment.end_seconds - moment.start_seconds) / whole))
    return (
        f'<a href="{escape(moment.url)}" tabindex="-1"><rect class="strip-match" x="{min(start, 996):.1f}" '
        f'width="{width:.1f}" height="12"><title>{timecode(moment.start_seconds)}</title></rect></a>'
    )


_HEAD_HTML = (
    '<header class="hit-head">\n    <h2 class="hit-title"><a href="{url}" dir="auto">{title}</a></h2>\n    '
    '<p class="hit-line muted small"><a href="/c/{handle}">{channel}</a> · {length} · {age}{badge}</p>\n  </header>'
)


@register.simple_tag
def hit_head(row: Any) -> SafeString:
    """Return a video's title and line over its moments; a tag and not a template, as `moment_card`."""
    video = row.video
    is_public = video.visibility == "public"
    html = _HEAD_HTML.format(
        url=escape(row.url),
        title=escape(video.title),
        handle=escape(video.channel.handle),
        channel=escape(video.channel.name),
        length=timecode(video.duration_seconds),
        age=escape(age(video.published_at)),
        badge="" if is_public else f' <span class="badge">{escape(str(video.get_visibility_display()))}</span>',
    )
    return mark_safe(html)


_ICONS = {"said": "i-said", "shown": "i-shown", "meaning": "i-meaning", "picture": "i-picture", "looks_like": "i-alike"}
_SIGNAL_HTML = (
    '<span class="reason"><span class="signal signal-{}"><svg class="icon" aria-hidden="true"><use href="#{}"/></svg>'
    "{}</span>{}</span>"
)


@register.simple_tag
def reason_line(reason: Reason) -> SafeString:
    """Return why a moment was found as one line; a tag and not a template, for there are a hundred on a page."""
    text = f' <span class="reason-text" dir="auto">{highlighted(reason)}</span>' if reason.text else ""
    icon = _ICONS.get(reason.signal, "i-title")
    signal, label = escape(reason.signal), escape(signal_label(reason.signal))
    return mark_safe(_SIGNAL_HTML.format(signal, icon, label, text))
