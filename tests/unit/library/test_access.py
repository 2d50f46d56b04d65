"""Who may find, watch and change: Alice owns, Bob is somebody else, Ada administers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser

from kinora.library.access import can_edit, can_watch, visible_to
from kinora.library.find import Everyone, scope_of
from kinora.library.models import User, Video, VideoState

pytestmark = pytest.mark.django_db

#                (visibility, state) → may be found by, may be watched by; A lice, B ob, S taff, - nobody signed in
CASES = {
    ("public", "ready"): ("ABS-", "ABS-"),
    ("unlisted", "ready"): ("AS", "ABS-"),
    ("private", "ready"): ("AS", "AS"),
    ("public", "processing"): ("", "AS"),
    ("public", "failed"): ("", "AS"),
    ("private", "processing"): ("", "AS"),
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
