"""Feeds (Atom, RFC 4287) at secret addresses: whoever has one reads with its owner's rights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from kinora import config
from kinora.library.saved import feed_url, saved_by_feed
from kinora.library.saved_told import told_of, url_of
from kinora.timebase import format_timecode

_ENTRIES = 100


@dataclass(frozen=True)
class Entry:
    """One entry of a feed; `name` is its lasting identifier within the site."""

    name: str
    title: str
    text: str
    url: str
    at: datetime


@require_safe
def saved_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return what a saved search told, newest first."""
    saved = saved_by_feed(token)
    entries = [
        Entry(
            f"match/{match.pk}",
            f"{match.video.title} at {format_timecode(int(match.start_seconds))}",
            match.reason,
            url_of(match),
            match.found_at,
        )
        for match in told_of(saved)[:_ENTRIES]
    ]
    title = f"{saved.name} · Kinora"
    return atom(title, f"New moments for {saved.query}", feed_url(saved), entries)


def atom(title: str, subtitle: str, address: str, entries: Iterable[Entry]) -> HttpResponse:
    """Return a feed that no shared cache and no search engine keeps."""
    site = config.current().site_url
    shown = list(entries)
    feed = Atom1Feed(title=title, link=f"{site}/", description=subtitle, feed_url=address, subtitle=subtitle)
    for entry in shown:
        feed.add_item(
            title=entry.title, link=entry.url, description=entry.text or entry.title, unique_id=f"{site}/{entry.name}",
            pubdate=entry.at, updateddate=entry.at,
        )  # fmt: skip
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    if shown:
        response["Last-Modified"] = http_date(max(entry.at for entry in shown).timestamp())
    return response
