"""Playlists: make one, put videos in, order them, share it; *watch later* is one that everybody has.

A list shows each viewer the videos that they may find themselves. An unlisted video stands in the lists of its owner
only, and only they see it there, so that a list never gives its address away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.library.access import can_watch, is_visible_to, visible_to
from kinora.library.files import printable
from kinora.library.models import Channel, User, Video
from kinora.library.watching.models import Playlist, PlaylistItem, PlaylistKind, PlaylistVisibility

MAX_PLAYLISTS = 500  # a person
MAX_ITEMS = 500  # a playlist
MAX_TITLE_CHARACTERS = 120
MAX_DESCRIPTION_CHARACTERS = 5000


@dataclass(frozen=True)
class PlaylistChanges:
    """What changes of a playlist; what is None stays."""

    title: str | None = None
    description: str | None = None
    visibility: str | None = None


def make_playlist(owner: User, title: str, changes: PlaylistChanges | None = None) -> Playlist:
    """Make a playlist, private unless the changes say otherwise.

    Raises:
        InputError: too many, no title, or an unknown visibility.
    """
    if Playlist.objects.filter(owner=owner).count() >= MAX_PLAYLISTS:
        raise InputError(f"you have {MAX_PLAYLISTS} playlists, which is the most", hint="delete one at /playlists")
    playlist = Playlist(owner=owner, title=_title(title))
    return change_playlist(playlist, changes or PlaylistChanges())


def change_playlist(playlist: Playlist, changes: PlaylistChanges) -> Playlist:
    """Change what is given.

    Raises:
        InputError: as `make_playlist`; *watch later* keeps its name and stays private.
    """
    if playlist.kind and changes != PlaylistChanges():
        raise InputError(f"“{playlist.name}” stays as it is: private and by that name")
    if changes.title is not None:
        playlist.title = _title(changes.title)
    if changes.description is not None:
        lines = changes.description[:MAX_DESCRIPTION_CHARACTERS].splitlines()
        playlist.description = "\n".join(printable(line) for line in lines).strip()
    if changes.visibility is not None:
        if changes.visibility not in PlaylistVisibility.values:
            given = changes.visibility[:40]
            raise InputError(f"{given!r} is no visibility; accepted: {', '.join(PlaylistVisibility.values)}")
        playlist.visibility = changes.visibility
    playlist.save()
    return playlist


def delete_playlist(playlist: Playlist) -> None:
    """Delete a playlist; the videos stay.

    Raises:
        InputError: it is *watch later*, which everybody has.
    """
    if playlist.kind:
        raise InputError(f"“{playlist.name}” can't be deleted", hint="take its videos out instead")
    playlist.delete()


def playlists_of(user: User) -> QuerySet[Playlist]:
    """Return a person's playlists, last changed first, with `num_videos` and `cover` (a video's identifier).

    Both count the videos that the person may find, as the page of the list shows them.
    """
    return _with_numbers(Playlist.objects.filter(owner=user), user).order_by("-updated_at", "-id")


def public_playlists_of(owner: User, viewer: Any) -> QuerySet[Playlist]:
    """Return a person's public playlists as another person sees them, those with something to see."""
    rows = Playlist.objects.filter(Exists(_seen_items(viewer)), owner=owner, visibility=PlaylistVisibility.PUBLIC)
    return _with_numbers(rows, viewer).order_by("-updated_at", "-id")


def is_first_of(channel: Channel) -> bool:
    """Return whether this is its holder's first channel: there their public playlists stand, and on no other.

    A second channel of the same person is not told to be theirs by its playlists.
    """
    return not Channel.objects.filter(owner=channel.owner_id, pk__lt=channel.pk).exists()


def _seen_items(viewer: Any) -> QuerySet[PlaylistItem]:
    return PlaylistItem.objects.filter(is_visible_to(viewer, "video"), playlist=OuterRef("pk"))


def _with_numbers(rows: QuerySet[Playlist], viewer: Any) -> QuerySet[Playlist]:
    seen = _seen_items(viewer)
    number = seen.order_by().values("playlist").annotate(number=Count("pk")).values("number")
    cover = seen.filter(video__has_poster=True).order_by("place", "id").values("video__public_id")[:1]
    return rows.annotate(num_videos=Subquery(number), cover=Subquery(cover))


def watch_later_of(user: User) -> Playlist:
    """Return the person's *watch later*, made on first use."""
    return Playlist.objects.get_or_create(owner=user, kind=PlaylistKind.LATER, defaults={"title": "Watch later"})[0]


def playlist_to_see(user: Any, public_id: str) -> Playlist:
    """Return a playlist that this person may open: their own, or one that is not private.

    Raises:
        NotFound: there is none, or not for them; the two can't be told apart.
    """
    row = Playlist.objects.select_related("owner").filter(public_id=public_id[:16]).first()
    if row is None or len(public_id) > 16 or not (is_own(user, row) or row.visibility != PlaylistVisibility.PRIVATE):
        raise NotFound(f"there is no playlist {public_id[:16]!r}, or it is not for you to see")
    return row


def is_own(user: Any, playlist: Playlist) -> bool:
    """Return whether this person may change the playlist: its owner alone."""
    return user is not None and bool(user.is_authenticated) and user.pk == playlist.owner_id


