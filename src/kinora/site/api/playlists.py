"""Playlists: one's own to change; others' as far as they are shared, with the videos that the caller may find."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from kinora.library.watching import playlists as lists
from kinora.library.watching.playlists import PlaylistChanges
from kinora.site.api.auth import ANYONE, SIGNED_IN, caller
from kinora.site.api.lookup import video_to_watch
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 404, 422), ErrorOut)


class ListedVideo(Schema):
    id: str
    title: str
    duration_seconds: float


class PlaylistSummary(Schema):
    """A playlist without its videos; `num_videos` counts those that the caller may find."""

    id: str
    kind: str
    title: str
    description: str
    visibility: str
    url: str
    num_videos: int


class PlaylistOut(PlaylistSummary):
    """`num_hidden` are videos that the owner may not find any more; told to the owner alone."""

    videos: list[ListedVideo]
    num_hidden: int | None = None


class PlaylistsOut(Schema):
    playlists: list[PlaylistSummary]


class PlaylistIn(Schema):
    title: str = Field(..., min_length=1, max_length=lists.MAX_TITLE_CHARACTERS)
    description: str = Field("", max_length=lists.MAX_DESCRIPTION_CHARACTERS)
    visibility: str = Field("private", max_length=10, description="public, unlisted or private")


class PlaylistChangeIn(Schema):
    """What is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=lists.MAX_TITLE_CHARACTERS)
    description: str | None = Field(None, max_length=lists.MAX_DESCRIPTION_CHARACTERS)
    visibility: str | None = Field(None, max_length=10, description="public, unlisted or private")
    order: list[str] | None = Field(None, max_length=lists.MAX_ITEMS, description="videos by id; the others come after")


@router.get("", response={200: PlaylistsOut, **REFUSALS}, summary="Your playlists")
def list_playlists(request: HttpRequest) -> dict[str, Any]:
    """Return the caller's own, last changed first."""
    return {"playlists": [lists.summary_to_json(row) for row in lists.playlists_of(caller(request))]}


@router.post("", response={201: PlaylistOut, **REFUSALS}, summary="Make a playlist")
def make(request: HttpRequest, body: PlaylistIn) -> Status[dict[str, Any]]:
    changes = PlaylistChanges(description=body.description, visibility=body.visibility)
    row = lists.make_playlist(caller(request), body.title, changes)
    return Status(201, lists.playlist_to_json(caller(request), row))


@router.get("/{playlist_id}", auth=ANYONE, response={200: PlaylistOut, **REFUSALS}, summary="Read a playlist")
def read(request: HttpRequest, playlist_id: str) -> dict[str, Any]:
    """Return one's own (`later`: watch later), or one that is shared."""
    user = caller(request)
    is_later = playlist_id == "later" and user.is_authenticated
    row = lists.watch_later_of(user) if is_later else lists.playlist_to_see(user, playlist_id)
    return lists.playlist_to_json(user, row)


@router.patch("/{playlist_id}", response={200: PlaylistOut, **REFUSALS}, summary="Change, share or order a playlist")
def change(request: HttpRequest, playlist_id: str, body: PlaylistChangeIn) -> dict[str, Any]:
    user = caller(request)
    row = lists.playlist_to_change(user, playlist_id)
    changes = PlaylistChanges(body.title, body.description, body.visibility)
    if changes != PlaylistChanges():
        lists.change_playlist(row, changes)
    if body.order is not None:
        lists.put_in_order(row, body.order)
    return lists.playlist_to_json(user, row)


@router.delete("/{playlist_id}", response={204: None, **REFUSALS}, summary="Delete a playlist")
def delete(request: HttpRequest, playlist_id: str) -> Status[None]:
    """Delete it; its videos stay."""
    lists.delete_playlist(lists.playlist_to_change(caller(request), playlist_id))
    return Status(204, None)


@router.put("/{playlist_id}/videos/{video_id}", response={200: PlaylistOut, **REFUSALS}, summary="Put a video in")
def put_in(request: HttpRequest, playlist_id: str, video_id: str) -> dict[str, Any]:
    """Put it at the end; one that is there already stays where it is."""
    user = caller(request)
    row = lists.playlist_to_change(user, playlist_id)
    lists.put_in(row, video_to_watch(user, video_id))
    return lists.playlist_to_json(user, row)


@router.delete("/{playlist_id}/videos/{video_id}", response={200: PlaylistOut, **REFUSALS}, summary="Take a video out")
def take_out(request: HttpRequest, playlist_id: str, video_id: str) -> dict[str, Any]:
    user = caller(request)
    row = lists.playlist_to_change(user, playlist_id)
    lists.take_out(row, video_id)
    return lists.playlist_to_json(user, row)
