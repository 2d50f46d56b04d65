"""Feeds that everybody may read: of a channel (RSS, Atom, podcast) and of a search. Public videos only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.library.access import visible_to
from kinora.library.find import find
from kinora.library.models import Channel
from kinora.library.sharing import short_seconds, watch_url_of
from kinora.site.feed_forms import FORMS, Entry, Head, entry_of, feed_response
from kinora.timebase import format_timecode

NUM_ENTRIES = 50
MAX_QUERY_CHARACTERS = 1000


@require_safe
def channel_feed(request: HttpRequest, handle: str, form: str) -> HttpResponse:
    """Return the latest public videos of a channel, the same whoever asks."""
    channel = Channel.objects.filter(handle=handle).first()
    if form not in FORMS or channel is None:
        raise NotFound("There is no such feed.")
    is_podcast = form == "podcast"
    rows = visible_to(None).filter(channel=channel).select_related("channel").order_by("-published_at", "-id")
    entries = [entry_of(video, is_podcast=is_podcast) for video in rows[:NUM_ENTRIES]]
    if not entries:
        raise NotFound("There is no such feed.")  # as the channel's page: nothing public tells nothing
    kept = [entry for entry in entries if entry.enclosures] if is_podcast else entries
    picture = str(entries[0].extra["picture"])
    page = reverse("channel", args=[channel.handle])
    head = Head(channel.name, channel.description, request.path, page, channel.name, picture)
    return feed_response(form, head, kept)


@require_safe
def search_feed(request: HttpRequest, form: str) -> HttpResponse:
    """Return the moments that answer a search and that everybody may know of, latest video first."""
    text = " ".join(request.GET.get("q", "").split())
    if form not in ("rss", "atom"):
        raise NotFound("There is no such feed.")
    if not 1 <= len(text) <= MAX_QUERY_CHARACTERS:
        raise InputError(f"the search has {len(text)} characters; accepted: 1 to {MAX_QUERY_CHARACTERS}", hint="?q=dog")
    found = find(text, user=None, limit=NUM_ENTRIES)
    entries = []
    for hit in found.result.hits:
        video = found.videos[hit.video_id]
        start = round(hit.start_seconds, 2)
        entries.append(
            Entry(
                f"moment/{video.public_id}/{short_seconds(start)}",
                f"{video.title} at {format_timecode(int(start))}",
                " · ".join(reason.text for reason in hit.reasons if reason.text),
                watch_url_of(video, start),
                video.published_at,
                video.channel.name,
            )
        )
    entries.sort(key=lambda entry: entry.at, reverse=True)
    query = urlencode({"q": text})
    head = Head(f"{text} · Kinora", f"Moments that answer {text}", f"{request.path}?{query}", f"/search?{query}")
    return feed_response(form, head, entries)


def robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers where the sitemap is and what is no use to them."""
    lines = ("User-agent: *", "Disallow: /api/", "Disallow: /search/", "Disallow: /accounts/", "",
             f"Sitemap: {config.current().site_url}/sitemap.xml", "")  # fmt: skip
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