def playlist_to_change(user: User, public_id: str) -> Playlist:
    """Return one of a person's own playlists; `later` names *watch later*.

    Raises:
        NotFound: there is none of theirs.
    """
    if public_id == PlaylistKind.LATER:
        return watch_later_of(user)
    row = Playlist.objects.filter(owner=user, public_id=public_id[:16]).first()
    if row is None or len(public_id) > 16:
        raise NotFound(f"there is no playlist {public_id[:16]!r} of yours", hint="/playlists lists them")
    return row


def items_for(user: Any, playlist: Playlist) -> QuerySet[PlaylistItem]:
    """Return the places whose videos this person may find, in order."""
    items = PlaylistItem.objects.filter(is_visible_to(user, "video"), playlist=playlist)
    return items.select_related("video__channel").order_by("place", "id")


def put_in(playlist: Playlist, video: Video) -> PlaylistItem:
    """Put a video at the end; one that is there already stays where it is.

    Raises:
        NotFound: it is not for the owner to see. InputError: it is known by its address alone, or the list is full.
    """
    owner = playlist.owner
    if not can_watch(owner, video):
        raise NotFound(f"there is no video {video.public_id!r}, or it is not for you to see")
    if video.owner_id != owner.pk and not visible_to(owner).filter(pk=video.pk).exists():
        raise InputError("a video that is found by its address alone can't be put in a list", hint="keep its address")
    with transaction.atomic():
        Playlist.objects.select_for_update().get(pk=playlist.pk)
        known = playlist.items.filter(video=video).first()
        if known is not None:
            return known
        if playlist.items.count() >= MAX_ITEMS:
            raise InputError(f"the list holds {MAX_ITEMS} videos, which is the most", hint="begin another")
        last = playlist.items.aggregate(last=Max("place"))["last"] or 0
        playlist.save()  # it changed now
        return PlaylistItem.objects.create(playlist=playlist, video=video, place=last + 1)


def take_out(playlist: Playlist, video_id: str) -> bool:
    """Take a video out by its public identifier; return whether it was in."""
    is_out = bool(playlist.items.filter(video__public_id=video_id[:16]).delete()[0])
    if is_out:
        playlist.save()
    return is_out


def put_in_order(playlist: Playlist, video_ids: Iterable[str]) -> None:
    """Put the videos in this order; those not named come after, as they were.

    Raises:
        InputError: one is named twice. NotFound: one is not in the list.
    """
    wanted = list(video_ids)
    if len(set(wanted)) != len(wanted):
        raise InputError("the order names a video twice")
    with transaction.atomic():
        Playlist.objects.select_for_update().get(pk=playlist.pk)
        rows = list(playlist.items.select_related("video").order_by("place", "id"))
        by_id = {row.video.public_id: row for row in rows}
        strange = next((one for one in wanted if one not in by_id), None)
        if strange is not None:
            raise NotFound(f"there is no video {strange[:16]!r} in this list")
        named = [by_id.pop(one) for one in wanted]
        ordered = [*named, *(row for row in rows if row.video.public_id in by_id)]
        for place, row in enumerate(ordered, 1):
            row.place = place
        PlaylistItem.objects.bulk_update(ordered, ["place"], batch_size=250)
        playlist.save()


def move(playlist: Playlist, video_id: str, by: int) -> None:
    """Move a video up (-1) or down (1) among those that the owner sees.

    Raises:
        NotFound: it is not in the list.
    """
    ids = list(items_for(playlist.owner, playlist).values_list("video__public_id", flat=True))
    if video_id not in ids:
        raise NotFound(f"there is no video {video_id[:16]!r} in this list")
    at = ids.index(video_id)
    ids.insert(min(len(ids) - 1, max(0, at + by)), ids.pop(at))
    put_in_order(playlist, ids)


def lists_with(user: User, video: Video) -> set[int]:
    """Return the keys of the person's playlists that hold the video."""
    return set(PlaylistItem.objects.filter(playlist__owner=user, video=video).values_list("playlist_id", flat=True))


def url_of(playlist: Playlist) -> str:
    """Return the address of the list's page."""
    return f"{config.current().site_url}/playlists/{playlist.public_id}"


def playlist_to_json(viewer: Any, playlist: Playlist) -> dict[str, Any]:
    """Return the documented JSON with the videos that the viewer may find."""
    rows = list(items_for(viewer, playlist))
    told: dict[str, Any] = {
        **summary_to_json(playlist),
        "num_videos": len(rows),
        "videos": [
            {"id": row.video.public_id, "title": row.video.title, "duration_seconds": row.video.duration_seconds}
            for row in rows
        ],
    }
    if is_own(viewer, playlist):
        told["num_hidden"] = playlist.items.count() - len(rows)
    return told


def summary_to_json(playlist: Playlist) -> dict[str, Any]:
    """Return a list without its videos, as lists of lists tell it."""
    return {
        "id": playlist.public_id,
        "kind": playlist.kind,
        "title": playlist.title,
        "description": playlist.description,
        "visibility": playlist.visibility,
        "url": url_of(playlist),
        "num_videos": getattr(playlist, "num_videos", None) or 0,
    }


def lists_to_save_in(user: User) -> list[Playlist]:
    """Return the lists that a video can be saved in: *watch later* first, then by last change."""
    later = watch_later_of(user)
    others = Playlist.objects.filter(~Q(pk=later.pk), owner=user).order_by("-updated_at", "-id")
    return [later, *others]


def _title(given: str) -> str:
    title = " ".join(printable(given.replace("\n", " ")).split())
    if not title or len(title) > MAX_TITLE_CHARACTERS:
        raise InputError(f"a playlist needs a title of 1 to {MAX_TITLE_CHARACTERS} characters")
    return title
