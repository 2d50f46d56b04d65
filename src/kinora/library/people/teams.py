"""A channel's team: who belongs to it and as what, invitations, leaving. Rights follow from the role alone."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from kinora import config
from kinora.errors import Conflict, InputError, NotAllowed, NotFound
from kinora.library.access import is_own_channel
from kinora.library.models import Channel, User, new_token
from kinora.library.notify_models import Notification
from kinora.library.people.models import ChannelInvitation, Member, Role

INVITATION_LIFE = timedelta(days=14)
MAX_TEAM = 200  # members and open invitations of one channel


def team_of(channel: Channel) -> QuerySet[Member]:
    """Return the channel's members, its holder not among them."""
    return Member.objects.filter(channel=channel).select_related("user")


def invitations_of(channel: Channel) -> QuerySet[ChannelInvitation]:
    """Return the open invitations to the channel, newest first."""
    return ChannelInvitation.objects.filter(channel=channel, expires_at__gt=timezone.now()).select_related("user")


def invitations_for(user: User) -> QuerySet[ChannelInvitation]:
    """Return the open invitations that name this person."""
    return ChannelInvitation.objects.filter(user=user, expires_at__gt=timezone.now()).select_related("channel")


def invite(channel: Channel, by: Any, role: str, username: str = "") -> tuple[ChannelInvitation, str]:
    """Invite a person by name, or, without one, whoever opens the link first; return the invitation and its link.

    Raises:
        NotAllowed: `by` does not own the channel. NotFound: nobody is called so. Conflict: in the team already.
    """
    _must_own(by, channel)
    if role not in Role.values:
        raise InputError(f"{role[:20]!r} is no role; accepted: {', '.join(Role.values)}")
    if team_of(channel).count() + invitations_of(channel).count() >= MAX_TEAM:
        raise InputError(f"a channel's team has at most {MAX_TEAM} people, invited ones counted")
    user = _named(channel, username) if username.strip() else None
    token = new_token()
    with transaction.atomic():
        if user is not None:
            ChannelInvitation.objects.filter(channel=channel, user=user).delete()  # the newest one counts
        invitation = ChannelInvitation.objects.create(
            channel=channel, role=role, user=user, token_sha256=_digest(token), expires_at=timezone.now() +
            INVITATION_LIFE, made_by=by if isinstance(by, User) else channel.owner,
        )  # fmt: skip
        if user is not None:
            _tell(user, invitation, token)
    return invitation, link_of(token)


def link_of(token: str) -> str:
    return f"{config.current().site_url}/join/{token}"


def _named(channel: Channel, username: str) -> User:
    user = User.objects.filter(username__iexact=username.strip().lstrip("@"), is_active=True).first()
    if user is None:
        raise NotFound(f"there is nobody called {username[:40]!r}", hint="give the name that the person signs in with")
    if user.pk == channel.owner_id or Member.objects.filter(channel=channel, user=user).exists():
        raise Conflict(f"{user.username} belongs to the channel already", hint="change their role instead")
    return user


def _tell(user: User, invitation: ChannelInvitation, token: str) -> None:
    Notification.objects.create(
        owner=user, kind="channel.invited", title=f"{invitation.channel.name} invites you",
        text=f"You are to be {invitation.role} of the channel.", path=f"/join/{token}",
    )  # fmt: skip


def invitation_with(token: str, user: Any) -> ChannelInvitation:
    """Return the open invitation of a link, for this person.

    Raises:
        NotFound: none, spent, too old, or for somebody else.
    """
    rows = ChannelInvitation.objects.filter(token_sha256=_digest(token), expires_at__gt=timezone.now())
    found = rows.filter(Q(user=None) | Q(user=getattr(user, "pk", None))).select_related("channel", "made_by").first()
    if found is None:
        raise NotFound("This invitation does not hold any more.", hint="Ask for a new one.")
    return found


def accept(user: User, token: str) -> Channel:
    """Join the team; the invitation is spent.

    Raises:
        NotFound: see `invitation_with`. Conflict: the person belongs to the channel already.
    """
    with transaction.atomic():
        invitation = invitation_with(token, user)
        if invitation.channel.owner_id == user.pk:
            raise Conflict("this is your own channel", hint="send the link to somebody else")
        if not ChannelInvitation.objects.filter(pk=invitation.pk).delete()[0]:
            raise NotFound("This invitation does not hold any more.", hint="Ask for a new one.")
        try:
            with transaction.atomic():
                Member.objects.create(channel=invitation.channel, user=user, role=invitation.role)
        except IntegrityError:
            raise Conflict("you belong to this channel already") from None
    return invitation.channel


def decline(user: User, token: str) -> None:
    """Spend an invitation without joining; one that names nobody stays for whom it is meant."""
    ChannelInvitation.objects.filter(pk=invitation_with(token, user).pk, user=user).delete()


def withdraw(channel: Channel, by: Any, invitation_id: int) -> None:
    """Take an invitation back."""
    _must_own(by, channel)
    ChannelInvitation.objects.filter(channel=channel, pk=invitation_id).delete()


def set_role(channel: Channel, by: Any, member_id: int, role: str) -> Member:
    """Make a member something else.

    Raises:
        NotAllowed, NotFound, InputError: not an owner; no such member; no such role.
    """
    _must_own(by, channel)
    if role not in Role.values:
        raise InputError(f"{role[:20]!r} is no role; accepted: {', '.join(Role.values)}")
    member = _member(channel, member_id)
    member.role = role
    member.save(update_fields=["role"])
    return member


def remove_member(channel: Channel, by: Any, member_id: int) -> None:
    """Take a member out of the team, or leave it oneself."""
    member = _member(channel, member_id)
    if member.user_id != getattr(by, "pk", None):
        _must_own(by, channel)
    member.delete()


def _member(channel: Channel, member_id: int) -> Member:
    member = team_of(channel).filter(pk=member_id).first()
    if member is None:
        raise NotFound("There is no such person in the team.", hint="Reload the page.")
    return member


def _must_own(user: Any, channel: Channel) -> None:
    if not is_own_channel(user, channel):
        raise NotAllowed("Only the channel's owners change its team.", hint="Ask one of them.")


def _digest(token: str) -> str:
    return hashlib.sha256(token[:200].encode("utf-8", errors="replace")).hexdigest()
