"""What a person may do here: suspended people read, blocked people do not write to the channel that blocked them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kinora.errors import InputError, NotAllowed
from kinora.library.models import Channel, User
from kinora.library.moderation.audit import note
from kinora.library.moderation.models import Block, Case, Mute, Suspension
from kinora.library.notify_models import Notification

MAX_REASON = 2_000


class Suspended(NotAllowed):
    """The person is suspended: they may read and appeal."""


def suspension_of(user: User) -> Suspension | None:
    """Return the suspension that is in force."""
    in_force = Q(until=None) | Q(until__gt=timezone.now())
    return Suspension.objects.filter(in_force, person=user).first()


def require_standing(user: User) -> None:
    """Refuse who is suspended.

    Raises:
        Suspended: until when, and why.
    """
    found = suspension_of(user)
    if found is not None:
        until = f"until {found.until:%d %B %Y}" if found.until else "for good"
        raise Suspended(f"your account is suspended {until}: {found.reason}", hint="you can appeal at /appeals")


def require_welcome(user: User, channel: Channel) -> None:
    """Refuse who is suspended on the site or blocked by the channel.

    Raises:
        NotAllowed: which of the two.
    """
    require_standing(user)
    if Block.objects.filter(channel=channel, person=user).exists():
        raise NotAllowed(f"{channel.name} does not take comments from you")


@transaction.atomic
def suspend(
    person: User, *, by: User | None, reason: str, days: int | None = None, case: Case | None = None
) -> Suspension:
    """Let a person read but not write, for so many days or for good.

    Raises:
        InputError: no reason, impossible days, or an administrator.
    """
    if person.is_staff:
        raise InputError(f"{person.username} is an administrator", hint="take that right away first")
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InputError(f"a reason of 1 to {MAX_REASON} characters is needed: the person reads it")
    if days is not None and not 1 <= days <= 3650:
        raise InputError(f"{days} days are not possible; accepted: 1 to 3650, or none for good")
    until: datetime | None = timezone.now() + timedelta(days=days) if days else None
    row, _ = Suspension.objects.update_or_create(
        person=person, defaults={"reason": reason.strip(), "until": until, "by": by, "case": case}
    )
    note(by, "person.suspend", kind="person", target=person.pk, person=person, details={"days": days, "reason": reason})
    until_when = f"until {until:%d %B %Y}" if until else "for good"
    Notification.objects.create(
        owner=person, kind="moderation", title=f"Your account is suspended {until_when}", text=reason.strip()[:2000],
        path="/appeals",
    )  # fmt: skip
    return row


@transaction.atomic
def lift_suspension(person: User, *, by: User | None) -> bool:
    """Let a person write again; return whether they could not."""
    found = Suspension.objects.filter(person=person).delete()[0] > 0
    if found:
        note(by, "person.unsuspend", kind="person", target=person.pk, person=person)
        title = "Your account is not suspended any more"
        Notification.objects.create(owner=person, kind="moderation", title=title, path="/")
    return found


def mute(owner: User, *, person: User | None = None, channel: Channel | None = None) -> None:
    """Show a person's comments, or anything of a channel, no more to `owner`; nobody is told."""
    if owner == person or (channel is not None and channel.owner_id == owner.pk):
        raise InputError("you can't mute yourself")
    if Mute.objects.filter(owner=owner).count() >= 2_000:
        raise InputError("you muted 2,000 people and channels, which is the most", hint="take some off first")
    Mute.objects.get_or_create(owner=owner, person=person, channel=channel)


def unmute(owner: User, *, person: User | None = None, channel: Channel | None = None) -> None:
    Mute.objects.filter(owner=owner, person=person, channel=channel).delete()


@transaction.atomic
def block(channel: Channel, person: User, *, by: User | None) -> None:
    """Take no comments from a person under this channel's videos and posts any more."""
    if person.pk == channel.owner_id:
        raise InputError("a channel can't block its owner")
    _, is_new = Block.objects.get_or_create(channel=channel, person=person, defaults={"by": by})
    if is_new:
        note(by, "channel.block", kind="channel", target=channel.handle, person=person)


@transaction.atomic
def unblock(channel: Channel, person: User, *, by: User | None) -> None:
    if Block.objects.filter(channel=channel, person=person).delete()[0]:
        note(by, "channel.unblock", kind="channel", target=channel.handle, person=person)
