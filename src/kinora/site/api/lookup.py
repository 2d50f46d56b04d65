"""A video by its identifier, for this person; for everybody else there is no such video."""

from __future__ import annotations

from typing import Any

from kinora.errors import NotAllowed, NotFound
from kinora.library.access import can_edit, can_watch, is_locked
from kinora.library.models import Video
from kinora.library.people.locks import has_opened
from kinora.library.studio.age import needs_gate


def video_to_watch(user: Any, video_id: str) -> Video:
    """Return the video if this person may watch it.

    Raises:
        NotFound: there is none, or not for this person; the two can't be told apart.
        NotAllowed: it is age-restricted, and this person has not said that they are of age.
    """
    video = _allowed(user, video_id, can_watch)
    if needs_gate(user, video):
        raise NotAllowed(
            "this video is for adults, and you have not said that you are one",
            hint="sign in and open its page once, then use your key",
        )
    return video


def video_to_edit(user: Any, video_id: str) -> Video:
    """Return the video if this person may change it.

    Raises:
        NotFound: there is none, or not for this person to change.
    """
    return _allowed(user, video_id, can_edit)


def _allowed(user: Any, video_id: str, rule: Any) -> Video:
    video = Video.objects.select_related("channel", "owner").filter(public_id=video_id[:16]).first()
    if video is None or len(video_id) > 16 or not rule(user, video):
        raise NotFound(f"there is no video {video_id[:16]!r}, or it is not for you to see")
    return video


def locked_video(user: Any, video_id: str) -> Video:
    """Return a video that has a password, whether or not this person gave it yet.

    Raises:
        NotFound: there is none that has one.
    """
    return _allowed(user, video_id, lambda viewer, video: is_locked(viewer, video) or has_opened(viewer, video))
