"""What a search found, as pages show it: rows of a video with its moments as covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from kinora.library.find import Found
from kinora.library.models import Shot, Video
from kinora.search.hit import Hit, Reason
from kinora.site.playing import Source, media_url, source_of

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
    """Return the rows of a page; asks the database once for all covers."""
    covers = _covers(found.result.hits, found.videos)
    rows = []
    for group in found.result.videos:
        video = found.videos[group.video_id]
        cards = tuple(_card(hit, video, covers) for hit in group.hits)
        # Previews pick their own rung, so the list of rungs is not asked for.
        rows.append(
            VideoRow(
                video, _watch_url(video), source_of(video, heights=()), cards[:MOMENTS_SHOWN], cards[MOMENTS_SHOWN:]
            )
        )
    return rows


def _watch_url(video: Video) -> str:
    return reverse("watch", args=[video.public_id])


def _card(hit: Hit, video: Video, covers: dict[tuple[str, float], int]) -> MomentCard:
    start_text = f"{hit.start_seconds:.3f}".rstrip("0").rstrip(".")
    shot_index = covers.get((hit.video_id, hit.start_seconds))
    if shot_index is not None:
        cover_url = media_url(video, f"covers/{shot_index}.jpg")
    else:
        cover_url = media_url(video, "poster.jpg") if video.has_poster else ""
    reasons = tuple(sorted(hit.reasons, key=lambda reason: -reason.score))
    url = f"{_watch_url(video)}?{urlencode({'t': start_text})}"
    return MomentCard(hit.start_seconds, hit.end_seconds, url, cover_url, reasons)


def _covers(hits: Iterable[Hit], videos: dict[str, Video]) -> dict[tuple[str, float], int]:
    """Return the index of the shot that each hit begins in."""
    wanted = {(videos[hit.video_id].pk, hit.start_seconds): (hit.video_id, hit.start_seconds) for hit in hits}
    if not wanted:
        return {}
    places = (Q(video_id=pk, start_seconds__lte=at + 0.02, end_seconds__gt=at + 0.02) for pk, at in wanted)
    shots = list(
        Shot.objects.filter(reduce(or_, places))
        .order_by()
        .values_list("video_id", "index", "start_seconds", "end_seconds")
    )
    return {
        key: index
        for (pk, at), key in wanted.items()
        for video_id, index, start, end in shots
        if video_id == pk and start <= at + 0.02 < end
    }
