"""Filters and tags of the pages."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext

from kinora import config
from kinora.library.status import label_of
from kinora.site.built_pages import BUILD_DIR
from kinora.timebase import format_timecode

register = template.Library()

_UNITS: tuple[tuple[int, Callable[[int], str]], ...] = (
    (31_557_600, lambda n: ngettext("%(n)s year ago", "%(n)s years ago", n)),
    (2_629_800, lambda n: ngettext("%(n)s month ago", "%(n)s months ago", n)),
    (604_800, lambda n: ngettext("%(n)s week ago", "%(n)s weeks ago", n)),
    (86_400, lambda n: ngettext("%(n)s day ago", "%(n)s days ago", n)),
    (3600, lambda n: ngettext("%(n)s hour ago", "%(n)s hours ago", n)),
    (60, lambda n: ngettext("%(n)s minute ago", "%(n)s minutes ago", n)),
)


@cache
def _version(name: str) -> str:
    path = Path(f"{BUILD_DIR}/{name}")  # a template gives a marked string, which pathlib refuses
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else ""


@register.filter
def with_site_name(title: str) -> str:
    """Return a page's title with this site's own name where templates write the program's, at its end."""
    name = conditional_escape(config.current().site_name)
    return mark_safe(f"{title.removesuffix('Kinora')}{name}") if title.endswith("Kinora") else title


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a built script or style, with its digest so that a new build is fetched at once."""
    if settings.DEBUG:
        _version.cache_clear()
    version = _version(name)
    return static(f"build/{name}") + (f"?v={version}" if version else "")


@register.filter
def timecode(seconds: float | None) -> str:
    """Return `M:SS` or `H:MM:SS`."""
    return format_timecode(seconds or 0.0)


@register.filter
def age(moment: datetime | None) -> str:
    """Return how long ago something happened, in its largest unit: `3 days ago`."""
    if moment is None:
        return ""
    seconds = (timezone.now() - moment).total_seconds()
    for length, said in _UNITS:
        if seconds >= length:
            number = int(seconds // length)
            return said(number) % {"n": number}
    return gettext("just now")


@register.filter
def percent(fraction: float | None) -> int:
    """Return a fraction in [0, 1] as a whole percentage."""
    return round(100 * min(1.0, max(0.0, fraction or 0.0)))


@register.filter
def watched_percent(position_seconds: float, duration_seconds: float) -> int:
    """Return how much of a video was watched, as a whole percentage."""
    return percent(position_seconds / duration_seconds) if duration_seconds else 0


@register.filter
def hue(name: str) -> str:
    """Return the class of a name's colour, the same on every page."""
    return f"hue-{zlib.crc32(name.encode()) % 6}"


@register.filter
def job_label(kind: str) -> str:
    """Return what a person reads for a kind of job."""
    return gettext(label_of(kind))
