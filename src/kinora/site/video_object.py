"""What a video's page tells search engines: schema.org `VideoObject` with its key moments, as JSON-LD.

It stands in a data block (`type="application/ld+json"`), which no browser runs, so the content security policy stays.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from kinora import config
from kinora.library.models import Chapter, Video
from kinora.library.sharing import embed_url_of, is_embeddable, watch_url_of
from kinora.library.studio.licences import licence_url

# As Django's `json_script`: no `</script>` and no `<!--` can come about.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def video_object(video: Video, chapters: Sequence[Chapter]) -> dict[str, Any]:
    """Return the `VideoObject` of a public video: chapters as `Clip`, and how to seek to any second."""
    site, url = config.current().site_url, watch_url_of(video)
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "@id": url,
        "url": url,
        "name": video.title,
        "description": video.description or video.title,
        "uploadDate": video.published_at.isoformat(),
        "duration": iso_duration(video.duration_seconds),
        "author": {"@type": "Organization", "name": video.channel.name, "url": f"{site}/c/{video.channel.handle}"},
        "potentialAction": {
            "@type": "SeekToAction",
            "target": f"{url}?t={{seek_to_second_number}}",
            "startOffset-input": "required name=seek_to_second_number",
        },
    }
    optional = {
        "thumbnailUrl": f"{site}/media/{video.public_id}/poster.jpg" if video.has_poster else "",
        "embedUrl": embed_url_of(video) if is_embeddable(video) else "",
        "inLanguage": video.language,
        "keywords": ", ".join(video.tags),
        "license": licence_url(video.licence) or video.licence,
        "hasPart": [_clip(video, chapter) for chapter in chapters],
    }
    return told | {name: value for name, value in optional.items() if value}


def _clip(video: Video, chapter: Chapter) -> dict[str, Any]:
    return {
        "@type": "Clip",
        "name": chapter.title,
        "startOffset": round(chapter.start_seconds, 2),
        "endOffset": round(chapter.end_seconds, 2),
        "url": watch_url_of(video, chapter.start_seconds),
    }


def iso_duration(seconds: float) -> str:
    """Return a length as ISO 8601 says it: `PT1H2M3S`."""
    whole = max(0, round(seconds))
    parts = ((whole // 3600, "H"), (whole // 60 % 60, "M"), (whole % 60, "S"))
    return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0S")


def as_data_block(told: dict[str, Any]) -> SafeString:
    """Return JSON that can stand inside a `<script>` data block whatever its texts hold."""
    return mark_safe(json.dumps(told, ensure_ascii=False).translate(_ESCAPES))
