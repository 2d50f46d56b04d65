"""Who may find, watch and change a video. Every list, search, page and file asks here."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, When

from kinora.errors import NotFound
from kinora.library.accounts import channel_of
from kinora.library.models import Channel, Take, User, Video, VideoState, Visibility
from kinora.library.moderation.models import Mute
from kinora.library.people.locks import has_opened
from kinora.library.people.models import Member, Role
from kinora.library.people.visibility import OPEN_BY_ADDRESS
from kinora.library.studio.age import fit_for

EDITING = (Role.OWNER.value, Role.EDITOR.value)  # who may publish, change and delete in a channel
ANY_ROLE = tuple(Role.values)


def visible_to(user: Any) -> QuerySet[Video]:
    """Return the videos that may appear in this person's lists and searches.

    Public ones for everybody, one's own and those of channels that one edits of any kind, and what a channel keeps for
    its members. Somebody else's unlisted or password-protected video is reached by its address only; a scheduled one
    is private until its time. Administrators see all. Only videos that are ready; age-restricted ones for those who
    said that they are of age.
    """
    ready = fit_for(user, Video.objects.filter(state=VideoState.READY))
    if not _is_signed_in(user):
        return ready.filter(visibility=Visibility.PUBLIC)
    if user.is_staff:
        return ready
    muted = Mute.objects.filter(owner=user, channel__isnull=False).values("channel")
    return ready.filter(Q(visibility=Visibility.PUBLIC) | is_among_own(user)).exclude(channel__in=muted)


def is_among_own(user: User, video: str = "") -> Q:
    """Return the condition that a video is a person's to find whoever else may: their own, or their team's.

    `video` is the way from the rows to their video, such as `video__`.
    """
    edited = _memberships(user).filter(role__in=EDITING)
    for_members = {f"{video}visibility": Visibility.MEMBERS, f"{video}channel__in": _memberships(user)}
    return Q(**{f"{video}owner": user}) | Q(**{f"{video}channel__in": edited}) | Q(**for_members)


def is_visible_to(user: Any, video: str = "pk") -> Exists:
    """Return the same as a condition on rows that are few already; `video` names their field of the video.

    Asked row by row by primary key, where a plain filter may make the database walk through every ready video.
    """
    return Exists(visible_to(user).filter(pk=OuterRef(video)))


def can_watch(user: Any, video: Video) -> bool:
    """Return whether this person may open the video's page and files."""
    if video.state == VideoState.READY:
        if video.visibility in OPEN_BY_ADDRESS:
            return True
        if video.visibility == Visibility.PASSWORD and has_opened(user, video):
            return True
        if video.visibility == Visibility.MEMBERS and role_in(user, video.channel_id, video.owner_id) is not None:
            return True
    return can_edit(user, video)


def is_locked(user: Any, video: Video) -> bool:
    """Return whether a password stands between this person and the video; its page then asks for it."""
    is_behind_one = video.state == VideoState.READY and video.visibility == Visibility.PASSWORD
    return is_behind_one and not can_watch(user, video)


def can_edit(user: Any, video: Video) -> bool:
    """Return whether this person may change, replace or delete the video: the channel's editors and administrators."""
    return role_in(user, video.channel_id, video.owner_id) in EDITING


def can_publish_in(user: Any, channel: Channel) -> bool:
    """Return whether this person may put videos into the channel."""
    return role_in(user, channel.pk, channel.owner_id) in EDITING


def is_own_channel(user: Any, channel: Channel) -> bool:
    """Return whether this person may change the channel and its team: its owners and administrators."""
    return role_in(user, channel.pk, channel.owner_id) == Role.OWNER


def role_in(user: Any, channel_id: int, holder_id: int) -> str | None:
    """Return what somebody is in a channel, None for a stranger; its holder and administrators are owners."""
    if not _is_signed_in(user):
        return None
    if user.is_staff or user.pk == holder_id:
        return Role.OWNER
    return Member.objects.filter(channel=channel_id, user=user).values_list("role", flat=True).first()


def channels_of(user: User, roles: tuple[str, ...] = EDITING) -> QuerySet[Channel]:
    """Return the channels that a person holds or belongs to in one of these roles, their own first."""
    mine = Q(owner=user) | Q(pk__in=_memberships(user).filter(role__in=roles))
    is_other = Case(When(owner=user, then=0), default=1, output_field=IntegerField())
    return Channel.objects.filter(mine).annotate(is_other=is_other).order_by("is_other", "id")


def channel_for(user: User, handle: str) -> Channel:
    """Return the channel that somebody publishes in: their own first one, or another that they edit.

    Raises:
        NotFound: no such channel, or not theirs to publish in.
    """
    if not handle:
        return channel_of(user)
    channel = Channel.objects.select_related("owner").filter(handle=handle[:40]).first()
    if channel is None or not can_publish_in(user, channel):
        raise NotFound(f"you have no channel {handle[:40]!r}", hint="leave it out to use your own channel")
    return channel


def _memberships(user: User) -> QuerySet[Member, Any]:
    return Member.objects.filter(user=user).values("channel")


def can_use_take(user: Any, take: Take) -> bool:
    """Return whether this person may see and steer a take: its owner alone, and commands, whose viewer has no row."""
    return _is_signed_in(user) and user.pk in (None, take.owner_id)


def videos_of(user: User) -> QuerySet[Video]:
    """Return the videos in any state that a person may change as one of their channels' people, latest first."""
    edited = Q(channel__in=_memberships(user).filter(role__in=EDITING))
    return Video.objects.filter(Q(owner=user) | edited).exclude(state=VideoState.TRASHED).order_by("-created_at", "-id")


def _is_signed_in(user: Any) -> bool:
    return user is not None and bool(user.is_authenticated) and bool(user.is_active)
