"""What a person says about recommendations: less of this, not this channel, none at all; and taking it back."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from kinora.errors import InputError
from kinora.library.access import is_visible_to, visible_to
from kinora.library.models import Channel, User, Video
from kinora.library.recommend.models import NotWanted
from kinora.library.watching.models import WatchingChoices

MAX_NOT_WANTED = 1000


def less_of(user: User, video: Video) -> NotWanted:
    """Recommend this video no more, and what is near to it less.

    Raises:
        InputError: one said so of too many.
    """
    _make_room(user)
    return NotWanted.objects.get_or_create(user=user, video=video)[0]


def not_this_channel(user: User, channel: Channel) -> NotWanted:
    """Recommend nothing of this channel.

    Raises:
        InputError: one said so of too many.
    """
    _make_room(user)
    return NotWanted.objects.get_or_create(user=user, channel=channel)[0]


def not_wanted_of(user: User) -> QuerySet[NotWanted]:
    """Return what a person does not want, last said first; without what they may not find any more."""
    of_channel = Exists(visible_to(user).filter(channel=OuterRef("channel")))
    rows = NotWanted.objects.filter(is_visible_to(user, "video") | (Q(video=None) & of_channel), user=user)
    return rows.select_related("video__channel", "channel").order_by("-id")


def take_back(user: User, row_id: int) -> bool:
    """Forget one thing that was not wanted; return whether it was."""
    return bool(NotWanted.objects.filter(user=user, pk=row_id).delete()[0])


def set_recommending(user: User, *, is_on: bool) -> None:
    """Switch recommendations on or off for a person."""
    WatchingChoices.objects.update_or_create(user=user, defaults={"is_recommending": is_on})


def is_recommending(user: Any) -> bool:
    """Return whether this person gets recommendations; whoever never chose does."""
    if user is None or not user.is_authenticated:
        return True
    return not WatchingChoices.objects.filter(user=user, is_recommending=False).exists()


def _make_room(user: User) -> None:
    if NotWanted.objects.filter(user=user).count() >= MAX_NOT_WANTED:
        raise InputError(f"you said so {MAX_NOT_WANTED} times, which is the most", hint="take some back first")
