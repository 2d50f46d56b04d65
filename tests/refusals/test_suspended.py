"""A suspended person reads: nothing new of theirs reaches others, by any door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kinora.library.details import set_details
from kinora.library.make import publish
from kinora.library.models import Take, TakeState, User, Video, Visibility
from kinora.library.moderation.standing import Suspended, lift_suspension, suspend
from kinora.library.people.visibility import publish_if_due
from kinora.library.studio.imports import Wanted, begin_import


@pytest.fixture
def suspended(alice: User) -> User:
    suspend(alice, by=None, reason="Sold watches", days=3)
    return alice


@pytest.mark.parametrize("visibility", ["public", "unlisted", "members"])
def test_their_videos_are_opened_to_nobody_more(
    make_video: Callable[..., Video], as_user: Callable[..., Client], suspended: User, visibility: str
) -> None:
    video = make_video(visibility="private")
    with pytest.raises(Suspended, match="Sold watches"):
        set_details(video, visibility=visibility)
    chosen = {"video": [video.public_id], "action": "visibility", "value-visibility": visibility}
    told = as_user(suspended).post("/videos/change", chosen, follow=True)
    assert "Sold watches" in told.content.decode()
    video.refresh_from_db()
    assert video.visibility == "private"


def test_their_videos_can_be_closed_and_described(make_video: Callable[..., Video], suspended: User) -> None:
    video = make_video(visibility="public")
    set_details(video, visibility="private")
    set_details(video, title="Another title")
    video.refresh_from_db()
    assert (video.visibility, video.title) == ("private", "Another title")


def test_what_they_scheduled_waits_until_they_are_back(make_video: Callable[..., Video], suspended: User) -> None:
    due = timezone.now() - timedelta(seconds=1)
    video = make_video(visibility=Visibility.SCHEDULED, publish_at=due)
    assert not publish_if_due(video.public_id)
    lift_suspension(suspended, by=None)
    assert publish_if_due(video.public_id)
    video.refresh_from_db()
    assert video.visibility == Visibility.PUBLIC


def test_they_publish_no_take_and_import_nothing(suspended: User) -> None:
    take = Take.objects.create(owner=suspended, request={}, state=TakeState.DONE)
    take.clip_path.parent.mkdir(parents=True)
    take.clip_path.write_bytes(b"a clip")
    with pytest.raises(Suspended):
        publish(take, suspended)
    with pytest.raises(Suspended):
        begin_import(suspended, Wanted("https://example.org/a.mp4"))
    assert not Video.objects.exists()
