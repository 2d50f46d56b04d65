"""Who may find, watch and change: Alice owns, Bob is somebody else, Ada administers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser

from kinora.library.access import can_edit, can_watch, videos_of, visible_to
from kinora.library.find import Everyone, scope_of
from kinora.library.models import User, Video, VideoState, Visibility
from kinora.library.people.models import Member, Role

pytestmark = pytest.mark.django_db

#                (visibility, state) → may be found by, may be watched by; A lice, B ob, S taff, - nobody signed in
CASES = {
    ("public", "ready"): ("ABS-", "ABS-"),
    ("unlisted", "ready"): ("AS", "ABS-"),
    ("private", "ready"): ("AS", "AS"),
    ("public", "processing"): ("", "AS"),
    ("public", "failed"): ("", "AS"),
    ("private", "processing"): ("", "AS"),
    ("password", "ready"): ("AS", "AS"),
    ("members", "ready"): ("AS", "AS"),
    ("scheduled", "ready"): ("AS", "AS"),
}

#            role: (visibilities found, visibilities watched, may edit)
TEAM = {
    Role.OWNER: ("all", "all", True),
    Role.EDITOR: ("all", "all", True),
    Role.VIEWER: ("members public", "members public unlisted", False),
}


@pytest.mark.parametrize(("kind", "allowed"), CASES.items())
def test_who_may_find_and_watch(
    alice: User, bob: User, ada: User, make_video: Callable[..., Video], kind: tuple[str, str], allowed: tuple[str, str]
) -> None:
    video = make_video(visibility=kind[0], state=kind[1], indexed_revision=3)
    people = {"A": alice, "B": bob, "S": ada, "-": AnonymousUser()}
    found = "".join(letter for letter, user in people.items() if visible_to(user).filter(pk=video.pk).exists())
    asked = "".join(letter for letter, user in people.items() if scope_of(user).is_current([video.public_id]))
    watched = "".join(letter for letter, user in people.items() if can_watch(user, video))
    assert (found, watched) == allowed
    assert asked == found, "search and lists follow one rule"
    assert [letter for letter, user in people.items() if can_edit(user, video)] == ["A", "S"]


@pytest.mark.parametrize(("role", "allowed"), TEAM.items())
def test_what_a_channels_people_see(
    bob: User, make_video: Callable[..., Video], role: str, allowed: tuple[str, str, bool]
) -> None:
    videos = [make_video(visibility=kind, state="ready", indexed_revision=1) for kind in Visibility.values]
    Member.objects.create(channel=videos[0].channel, user=bob, role=role)
    found = {video.visibility for video in visible_to(bob)}
    watched = {video.visibility for video in videos if can_watch(bob, video)}
    everything = " ".join(Visibility.values)
    assert found == set(allowed[0].replace("all", everything).split())
    assert watched == set(allowed[1].replace("all", everything).split())
    assert all(can_edit(bob, video) is allowed[2] for video in videos)
    assert {video.pk for video in videos_of(bob)} == ({video.pk for video in videos} if allowed[2] else set())
    scope = scope_of(bob)
    handle = videos[0].channel.handle
    assert (handle in scope.edited_channels, handle in scope.member_channels) == (allowed[2], True)


def test_leaving_the_team_ends_it_at_once(bob: User, make_video: Callable[..., Video]) -> None:
    video = make_video(visibility="members", state="ready")
    member = Member.objects.create(channel=video.channel, user=bob, role=Role.EDITOR)
    assert can_edit(bob, video)
    member.delete()
    assert not can_edit(bob, video) and not can_watch(bob, video) and not visible_to(bob).exists()


def test_an_account_that_was_closed_sees_what_strangers_see(alice: User, make_video: Callable[..., Video]) -> None:
    video = make_video(visibility="private", state=VideoState.READY)
    alice.is_active = False
    assert not can_watch(alice, video)
    assert not visible_to(alice).exists()


def test_search_gets_the_indexed_revision_of_what_may_be_found(bob: User, make_video: Callable[..., Video]) -> None:
    public = make_video(visibility="public", state="ready", revision=5, indexed_revision=4)
    secret = make_video(visibility="private", state="ready", indexed_revision=1)
    asked = [public.public_id, secret.public_id, "nosuchvideo1"]
    assert scope_of(bob).is_current(asked) == {public.public_id: 4}
    assert scope_of(None).is_current(asked) == {public.public_id: 4}
    assert set(scope_of(Everyone()).is_current(asked)) == {public.public_id, secret.public_id}
