"""What stands beside a video and comes after it: its playlist, related videos. Fetched when the page is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kinora.errors import NotFound
from kinora.library.models import Video
from kinora.library.recommend.suggest import related_to
from kinora.library.watching import playlists as lists
from kinora.library.watching.models import Playlist, PlaylistItem
from kinora.site.api.lookup import video_to_watch
from kinora.site.views.recommendations import cards_of

NUM_RELATED = 14


@dataclass(frozen=True)
class Following:
    """The video that plays after this one; `is_of_list` where a playlist is played in a row."""

    url: str
    title: str
    channel: str
    poster: str
    is_of_list: bool


@never_cache
@require_safe
def watch_next(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the playlist that `list` names, as far as this person may see it, or related videos; and what plays next.

    Below a playlist the related ones are fetched when somebody scrolls to them, or when nothing of the list follows.
    """
    video = video_to_watch(request.user, public_id)
    queue = _queue(request, video)
    if queue:
        return render(request, "watch/next.html", {"video": video, "is_related_later": True, **queue})
    cards = cards_of(related_to(request.user, video, limit=NUM_RELATED))
    following = following_of(cards[0].video) if cards else None
    return render(request, "watch/next.html", {"video": video, "cards": cards, "following": following})


def _queue(request: HttpRequest, video: Video) -> dict[str, Any]:
    name = request.GET.get("list", "")
    try:
        playlist = lists.playlist_to_see(request.user, name) if name else None
    except NotFound:
        playlist = None  # the link of a list that is private now: the video plays all the same
    if playlist is None:
        return {}
    items = list(lists.items_for(request.user, playlist))
    places = [item.video_id for item in items]
    at = places.index(video.pk) if video.pk in places else -1
    return {
        "playlist": playlist, "items": items, "place": at + 1, "following": _following(playlist, items, at),
    }  # fmt: skip


def _following(playlist: Playlist, items: Sequence[PlaylistItem], at: int) -> Following | None:
    if at + 1 >= len(items):
        return None
    return following_of(items[at + 1].video, f"?list={playlist.public_id}", is_of_list=True)


def following_of(video: Video, query: str = "", *, is_of_list: bool = False) -> Following:
    """Return a video as what plays next."""
    poster = f"/media/{video.public_id}/poster.jpg" if video.has_poster else ""
    url = reverse("watch", args=[video.public_id]) + query
    return Following(url, video.title, video.channel.name, poster, is_of_list)
