"""Channel teams: invitations, roles, leaving; several channels. Alice holds, Bob is invited, Charlie is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from kinora.errors import Conflict, InputError, NotAllowed, NotFound, UnreadableMedia
from kinora.library.access import can_publish_in, channel_for, channels_of, is_own_channel
from kinora.library.accounts import channel_of
from kinora.library.models import Channel, User, Video
from kinora.library.notify import notifications_of
from kinora.library.people import channels, teams
from kinora.library.people.models import ChannelInvitation, Member, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def charlie(db: None) -> User:
    return User.objects.create_user("charlie")


def token_of(link: str) -> str:
    return link.rsplit("/", 1)[-1]


def test_an_invitation_by_name_is_told_and_joins_once(alice: User, bob: User, charlie: User) -> None:
    channel = channel_of(alice)
    _, link = teams.invite(channel, alice, "editor", "BOB")
    (told,) = notifications_of(bob)
    assert told.path == f"/join/{token_of(link)}" and channel.name in told.title
    with pytest.raises(NotFound):
        teams.accept(charlie, token_of(link))
    assert teams.accept(bob, token_of(link)) == channel
    assert can_publish_in(bob, channel) and not is_own_channel(bob, channel)
    assert channel in channels_of(bob)
    with pytest.raises(NotFound):
        teams.accept(bob, token_of(link))
    with pytest.raises(Conflict):
        teams.invite(channel, alice, "owner", "bob")


def test_a_link_is_for_whoever_comes_first_and_its_token_is_not_kept(alice: User, bob: User, charlie: User) -> None:
    channel = channel_of(alice)
    invitation, link = teams.invite(channel, alice, "viewer")
    assert token_of(link) not in invitation.token_sha256
    with pytest.raises(Conflict):
        teams.accept(alice, token_of(link))
    teams.accept(bob, token_of(link))
    with pytest.raises(NotFound):
        teams.accept(charlie, token_of(link))
    with pytest.raises(NotFound):
        teams.accept(charlie, "")
    assert not can_publish_in(bob, channel)


def test_old_declined_and_withdrawn_invitations_do_not_hold(alice: User, bob: User) -> None:
    channel = channel_of(alice)
    _, link = teams.invite(channel, alice, "viewer", "bob")
    ChannelInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFound):
        teams.accept(bob, token_of(link))
    _, link = teams.invite(channel, alice, "viewer", "bob")
    teams.decline(bob, token_of(link))
    with pytest.raises(NotFound):
        teams.accept(bob, token_of(link))
    invitation, link = teams.invite(channel, alice, "viewer", "bob")
    with pytest.raises(NotAllowed):
        teams.withdraw(channel, bob, invitation.pk)
    teams.withdraw(channel, alice, invitation.pk)
    with pytest.raises(NotFound):
        teams.accept(bob, token_of(link))


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER, None])
def test_only_owners_rule_the_team(alice: User, bob: User, charlie: User, role: str | None) -> None:
    channel = channel_of(alice)
    other = Member.objects.create(channel=channel, user=charlie, role=Role.VIEWER)
    if role:
        Member.objects.create(channel=channel, user=bob, role=role)
    for verb in (
        lambda: teams.invite(channel, bob, "owner", ""),
        lambda: teams.set_role(channel, bob, other.pk, "owner"),
        lambda: teams.remove_member(channel, bob, other.pk),
        lambda: channels.change_channel(channel, bob, name="X", handle="xxx", description="", links=[]),
        lambda: channels.set_picture(channel, bob, "avatar", b""),
        lambda: channels.delete_channel(channel, bob),
    ):
        with pytest.raises(NotAllowed):
            verb()
    teams.remove_member(channel, charlie, other.pk)
    assert not Member.objects.filter(user=charlie).exists(), "one may always leave"


def test_a_co_owner_rules_the_team_but_deletes_no_channel(alice: User, bob: User, charlie: User) -> None:
    channel = channel_of(alice)
    Member.objects.create(channel=channel, user=bob, role=Role.OWNER)
    _, link = teams.invite(channel, bob, "viewer", "charlie")
    teams.accept(charlie, token_of(link))
    member = Member.objects.get(user=charlie)
    assert teams.set_role(channel, bob, member.pk, "editor").role == "editor"
    with pytest.raises(InputError):
        teams.set_role(channel, bob, member.pk, "king")
    with pytest.raises(NotAllowed):
        channels.delete_channel(channel, bob)


def test_one_account_has_several_channels(alice: User, bob: User, make_video: Callable[..., Video]) -> None:
    first = channel_of(alice)
    second = channels.make_channel(alice, " Harbour  films ", "@Harbour-Films")
    assert (second.name, second.handle) == ("Harbour films", "harbour-films")
    assert [channel.pk for channel in channels_of(alice)] == [first.pk, second.pk]
    assert channel_of(alice) == first
    assert channel_for(alice, "harbour-films") == second and channel_for(alice, "") == first
    for user, handle in ((bob, "harbour-films"), (alice, "nothing-here")):
        with pytest.raises(NotFound):
            channel_for(user, handle)
    with pytest.raises(Conflict):
        channels.make_channel(bob, "B", "harbour-films")
    make_video(channel=second)
    with pytest.raises(InputError, match="has videos"):
        channels.delete_channel(second, alice)
    Video.objects.all().delete()
    channels.delete_channel(second, alice)
    with pytest.raises(InputError, match="only channel"):
        channels.delete_channel(first, alice)


@pytest.mark.parametrize("handle", ["ab", "-abc", "abc-", "a b c", "a/b", "ä-film", "x" * 41, "", "../etc"])
def test_what_is_no_handle_is_refused(alice: User, handle: str) -> None:
    with pytest.raises(InputError):
        channels.make_channel(alice, "Name", handle)


def test_a_new_handle_is_indexed(alice: User, make_video: Callable[..., Video]) -> None:
    video = make_video(indexed_revision=1)
    channels.change_channel(video.channel, alice, name="N", handle="new-name", description="a\x00b\r\nc", links=[])
    video.refresh_from_db()
    channel = Channel.objects.get(handle="new-name")
    assert video.revision == 2 and "\x00" not in channel.description and "\n" in channel.description


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x.example", "https://", "http://u:p@h/"]
)
def test_links_are_addresses_of_the_web(alice: User, url: str) -> None:
    with pytest.raises(InputError, match="no address"):
        channels.clean_links([{"title": "Click", "url": url}])


def test_links_get_a_title(alice: User) -> None:
    assert channels.clean_links([{"title": "", "url": "https://example.org/a"}, {"title": "x", "url": ""}]) == [
        {"title": "example.org", "url": "https://example.org/a"}
    ]


def test_a_picture_is_decoded_cut_and_written_anew(alice: User) -> None:
    channel = channel_of(alice)
    data = BytesIO()
    Image.new("RGB", (300, 100), (200, 30, 30)).save(data, "PNG", pnginfo=None)
    channels.set_picture(channel, alice, "avatar", data.getvalue() + b"<script>alert(1)</script>")
    path = channels.picture_path(channel, "avatar")
    assert path is not None
    kept = path.read_bytes()
    assert Image.open(path).size == (320, 320) and kept.startswith(b"\xff\xd8\xff") and b"script" not in kept
    channels.set_picture(channel, alice, "avatar", data.getvalue())
    assert not path.exists(), "the old one goes"
    with pytest.raises(UnreadableMedia):
        channels.set_picture(channel, alice, "banner", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>")
    channels.remove_picture(channel, alice, "avatar")
    assert channels.picture_path(channel, "avatar") is None
