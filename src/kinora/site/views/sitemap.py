"""The sitemap: an index, and pages of public videos with what search engines show of a video (Google's extension)."""

from __future__ import annotations

from io import StringIO
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.http import HttpRequest, HttpResponse
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from kinora import config
from kinora.errors import NotFound
from kinora.library.access import visible_to
from kinora.library.files import printable
from kinora.library.models import Video
from kinora.library.sharing import embed_url_of, is_embeddable, watch_url_of
from kinora.site.feed_forms import clean_text

PAGE_SIZE = 1000
_PLAIN: AttributesImpl[str] = AttributesImpl({})
MAX_PAGE = 50_000  # the most that an index may name
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_VIDEO = "http://www.google.com/schemas/sitemap-video/1.1"
_MAX_TAGS = 32
_MAX_LISTED_SECONDS = 28_800


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Name the pages of the sitemap; there is always at least one."""
    num_pages = max(1, min(MAX_PAGE, -(-visible_to(None).count() // PAGE_SIZE)))
    out, handler = _begin()
    handler.startElement("sitemapindex", AttributesImpl({"xmlns": _SITEMAP}))
    for number in range(1, num_pages + 1):
        handler.startElement("sitemap", _PLAIN)
        handler.addQuickElement("loc", f"{config.current().site_url}/sitemap/videos-{number}.xml")
        handler.endElement("sitemap")
    handler.endElement("sitemapindex")
    return _answer(out)


@require_safe
def sitemap_page(request: HttpRequest, number: int) -> HttpResponse:
    """Return one page of public videos, oldest first, so that what comes new changes the last page alone."""
    if not 1 <= number <= MAX_PAGE:
        raise NotFound("There is no such page of the sitemap.")
    rows = visible_to(None).select_related("channel__embed_rule", "embed_rule").defer("recipe", "facts").order_by("pk")
    videos = list(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])
    if not videos and number > 1:
        raise NotFound("There is no such page of the sitemap.")
    out, handler = _begin()
    handler.startElement("urlset", AttributesImpl({"xmlns": _SITEMAP, "xmlns:video": _VIDEO}))
    for video in videos:
        handler.startElement("url", _PLAIN)
        handler.addQuickElement("loc", watch_url_of(video))
        handler.addQuickElement("lastmod", video.updated_at.isoformat(timespec="seconds"))
        if video.has_poster:  # a video entry without its picture is refused
            _write_video(handler, video)
        handler.endElement("url")
    handler.endElement("urlset")
    return _answer(out)


def _write_video(handler: SimplerXMLGenerator, video: Video) -> None:
    handler.startElement("video:video", _PLAIN)
    handler.addQuickElement("video:thumbnail_loc", f"{config.current().site_url}/media/{video.public_id}/poster.jpg")
    handler.addQuickElement("video:title", printable(video.title))
    handler.addQuickElement("video:description", clean_text(video.description)[:2048] or printable(video.title))
    if is_embeddable(video):
        handler.addQuickElement("video:player_loc", embed_url_of(video))
    seconds = round(video.duration_seconds)
    if 1 <= seconds <= _MAX_LISTED_SECONDS:
        handler.addQuickElement("video:duration", str(seconds))
    handler.addQuickElement("video:publication_date", video.published_at.isoformat(timespec="seconds"))
    handler.addQuickElement("video:uploader", printable(video.channel.name),
                            {"info": f"{config.current().site_url}/c/{video.channel.handle}"})  # fmt: skip
    for tag in video.tags[:_MAX_TAGS]:
        handler.addQuickElement("video:tag", printable(str(tag)))
    handler.endElement("video:video")


def _begin() -> tuple[StringIO, Any]:
    out = StringIO()
    handler = SimplerXMLGenerator(out, "utf-8")
    handler.startDocument()
    return out, handler


def _answer(out: StringIO) -> HttpResponse:
    response = HttpResponse(out.getvalue().encode(), content_type="application/xml; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    return response
