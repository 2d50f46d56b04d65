"""Who may find, watch and change a video. Every list, search, page and file asks here."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from kinora.library.models import Channel, Take, User, Video, VideoState, Visibility
from kinora.library.studio.age import fit_for


def visible_to(user: Any) -> QuerySet[Video]:
    """Return the videos that may appear in this person's lists and searches.

    Public ones for everybody and one's own of any kind; somebody else's unlisted video is reached by its address
    only. Administrators see all. Only videos that are ready.
    """
    ready = fit_for(user, Video.objects.filter(state=VideoState.READY))
    if not _is_signed_in(user):
        return ready.filter(visibility=Visibility.PUBLIC)
    if user.is_staff:
        return ready
    return ready.filter(Q(visibility=Visibility.PUBLIC) | Q(owner=user))


def is_visible_to(user: Any, video: str = "pk") -> Exists:
    """Return the same as a condition on rows that are few already; `video` names their field of the video.

    Asked row by row by primary key, where a plain filter may make the database walk through every ready video.
    """
    return Exists(visible_to(user).filter(pk=OuterRef(video)))


def can_watch(user: Any, video: Video) -> bool:
    """Return whether this person may open the video's page and files."""
    if can_edit(user, video):
        return True
    return video.state == VideoState.READY and video.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)


def can_edit(user: Any, video: Video) -> bool:
    """Return whether this person may change, replace or delete the video: its owner and administrators."""
    return _is_signed_in(user) and (user.is_staff or user.pk == video.owner_id)


def is_own_channel(user: Any, channel: Channel) -> bool:
    """Return whether this person may change the channel: its owner and administrators."""
    return _is_signed_in(user) and (user.is_staff or user.pk == channel.owner_id)


def can_use_take(user: Any, take: Take) -> bool:
    """Return whether this person may see and steer a take: its owner alone, and commands, whose viewer has no row."""
    return _is_signed_in(user) and user.pk in (None, take.owner_id)


def videos_of(user: User) -> QuerySet[Video]:
    """Return a person's own videos in any state, latest first."""
    return Video.objects.filter(owner=user).order_by("-created_at", "-id")


def _is_signed_in(user: Any) -> bool:
    return user is not None and bool(user.is_authenticated) and bool(user.is_active)
