"""The verbs of the Python API for playlists, likes and subscriptions: `Library` has them. See docs/playlists.md."""

from __future__ import annotations

from typing import Any

from kinora.errors import NotFound
from kinora.library.accounts import person_named
from kinora.library.models import Video
from kinora.library.watching import likes, subscriptions
from kinora.library.watching import playlists as lists
from kinora.library.watching.models import Playlist
from kinora.library.watching.playlists import PlaylistChanges


class WatchingVerbs:
    """What a person keeps and follows; the library's own account's when none is named."""

    def playlists(self, *, username: str = "") -> list[dict[str, Any]]:
        """Return a person's playlists without their videos, last changed first."""
        return [lists.summary_to_json(row) for row in lists.playlists_of(person_named(username))]

    def playlist(self, playlist_id: str, *, username: str = "") -> dict[str, Any]:
        """Return one of a person's playlists (`later`: watch later) with its videos."""
        return _told(lists.playlist_to_change(person_named(username), playlist_id))

    def make_playlist(
        self, title: str, *, description: str = "", visibility: str = "private", username: str = ""
    ) -> dict[str, Any]:
        """Make a playlist: `private`, `unlisted` (whoever has the link) or `public`."""
        changes = PlaylistChanges(description=description, visibility=visibility)
        return _told(lists.make_playlist(person_named(username), title, changes))

    def change_playlist(self, playlist_id: str, *, username: str = "", **changes: str | None) -> dict[str, Any]:
        """Change `title`, `description` or `visibility`; what is not given stays."""
        row = lists.playlist_to_change(person_named(username), playlist_id)
        return _told(lists.change_playlist(row, PlaylistChanges(**changes)))

    def add_to_playlist(self, playlist_id: str, *video_ids: str, username: str = "") -> dict[str, Any]:
        """Put videos at the end of a playlist."""
        row = lists.playlist_to_change(person_named(username), playlist_id)
        for video in [_video(one) for one in video_ids]:
            lists.put_in(row, video)
        return _told(row)

    def take_from_playlist(self, playlist_id: str, *video_ids: str, username: str = "") -> dict[str, Any]:
        """Take videos out of a playlist."""
        row = lists.playlist_to_change(person_named(username), playlist_id)
        for video_id in video_ids:
            lists.take_out(row, video_id)
        return _told(row)

    def order_playlist(self, playlist_id: str, *video_ids: str, username: str = "") -> dict[str, Any]:
        """Put the named videos first, in this order."""
        row = lists.playlist_to_change(person_named(username), playlist_id)
        lists.put_in_order(row, video_ids)
        return _told(row)

    def delete_playlist(self, playlist_id: str, *, username: str = "") -> None:
        """Delete a playlist; its videos stay."""
        lists.delete_playlist(lists.playlist_to_change(person_named(username), playlist_id))

    def likes(self, *, username: str = "", limit: int = 100) -> list[dict[str, Any]]:
        """Return what a person likes, last liked first."""
        rows = likes.likes_of(person_named(username))[:limit]
        return [
            {"video": {"id": row.video.public_id, "title": row.video.title}, "liked_at": row.created_at.isoformat()}
            for row in rows
        ]

    def like(self, video_id: str, *, is_liked: bool = True, username: str = "") -> int:
        """Like a video or take that back; return how many like it then."""
        return likes.like(person_named(username), _video(video_id), is_liked=is_liked)

    def subscriptions(self, *, username: str = "") -> list[dict[str, Any]]:
        """Return the channels that a person follows, by name."""
        rows = subscriptions.subscriptions_of(person_named(username))
        return [subscriptions.subscription_to_json(row) for row in rows]

    def subscribe(self, handle: str, *, is_told: bool = True, username: str = "") -> dict[str, Any]:
        """Follow a channel by its handle; with `is_told` the bell rings for each new video."""
        user = person_named(username)
        channel = subscriptions.channel_to_follow(user, handle)
        return subscriptions.subscription_to_json(subscriptions.subscribe(user, channel, is_told=is_told))

    def unsubscribe(self, handle: str, *, username: str = "") -> bool:
        """Follow a channel no more; return whether the person did."""
        row = subscriptions.subscriptions_of(person_named(username)).filter(channel__handle=handle[:40]).first()
        return row is not None and subscriptions.unsubscribe(row.user, row.channel)


def _told(row: Playlist) -> dict[str, Any]:
    return lists.playlist_to_json(row.owner, row)


def _video(video_id: str) -> Video:
    video = Video.objects.filter(public_id=video_id[:16]).first()
    if video is None:
        raise NotFound(f"there is no video {video_id[:16]!r}", hint="`kinora videos` lists them")
    return video
