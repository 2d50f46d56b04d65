"""What a search found, as pages show it: rows of a video with its moments as covers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from kinora.library.find import Found
from kinora.library.models import Video
from kinora.search.hit import Hit, Reason
from kinora.site.moment_covers import covers_of
from kinora.site.playing import Source, source_of

MOMENTS_SHOWN = 6


@dataclass(frozen=True)
class MomentCard:
    """One moment: where it plays, its cover and why it was found."""

    start_seconds: float
    end_seconds: float
    url: str
    cover_url: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class VideoRow:
    """A video with its moments, best first; `more` are those behind "show more"."""

    video: Video
    url: str
    source: Source
    moments: tuple[MomentCard, ...]
    more: tuple[MomentCard, ...]


def rows_of(found: Found) -> list[VideoRow]:
    """Return the rows of a page."""
    covers = covers_of(found.result.hits, found.videos)
    rows = []
    for group in found.result.videos:
        video = found.videos[group.video_id]
        cards = tuple(_card(hit, video, covers.get(hit, "")) for hit in group.hits)
        # Previews pick their own rung, so the list of rungs is not asked for.
        source = source_of(video, heights=())
        rows.append(VideoRow(video, _watch_url(video), source, cards[:MOMENTS_SHOWN], cards[MOMENTS_SHOWN:]))
    return rows


def _watch_url(video: Video) -> str:
    return reverse("watch", args=[video.public_id])


def _card(hit: Hit, video: Video, cover_url: str) -> MomentCard:
    start_text = f"{hit.start_seconds:.3f}".rstrip("0").rstrip(".")
    reasons = tuple(sorted(hit.reasons, key=lambda reason: -reason.score))
    url = f"{_watch_url(video)}?{urlencode({'t': start_text})}"
    return MomentCard(hit.start_seconds, hit.end_seconds, url, cover_url, reasons)
