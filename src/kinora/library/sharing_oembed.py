"""oEmbed (oembed.com, version 1.0): what another site is told of an address of this one. Public videos only."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.library.access import visible_to
from kinora.library.models import Video
from kinora.library.sharing import EMBED_HEIGHT, EMBED_WIDTH, embed_html, embed_url_of, is_embeddable
from kinora.timebase import parse_timecode

COVER_HEIGHT = 360  # as media/covers.py makes them
_PATH = re.compile(r"/(?:watch|embed)/([A-Za-z0-9]{1,16})/?")


def oembed_of(address: str, max_width: int | None = None, max_height: int | None = None) -> dict[str, Any]:
    """Return what oEmbed tells of a public video's address: a player, or a link where embedding is off.

    Raises:
        NotFound: the address is another site's, or no public video's; private and unlisted ones are not there.
    """
    video, start_seconds, end_seconds = _at(address)
    told = {
        "version": "1.0",
        "title": video.title,
        "author_name": video.channel.name,
        "author_url": f"{config.current().site_url}/c/{video.channel.handle}",
        "provider_name": config.current().site_name,
        "provider_url": f"{config.current().site_url}/",
        "cache_age": 3600,
    }
    if video.has_poster:
        told |= _thumbnail(video)
    if not is_embeddable(video):
        return {"type": "link", **told}
    width, height = _fitted(video, max_width, max_height)
    html = embed_html(video, embed_url_of(video, start_seconds, end_seconds), width, height)
    return {"type": "video", **told, "width": width, "height": height, "html": html, "duration": video.duration_seconds}


def _at(address: str) -> tuple[Video, float, float | None]:
    """Return the video of one of this site's own addresses, with the moment that it names."""
    missing = NotFound("this address is no public video of this site", hint="give the address of a watch page")
    try:
        given, own = urlsplit(address.strip()[:2000]), urlsplit(config.current().site_url)
        host = given.netloc.lower()
    except ValueError:
        raise missing from None
    found = _PATH.fullmatch(given.path)
    if given.scheme not in ("http", "https") or host != own.netloc.lower() or found is None:
        raise missing
    rows = visible_to(None).select_related("channel__embed_rule", "embed_rule")
    video = rows.filter(public_id=found[1]).first()
    if video is None:
        raise missing
    return video, *_moment(parse_qs(given.query), video)


def _moment(query: dict[str, list[str]], video: Video) -> tuple[float, float | None]:
    """Return the moment that an address names; what is no time in the video is left out, as on the watch page."""
    start, end = (_seconds(query.get(name, [""])[0]) for name in ("t", "end"))
    start = start if start is not None and start < video.duration_seconds else 0.0
    return start, end if end is not None and start < end <= video.duration_seconds else None


def _seconds(text: str) -> float | None:
    try:
        return parse_timecode(text)
    except InputError:
        return None


def _thumbnail(video: Video) -> dict[str, Any]:
    height = min(COVER_HEIGHT, video.height or COVER_HEIGHT)
    width = round(height * video.width / video.height) if video.width and video.height else 640
    address = f"{config.current().site_url}/media/{video.public_id}/poster.jpg"
    return {"thumbnail_url": address, "thumbnail_width": width, "thumbnail_height": height}


def _fitted(video: Video, max_width: int | None, max_height: int | None) -> tuple[int, int]:
    """Return the player's size: the video's shape, 640 × 360 at most unless less is asked."""
    shape = video.width / video.height if video.width and video.height else EMBED_WIDTH / EMBED_HEIGHT
    width = min(max_width or EMBED_WIDTH, EMBED_WIDTH)
    height = min(max_height or EMBED_HEIGHT, EMBED_HEIGHT)
    return max(1, min(width, round(height * shape))), max(1, min(height, round(width / shape)))
