"""Feeds as RSS 2.0, Atom (RFC 4287) and podcast. Who may read what is in them, the caller has seen to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed
from django.utils.http import http_date

from kinora import config
from kinora.library.files import printable
from kinora.library.models import Video
from kinora.library.sharing import watch_url_of
from kinora.site.content_types import content_type_of_original

# What podcast players play; Matroska, AVI and the like would only fail there.
PODCAST_TYPES = {"video/mp4": "video/mp4", "audio/mp4": "audio/x-m4a", "audio/mpeg": "audio/mpeg"}
CACHE_SECONDS = 300


@dataclass(frozen=True)
class Entry:
    """One entry; `name` is its lasting identifier within the site."""

    name: str
    title: str
    text: str
    url: str
    at: datetime
    author: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """What a feed says of itself; `path` is its own on this site, `page` that of what it follows."""

    title: str
    text: str
    path: str
    page: str
    author: str = ""
    picture: str = ""


class PodcastFeed(Rss201rev2Feed):
    """RSS with what podcast directories ask for (Apple's namespace)."""

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd"}

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("itunes:author", self.feed["author_name"])
        handler.addQuickElement("itunes:summary", self.feed["description"])
        handler.addQuickElement("itunes:explicit", "false")
        handler.addQuickElement("itunes:type", "episodic")
        if self.feed.get("picture"):
            handler.addQuickElement("itunes:image", attrs={"href": self.feed["picture"]})

    def add_item_elements(self, handler: Any, item: Any) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("itunes:duration", str(item["seconds"]))
        handler.addQuickElement("itunes:episodeType", "full")
        if item["picture"]:
            handler.addQuickElement("itunes:image", attrs={"href": item["picture"]})


FORMS = {"rss": Rss201rev2Feed, "atom": Atom1Feed, "podcast": PodcastFeed}


def feed_response(form: str, head: Head, entries: Sequence[Entry], *, is_secret: bool = False) -> HttpResponse:
    """Return a feed in one of `FORMS`; a secret one is kept by no shared cache and no search engine."""
    site = config.current().site_url
    feed = FORMS[form](
        title=printable(head.title), link=site + head.page, description=clean_text(head.text) or printable(head.title),
        feed_url=site + head.path, author_name=printable(head.author) or config.current().site_name,
        picture=head.picture,
    )  # fmt: skip
    for entry in entries:
        feed.add_item(
            title=printable(entry.title), link=entry.url, description=clean_text(entry.text) or printable(entry.title),
            unique_id=f"{site}/{entry.name}", pubdate=entry.at, updateddate=entry.at, enclosures=list(entry.enclosures),
            author_name=printable(entry.author) or None, unique_id_is_permalink=False, **entry.extra,
        )  # fmt: skip
    kind = "application/atom+xml" if form == "atom" else "application/rss+xml"
    response = HttpResponse(feed.writeString("utf-8"), content_type=f"{kind}; charset=utf-8")
    response["Cache-Control"] = "private, no-cache" if is_secret else f"public, max-age={CACHE_SECONDS}"
    if is_secret:
        response["X-Robots-Tag"] = "noindex"
    if entries:
        response["Last-Modified"] = http_date(max(entry.at for entry in entries).timestamp())
    return response


def entry_of(video: Video, *, is_podcast: bool = False) -> Entry:
    """Return a video as an entry; an episode of a podcast carries its file."""
    address = f"{config.current().site_url}/media/{video.public_id}"
    kind = PODCAST_TYPES.get(content_type_of_original(video) or "", "") if is_podcast and video.allows_download else ""
    files = (Enclosure(f"{address}/original", str(video.size_bytes), kind),) if kind else ()
    picture = f"{address}/poster.jpg" if video.has_poster else ""
    return Entry(
        f"video/{video.public_id}", video.title, video.description, watch_url_of(video), video.published_at,
        video.channel.name, files, {"seconds": round(video.duration_seconds), "picture": picture},
    )  # fmt: skip


def clean_text(text: str) -> str:
    """Return text of several lines as XML may hold it."""
    return "\n".join(printable(line) for line in text.splitlines()).strip()
