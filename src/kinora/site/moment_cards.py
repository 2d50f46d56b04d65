"""What a search found, as pages show it: rows of a video with its moments as covers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse

from kinora.library.find import Found
from kinora.library.models import Video
from kinora.search.hit import Hit, Reason
from kinora.site.playing import Source, media_url, source_of
from kinora.site.search_state import SearchState

MOMENTS_SHOWN = 6
_JOINING = ("then", "while")  # what the moment is comes before why its parts were found


@dataclass(frozen=True)
class MomentCard:
    """One moment: where it plays, its cover and why it was found."""

    start_seconds: float
    end_seconds: float
    url: str
    cover_url: str
    reasons: tuple[Reason, ...]
    more_url: str = ""
    less_url: str = ""
    name: str = ""  # `VIDEO@START-END`, by which it is collected
    part: str = ""  # `VIDEO@SECONDS` of its cover, of which a part may be searched for


@dataclass(frozen=True)
class VideoRow:
    """A video with its moments, best first; `more` are those behind "show more"."""

    video: Video
    url: str
    source: Source
    moments: tuple[MomentCard, ...]
    more: tuple[MomentCard, ...]


def rows_of(found: Found, state: SearchState | None = None) -> list[VideoRow]:
    """Return the rows of a page; asks neither database nor disk: a cover is looked for when it is fetched.

    With the search's `state` each moment also leads to more and to less like it.
    """
    rows = []
    for group in found.result.videos:
        video = found.videos[group.video_id]
        url = reverse("watch", args=[video.public_id])
        cards = tuple(_card(hit, video, url, state) for hit in group.hits)
        # Previews pick their own rung, so the list of rungs is not asked for.
        source = source_of(video, heights=())
        rows.append(VideoRow(video, url, source, cards[:MOMENTS_SHOWN], cards[MOMENTS_SHOWN:]))
    return rows


def _card(hit: Hit, video: Video, url: str, state: SearchState | None) -> MomentCard:
    start_text = f"{hit.start_seconds:.3f}".rstrip("0").rstrip(".")
    # An instant just inside the moment, where what it is about has begun to be seen.
    shown_milliseconds = round(1000 * (hit.start_seconds + min(0.7, hit.span.duration_seconds / 2)))
    has_pictures = video.has_poster or bool(video.facts.get("video"))
    cover_url = media_url(video, f"at/{shown_milliseconds}.jpg") if has_pictures else ""
    reasons = tuple(sorted(hit.reasons, key=lambda reason: (reason.signal not in _JOINING, -reason.score)))
    card = MomentCard(hit.start_seconds, hit.end_seconds, f"{url}?t={start_text}", cover_url, reasons)
    if state is None:
        return card
    moment = f"{video.public_id}@{start_text}-{hit.end_seconds:.3f}"
    more_url, less_url = state.pointing_addresses(moment)
    part = f"{video.public_id}@{shown_milliseconds / 1000:g}" if has_pictures else ""
    return replace(card, more_url=more_url, less_url=less_url, name=moment, part=part)
