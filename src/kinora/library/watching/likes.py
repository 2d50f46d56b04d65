"""Likes: a person likes a video or takes it back; how many do is everybody's to see, who does is nobody's."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from kinora.library.access import is_visible_to
from kinora.library.models import User, Video
from kinora.library.watching.models import Like


def like(user: User, video: Video, *, is_liked: bool = True) -> int:
    """Like a video, or take that back; doing it twice changes nothing. Return how many like it then."""
    if is_liked:
        Like.objects.get_or_create(user=user, video=video)
    else:
        Like.objects.filter(user=user, video=video).delete()
    return num_likes(video)


def num_likes(video: Video) -> int:
    """Return how many people like a video."""
    return Like.objects.filter(video=video).count()


def liking(user: Any, video: Video) -> tuple[int, bool]:
    """Return how many people like a video and whether this person does, by one question to the database."""
    rows = Like.objects.filter(video=video)
    if user is None or not user.is_authenticated:
        return rows.count(), False
    told = rows.aggregate(number=Count("pk"), own=Count("pk", filter=Q(user=user)))
    return told["number"], bool(told["own"])


def likes_of(user: User) -> QuerySet[Like]:
    """Return what a person likes, last liked first; nothing of videos that they may not find any more."""
    rows = Like.objects.filter(is_visible_to(user, "video"), user=user)
    return rows.select_related("video__channel").order_by("-id")
