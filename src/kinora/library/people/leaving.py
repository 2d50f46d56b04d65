"""Leaving: an account is closed at once; a job deletes what was its own, or it goes to the channels' other owners."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from kinora import config
from kinora.errors import Conflict, InputError, NotAllowed
from kinora.library.accounts import SYSTEM_USERNAME
from kinora.library.models import ApiKey, Channel, User, Video
from kinora.library.people.models import AccountExport, AccountImport, Member, Role
from kinora.library.queue import enqueue


@dataclass(frozen=True)
class Leaving:
    """What goes with an account."""

    num_videos: int
    num_channels: int


def what_goes(user: User) -> Leaving:
    """Return what would be deleted with the account."""
    return Leaving(Video.objects.filter(owner=user).count(), Channel.objects.filter(owner=user).count())


def close_account(user: User, *, hands_over: bool = False) -> None:
    """Close an account now and queue the deletion of what is its own.

    Args:
        hands_over: each channel, with its videos, goes to its team's first other owner instead.

    Raises:
        NotAllowed: the last administrator, or the owner of what commands add.
        InputError: a channel has nobody to go to. Conflict: who would get it holds one of its files already.
    """
    if user.username == SYSTEM_USERNAME:
        raise NotAllowed("The library's own account can't be deleted.")
    if user.is_staff and not User.objects.filter(is_staff=True, is_active=True).exclude(pk=user.pk).exists():
        raise NotAllowed("You are the only administrator.", hint="Make another one first: kinora admin NAME")
    with transaction.atomic():
        if hands_over:
            for channel in Channel.objects.filter(owner=user):
                hand_over(channel, _heir_of(channel))
        ApiKey.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(is_active=False)
        end_sessions(user)
        enqueue("leave", payload={"user": user.pk}, dedupe_key=f"leave:{user.pk}")


def _heir_of(channel: Channel) -> User:
    owners = Member.objects.filter(channel=channel, role=Role.OWNER, user__is_active=True).order_by("id")
    heir = owners.select_related("user").first()
    if heir is None:
        raise InputError(
            f"the channel {channel.name!r} has no other owner", hint="make somebody of its team an owner, or delete it"
        )
    return heir.user


def hand_over(channel: Channel, to: User) -> None:
    """Make somebody the holder of a channel and of its videos.

    Raises:
        Conflict: they hold the same file in another channel.
    """
    videos = Video.objects.filter(channel=channel)
    same = Video.objects.filter(owner=to, sha256__in=videos.values("sha256")).exclude(channel=channel)
    if same.exists():
        raise Conflict(f"{to.username} holds {same.count()} of these files already", hint="delete those first")
    with transaction.atomic():
        Member.objects.filter(channel=channel, user=to).delete()
        Channel.objects.filter(pk=channel.pk).update(owner=to)
        videos.update(owner=to)
        for video in Video.objects.filter(channel=channel, indexed_revision__gt=0):
            _index_again(video)


def _index_again(video: Video) -> None:
    from kinora.library.details import content_changed

    content_changed(video)


def end_sessions(user: User, *, but: str = "") -> int:
    """Sign a person out everywhere, except in the session of the key `but`; return in how many places."""
    keys = list(UserSession.objects.filter(user=user).exclude(session_key=but).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def own_videos(user_id: int) -> QuerySet[Video]:
    return Video.objects.filter(owner=user_id).order_by("id")


def delete_rest(user: User) -> None:
    """Delete the account's row and what lies on disk for it; its videos are gone by now."""
    files = [row.path for row in AccountExport.objects.filter(owner=user)]
    files += [row.path for row in AccountImport.objects.filter(owner=user)]
    folders = [config.current().home / "channels" / str(pk) for pk in user.channels.values_list("pk", flat=True)]
    user.delete()
    for path in files:
        path.unlink(missing_ok=True)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
