"""A person's history: what they watched and how far, last first; pause it, erase one entry or all of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from kinora.library.access import is_visible_to
from kinora.library.models import User, WatchProgress


def history_of(user: User) -> QuerySet[WatchProgress]:
    """Return what a person watched, last first; nothing of videos that they may not find any more."""
    rows = WatchProgress.objects.filter(is_visible_to(user, "video"), user=user)
    return rows.select_related("video__channel").order_by("-updated_at", "-id")


def erase_history(user: User, video_id: str | None = None) -> int:
    """Forget one video's entry, or all of them where none is named; return how many there were.

    What is forgotten begins at the start again, and stands no more under *Continue watching*.
    """
    rows = WatchProgress.objects.filter(user=user)
    rows = rows if video_id is None else rows.filter(video__public_id=video_id[:16])
    return rows.delete()[0]


def pause_history(user: User, *, is_paused: bool) -> None:
    """Stop or go on remembering what a person watches; what is remembered already stays."""
    User.objects.filter(pk=user.pk).update(pauses_history=is_paused)
    user.pauses_history = is_paused


def entry_to_json(row: WatchProgress) -> dict[str, Any]:
    """Return the documented JSON of one entry."""
    return {
        "video": {"id": row.video.public_id, "title": row.video.title, "duration_seconds": row.video.duration_seconds},
        "position_seconds": row.position_seconds,
        "is_finished": row.is_finished,
        "watched_at": row.updated_at.isoformat(),
    }
