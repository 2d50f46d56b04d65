"""Following channels: subscribe, the feed of their videos, and by which rhythm one is told by e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from kinora.errors import InputError, NotFound
from kinora.library.access import visible_to
from kinora.library.models import Channel, User, Video
from kinora.library.notify import email_of
from kinora.library.watching.digest_time import plan_digest
from kinora.library.watching.models import DigestRhythm, Subscription, WatchingChoices

MAX_SUBSCRIPTIONS = 2000


def channel_to_follow(user: Any, handle: str) -> Channel:
    """Return a channel that this person may know of: theirs, or one with a video that they may find.

    Raises:
        NotFound: there is none, or nothing in it for them; the two can't be told apart.
    """
    channel = Channel.objects.select_related("owner").filter(handle=handle[:40]).first()
    if channel is None or not (channel.owner == user or visible_to(user).filter(channel=channel).exists()):
        raise NotFound(f"there is no channel {handle[:40]!r}", hint="look for it by its words")
    return channel


def subscribe(user: User, channel: Channel, *, is_told: bool = True) -> Subscription:
    """Follow a channel; `is_told` rings the bell for each new video. Doing it again changes `is_told` alone.

    Raises:
        InputError: it is one's own, or one follows as many as one can.
    """
    if channel.owner_id == user.pk:
        raise InputError("this channel is your own: you need not follow it")
    is_new = not Subscription.objects.filter(user=user, channel=channel).exists()
    if is_new and Subscription.objects.filter(user=user).count() >= MAX_SUBSCRIPTIONS:
        raise InputError(f"you follow {MAX_SUBSCRIPTIONS} channels, which is the most", hint="leave one first")
    values = {"is_told": is_told}
    return Subscription.objects.update_or_create(user=user, channel=channel, defaults=values)[0]


def unsubscribe(user: User, channel: Channel) -> bool:
    """Follow a channel no more; return whether one did."""
    return bool(Subscription.objects.filter(user=user, channel=channel).delete()[0])


@dataclass(frozen=True)
class Following:
    """How somebody stands to a channel, and how many follow it."""

    num_subscribers: int
    is_following: bool
    is_told: bool


def following(user: Any, channel: Channel) -> Following:
    """Return how a person stands to a channel, by one question to the database."""
    rows = Subscription.objects.filter(channel=channel)
    if user is None or not user.is_authenticated:
        return Following(rows.count(), is_following=False, is_told=False)
    own = Q(user=user)
    told = rows.aggregate(
        number=Count("pk"), own=Count("pk", filter=own), bell=Count("pk", filter=own & Q(is_told=True))
    )
    return Following(told["number"], is_following=bool(told["own"]), is_told=bool(told["bell"]))


def subscriptions_of(user: User) -> QuerySet[Subscription]:
    """Return the channels that a person follows, by name."""
    return Subscription.objects.filter(user=user).select_related("channel").order_by("channel__name", "channel__id")


def feed_of(user: User) -> QuerySet[Video]:
    """Return the videos of the channels that a person follows, as far as they may find them; order is the caller's."""
    followed = Subscription.objects.filter(user=user).values("channel")
    return visible_to(user).filter(channel__in=followed)


def choices_of(user: User) -> WatchingChoices:
    """Return what a person chose, the defaults where they did not; not stored."""
    return WatchingChoices.objects.filter(user=user).first() or WatchingChoices(user=user)


def set_digest(user: User, rhythm: str) -> WatchingChoices:
    """Choose how often new videos of followed channels are told by e-mail: `daily`, `weekly`, or `` for never.

    Raises:
        InputError: an unknown rhythm, or this person gets no e-mail here; it says why.
    """
    if rhythm not in DigestRhythm.values:
        raise InputError(f"{rhythm[:20]!r} is no rhythm; accepted: daily, weekly, or nothing for never")
    if rhythm:
        email_of(user)
    choices, _ = WatchingChoices.objects.get_or_create(user=user)
    choices.digest = rhythm
    choices.save()
    plan_digest(choices)
    return choices


def end_digest(token: str) -> WatchingChoices:
    """Switch a digest off by the secret that stands in every e-mail; done twice it changes nothing.

    Raises:
        NotFound: nobody has this secret.
    """
    choices = WatchingChoices.objects.select_related("user").filter(unsubscribe_token=token[:48]).first()
    if choices is None or len(token) > 48:
        raise NotFound("This address is not valid any more.", hint="Choose at /subscriptions how you are told.")
    WatchingChoices.objects.filter(pk=choices.pk).update(digest=DigestRhythm.NEVER)
    return choices


def subscription_to_json(row: Subscription) -> dict[str, Any]:
    """Return the documented JSON of one channel that is followed."""
    channel = {"handle": row.channel.handle, "name": row.channel.name}
    return {"channel": channel, "is_told": row.is_told, "since": row.created_at.isoformat()}
