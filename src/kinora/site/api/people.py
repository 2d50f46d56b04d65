"""Channels and their teams; for administrators, who may make an account."""

from __future__ import annotations

from typing import Any, Literal, cast

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from kinora.errors import NotFound
from kinora.library.access import ANY_ROLE, channels_of, is_own_channel, role_in
from kinora.library.models import Channel, User
from kinora.library.people import channels, sign_up, teams
from kinora.library.people.handle import pending_to_json
from kinora.site.api.auth import SIGNED_IN, caller, require_staff
from kinora.site.api.videos import REFUSALS

router = Router(auth=SIGNED_IN)
RoleName = Literal["owner", "editor", "viewer"]
PolicyName = Literal["open", "approval", "invitation", "closed"]


class LinkBody(Schema):
    title: str = Field("", max_length=60)
    url: str = Field(max_length=500)


class ChannelIn(Schema):
    name: str = Field(max_length=120)
    handle: str = Field(max_length=41)
    description: str = Field("", max_length=channels.MAX_DESCRIPTION)
    links: list[LinkBody] = Field([], max_length=channels.MAX_LINKS)


class ChannelOut(Schema):
    """A channel that the caller holds or belongs to."""

    handle: str
    name: str
    description: str
    links: list[LinkBody]
    role: RoleName

    @classmethod
    def of(cls, channel: Channel, user: User) -> ChannelOut:
        role: Any = role_in(user, channel.pk, channel.owner_id)
        links = [LinkBody(**link) for link in channel.links]
        return cls(handle=channel.handle, name=channel.name, description=channel.description, links=links, role=role)


class MemberOut(Schema):
    id: int
    username: str
    role: RoleName


class TeamOut(Schema):
    holder: str
    members: list[MemberOut]


class InvitationIn(Schema):
    """Without a name, whoever opens the link first may join."""

    role: RoleName
    username: str = Field("", max_length=150)


class LinkOut(Schema):
    url: str


class RoleIn(Schema):
    role: RoleName


class PolicyBody(Schema):
    policy: PolicyName


class PendingOut(Schema):
    username: str
    email: str
    reason: str
    since: str


class NoteIn(Schema):
    note: str = Field("", max_length=120)


@router.get("/channels", response={200: list[ChannelOut], **REFUSALS}, summary="List your channels")
def list_channels(request: HttpRequest) -> list[ChannelOut]:
    """Return the channels that the caller holds, then those that they belong to."""
    user = caller(request)
    return [ChannelOut.of(channel, user) for channel in channels_of(user, ANY_ROLE)]


@router.post("/channels", response={201: ChannelOut, **REFUSALS}, summary="Make a channel")
def make_channel(request: HttpRequest, body: ChannelIn) -> Status[ChannelOut]:
    user = caller(request)
    made = channels.make_channel(user, body.name, body.handle)
    channels.change_channel(made, user, **body.model_dump())
    return Status(201, ChannelOut.of(made, user))


@router.put("/channels/{handle}", response={200: ChannelOut, **REFUSALS}, summary="Change a channel")
def change_channel(request: HttpRequest, handle: str, body: ChannelIn) -> ChannelOut:
    """Change what the channel's page says; its owners alone."""
    channel = _owned(request, handle)
    channels.change_channel(channel, caller(request), **body.model_dump())
    return ChannelOut.of(channel, caller(request))


@router.get("/channels/{handle}/team", response={200: TeamOut, **REFUSALS}, summary="Read a channel's team")
def read_team(request: HttpRequest, handle: str) -> TeamOut:
    channel = _owned(request, handle)
    members = [
        MemberOut(id=row.pk, username=row.user.username, role=cast("RoleName", row.role))
        for row in teams.team_of(channel)
    ]
    return TeamOut(holder=channel.owner.username, members=members)


@router.post("/channels/{handle}/team", response={201: LinkOut, **REFUSALS}, summary="Invite to a channel's team")
def invite(request: HttpRequest, handle: str, body: InvitationIn) -> Status[LinkOut]:
    """Return the invitation's link, which is shown this once."""
    _row, link = teams.invite(_owned(request, handle), caller(request), body.role, body.username)
    return Status(201, LinkOut(url=link))


@router.patch("/channels/{handle}/team/{member_id}", response={200: MemberOut, **REFUSALS}, summary="Change a role")
def change_role(request: HttpRequest, handle: str, member_id: int, body: RoleIn) -> MemberOut:
    member = teams.set_role(_owned(request, handle), caller(request), member_id, body.role)
    return MemberOut(id=member.pk, username=member.user.username, role=body.role)


@router.delete("/channels/{handle}/team/{member_id}", response={204: None, **REFUSALS}, summary="Take somebody out")
def remove_member(request: HttpRequest, handle: str, member_id: int) -> Status[None]:
    teams.remove_member(_owned(request, handle), caller(request), member_id)
    return Status(204, None)


@router.get("/people/sign-up", response={200: PolicyBody, **REFUSALS}, summary="Read who may make an account")
def read_policy(request: HttpRequest) -> dict[str, str]:
    require_staff(request)
    return {"policy": sign_up.policy().value}


@router.put("/people/sign-up", response={200: PolicyBody, **REFUSALS}, summary="Choose who may make an account")
def choose_policy(request: HttpRequest, body: PolicyBody) -> dict[str, str]:
    require_staff(request)
    return {"policy": sign_up.set_policy(body.policy, by=caller(request)).value}


@router.get("/people/pending", response={200: list[PendingOut], **REFUSALS}, summary="Who waits to be let in")
def pending(request: HttpRequest) -> list[dict[str, Any]]:
    require_staff(request)
    return [pending_to_json(row) for row in sign_up.pending_accounts()[:1000]]


@router.post("/people/pending/{username}", response={204: None, **REFUSALS}, summary="Let an account in")
def approve(request: HttpRequest, username: str) -> Status[None]:
    require_staff(request)
    sign_up.approve(username)
    return Status(204, None)


@router.delete("/people/pending/{username}", response={204: None, **REFUSALS}, summary="Turn an account away")
def reject(request: HttpRequest, username: str) -> Status[None]:
    require_staff(request)
    sign_up.reject(username)
    return Status(204, None)


@router.post("/people/invitations", response={201: LinkOut, **REFUSALS}, summary="Invite to make an account")
def invite_account(request: HttpRequest, body: NoteIn) -> Status[LinkOut]:
    """Return the invitation's link, which is shown this once."""
    require_staff(request)
    return Status(201, LinkOut(url=sign_up.make_invitation(caller(request), body.note)[1]))


def _owned(request: HttpRequest, handle: str) -> Channel:
    channel = Channel.objects.select_related("owner").filter(handle=handle[:40]).first()
    if channel is None or not is_own_channel(caller(request), channel):
        raise NotFound(f"you own no channel {handle[:40]!r}", hint="GET /api/v1/channels lists yours")
    return channel
