"""New videos are told to those who follow their channel: by the bell once each, by e-mail as a digest."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kinora import config
from kinora.library.access import visible_to
from kinora.library.messages import Message
from kinora.library.models import User, Video, Visibility
from kinora.library.notify import deliver
from kinora.library.notify_models import Delivery, Notification
from kinora.library.queue import enqueue
from kinora.library.watching.models import Announced, Subscription, WatchingChoices
from kinora.library.webhooks.events import PUBLISHED, tell_of_video

EVENT = "channel.published"
DIGEST_EVENT = "channels.digest"
SHOWN_IN_DIGEST = 30
_AT_ONCE = 500  # notifications stored together


def note_publication(video: Video) -> None:
    """A video is public and ready from now on: have its channel's followers told, unless they were before."""
    if not Announced.objects.filter(video=video).exists():
        enqueue("announce", video=video)


@transaction.atomic
def announce(video: Video) -> int:
    """Ring the bells of the channel's followers, tell webhooks; return how many bells. A second time tells nobody."""
    row = visible_to(None).select_related("channel").filter(pk=video.pk, visibility=Visibility.PUBLIC).first()
    if row is None or not Announced.objects.get_or_create(video=row)[1]:
        return 0
    tell_of_video(PUBLISHED, row)
    followers = Subscription.objects.filter(channel=row.channel, is_told=True, user__is_active=True)
    told = [
        Notification(
            owner_id=user_id, kind=EVENT, video=row, path=f"/watch/{row.public_id}", text=row.channel.name,
            title=row.title[:300],
        )
        for user_id in followers.values_list("user_id", flat=True)
    ]  # fmt: skip
    Notification.objects.bulk_create(told, batch_size=_AT_ONCE)
    return len(told)


def digest_videos(user: User, since: datetime, until: datetime) -> QuerySet[Video]:
    """Return what the channels that a person follows published in that time, as far as they may find it now."""
    followed = Subscription.objects.filter(user=user).values("channel")
    rows = visible_to(user).filter(announced__at__gt=since, announced__at__lte=until, channel__in=followed)
    return rows.select_related("channel").order_by("-announced__at", "-id")


def send_digest(choices: WatchingChoices, now: datetime) -> bool:
    """Queue one person's digest of what came since the last one; nothing is sent where nothing came."""
    since = choices.digest_at or now
    has_news = digest_videos(choices.user, since, now).exists()
    with transaction.atomic():
        WatchingChoices.objects.filter(pk=choices.pk).update(digest_at=now)
        if has_news:
            deliver(choices.user, DIGEST_EVENT, {"since": since.isoformat(), "until": now.isoformat()})
    return has_news


def message_of_digest(delivery: Delivery) -> Message | None:
    """Return a digest as it can be told when it is sent; None when it was switched off, or nothing is left."""
    choices = WatchingChoices.objects.filter(user=delivery.owner).exclude(digest="").first()
    since, until = (datetime.fromisoformat(delivery.about[name]) for name in ("since", "until"))
    assert delivery.owner is not None  # a digest goes to a person
    videos = list(digest_videos(delivery.owner, since, until)[: SHOWN_IN_DIGEST + 1])
    if choices is None or not videos:
        return None
    site = config.current().site_url
    lines = [
        f"{video.title}\n  {video.channel.name}\n  {site}/watch/{video.public_id}" for video in videos[:SHOWN_IN_DIGEST]
    ]
    if len(videos) > SHOWN_IN_DIGEST:
        lines.append(_("… and more: {address}").format(address=f"{site}/subscriptions"))
    subject = _("New in the channels that you follow: {title}").format(title=videos[0].title)
    body = {"videos": [{"id": video.public_id, "title": video.title} for video in videos]}
    return Message(subject, "\n\n".join(lines), body, f"{site}/subscriptions/stop/{choices.unsubscribe_token}")
