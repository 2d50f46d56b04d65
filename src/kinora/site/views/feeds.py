"""Feeds at secret addresses: whoever has one reads with its owner's rights."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kinora.library.saved import saved_by_feed
from kinora.library.saved_told import told_of, url_of
from kinora.site.feed_forms import Entry, Head, feed_response
from kinora.timebase import format_timecode

_ENTRIES = 100


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
    head = Head(f"{saved.name} · Kinora", f"New moments for {saved.query}", request.path, "/saved")
    return feed_response("atom", head, entries, is_secret=True)
