"""What a choice of visibility changes, what it needs, and when a scheduled video becomes public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kinora.errors import InputError
from kinora.library import queue
from kinora.library.access import visible_to
from kinora.library.details import set_details
from kinora.library.models import Job, JobState, User, Video
from kinora.library.people.locks import MAX_MARKS, mark_of, open_with, with_mark
from kinora.library.people.visibility import plan_publication, publish_if_due, queue_forgotten_plans

pytestmark = pytest.mark.django_db
MakeVideo = Callable[..., Video]


@pytest.fixture
def later() -> datetime:
    return timezone.now() + timedelta(hours=2)


def plans() -> list[Job]:
    return list(Job.objects.filter(kind="publish", state=JobState.QUEUED))


def due(video: Video) -> None:
    Video.objects.filter(pk=video.pk).update(publish_at=timezone.now() - timedelta(seconds=1))


def test_a_scheduled_video_waits_with_one_job_at_its_second(make_video: MakeVideo, later: datetime) -> None:
    video = make_video(state="ready", indexed_revision=1)
    set_details(video, visibility="scheduled", publish_at=later)
    (plan,) = plans()
    assert abs((plan.run_after - later).total_seconds()) < 5
    assert plan.video is None, "a video that waits for its time is not being worked on"
    set_details(video, publish_at=later + timedelta(hours=1))
    (plan,) = plans()
    assert abs((plan.run_after - later).total_seconds() - 3600) < 5
    set_details(video, visibility="private")
    assert plans() == [] and video.publish_at is None


def test_at_its_second_it_is_public_as_if_by_hand(make_video: MakeVideo, later: datetime, bob: User) -> None:
    video = make_video(state="ready", indexed_revision=1, published_at=timezone.now() - timedelta(days=9))
    set_details(video, visibility="scheduled", publish_at=later)
    assert not publish_if_due(video.public_id), "not before its time"
    due(video)
    Job.objects.filter(kind="index").delete()
    assert publish_if_due(video.public_id)
    video.refresh_from_db()
    assert (video.visibility, video.publish_at) == ("public", None)
    assert timezone.now() - video.published_at < timedelta(minutes=1), "feeds show it as new"
    assert visible_to(bob).filter(pk=video.pk).exists()
    assert Job.objects.filter(kind="index", video=video).count() == 1, "search and saved searches learn of it"
    assert not publish_if_due(video.public_id), "once"


def test_a_choice_made_meanwhile_counts(make_video: MakeVideo, later: datetime) -> None:
    video = make_video(state="ready")
    set_details(video, visibility="scheduled", publish_at=later)
    set_details(video, visibility="unlisted")
    assert not publish_if_due(video.public_id)
    assert not publish_if_due("nosuchvideo1")
    video.refresh_from_db()
    assert video.visibility == "unlisted"


def test_a_worker_finds_plans_that_were_lost(make_video: MakeVideo, later: datetime) -> None:
    video = make_video(state="ready")
    set_details(video, visibility="scheduled", publish_at=later)
    assert queue_forgotten_plans() == 0
    Job.objects.all().delete()
    assert queue_forgotten_plans() == 1 and len(plans()) == 1
    due(video)
    Job.objects.all().delete()
    video.refresh_from_db()
    plan_publication(video)
    assert queue.lease("w", kinds=["publish"]) is not None, "what is overdue is done at once"


def test_the_first_time_public_is_when_it_was_published(make_video: MakeVideo) -> None:
    old = timezone.now() - timedelta(days=30)
    video = make_video(state="ready", published_at=old)
    set_details(video, visibility="public")
    first = video.published_at
    assert first > old and video.first_public_at == first
    set_details(video, visibility="private")
    set_details(video, visibility="public")
    assert video.published_at == first, "taking it back and out again does not make it new"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"visibility": "secret"}, "is no visibility"),
        ({"visibility": "password"}, "no password"),
        ({"visibility": "password", "password": "abc"}, "has 3 characters"),
        ({"visibility": "password", "password": "x" * 201}, "has 201 characters"),
        ({"visibility": "public", "password": "abcdef"}, "a password was given"),
        ({"visibility": "scheduled"}, "no time"),
        ({"visibility": "scheduled", "publish_at": datetime(2020, 1, 1, tzinfo=UTC)}, "can't be scheduled"),
        ({"visibility": "scheduled", "publish_at": datetime(2999, 1, 1, tzinfo=UTC)}, "can't be scheduled"),
        ({"visibility": "scheduled", "publish_at": datetime(2030, 1, 1)}, "no time zone"),
        ({"visibility": "private", "publish_at": datetime(2030, 1, 1, tzinfo=UTC)}, "a time was given"),
    ],
)
def test_what_a_choice_needs(make_video: MakeVideo, given: dict[str, Any], words: str) -> None:
    video = make_video(state="ready", visibility="unlisted")
    with pytest.raises(InputError, match=words):
        set_details(video, **given)
    video.refresh_from_db()
    assert video.visibility == "unlisted"


def test_a_password_stays_until_another_is_given_and_goes_with_the_choice(make_video: MakeVideo) -> None:
    video = make_video(state="ready")
    set_details(video, visibility="password", password="first one")
    kept = video.password_hash
    assert "first one" not in kept
    set_details(video, visibility="password", title="Renamed")
    assert video.password_hash == kept
    assert open_with(video, "first one") == mark_of(video)
    assert open_with(video, "First one") is None and open_with(video, "") is None
    set_details(video, visibility="public")
    assert video.password_hash == ""
    assert open_with(video, "") is None and open_with(video, "first one") is None


def test_a_visitor_keeps_so_many_marks(make_video: MakeVideo) -> None:
    video = make_video()
    marks = {f"v{number}": "m" for number in range(MAX_MARKS)}
    kept = with_mark(marks, video)
    assert len(kept) == MAX_MARKS and "v0" not in kept and kept[video.public_id] == mark_of(video)
