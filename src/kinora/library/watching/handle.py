"""The verbs of the Python API for playlists, likes and subscriptions: `Library` has them. See docs/playlists.md."""

from __future__ import annotations

from typing import Any

from kinora.errors import NotFound
from kinora.library.accounts import person_named
from kinora.library.models import Video
from kinora.library.watching import playlists as lists
from kinora.library.watching.models import Playlist
from kinora.library.watching.playlists import PlaylistChanges


class WatchingVerbs:
    """Playlists of a person, of the library's own account when none is named."""

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


def _told(row: Playlist) -> dict[str, Any]:
    return lists.playlist_to_json(row.owner, row)


def _video(video_id: str) -> Video:
    video = Video.objects.filter(public_id=video_id[:16]).first()
    if video is None:
        raise NotFound(f"there is no video {video_id[:16]!r}", hint="`kinora videos` lists them")
    return video
