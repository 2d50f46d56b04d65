"""Likes and subscriptions: whose they are, what they tell to whom, the bell, the digest and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.library.accounts import channel_of
from kinora.library.models import Channel, Job, User, Video
from kinora.library.notify import notifications_of
from kinora.library.notify_models import Delivery, Notification
from kinora.library.saved_appear import note_appearance
from kinora.library.stages import deliver as deliver_stage
from kinora.library.watching import subscriptions as following
from kinora.library.watching.announce import announce, send_digest
from kinora.library.watching.digest_time import due_digests
from kinora.library.watching.likes import like, num_likes
from kinora.library.watching.models import Announced, Like, Subscription, WatchingChoices

AsUser = Callable[[User | None], Client]
AsProgram = Callable[[User], Client]
MakeVideo = Callable[..., Video]
MaxQueries = Callable[[int], Any]
JSON = "application/json"


def test_a_like_counts_once_and_is_taken_back(make_video: MakeVideo, as_user: AsUser, alice: User, bob: User) -> None:
    video, address = make_video(), "/watch/{}/like"
    for _ in range(2):
        as_user(bob).post(address.format(video.public_id), {"is_liked": "1"})
    as_user(alice).post(address.format(video.public_id), {"is_liked": "1"})
    assert num_likes(video) == 2
    body = as_user(bob).post(address.format(video.public_id), {"is_liked": "0"}, headers={"HX-Request": "true"})
    assert 'aria-pressed="false"' in body.content.decode() and "Like: 1" in body.content.decode()
    assert as_user(None).post(address.format(video.public_id), {"is_liked": "1"}).status_code == 302
    assert Like.objects.get().user == alice


def test_who_likes_what_is_that_persons_alone_to_see(
    make_video: MakeVideo, as_user: AsUser, as_program: AsProgram, alice: User, bob: User
) -> None:
    video, hidden = make_video(title="Seen"), make_video(title="Untold title")
    for one in (video, hidden):
        like(bob, one)
    Video.objects.filter(pk=hidden.pk).update(visibility="private")
    page = as_user(bob).get("/likes").content.decode()
    assert "Seen" in page and "Untold" not in page
    told = as_program(bob).get("/api/v1/likes").json()["likes"]
    assert [row["video"]["title"] for row in told] == ["Seen"]
    assert "Seen" not in as_user(alice).get("/likes").content.decode()
    assert Client().get("/api/v1/likes").status_code == 401
    assert Client().get(f"/api/v1/videos/{video.public_id}/likes").json() == {"num_likes": 1, "is_liked": False}
    assert as_user(None).get("/likes").status_code == 302


def test_what_one_may_not_watch_one_can_not_like(
    make_video: MakeVideo, as_user: AsUser, as_program: AsProgram, bob: User
) -> None:
    video = make_video(visibility="private")
    assert as_user(bob).post(f"/watch/{video.public_id}/like", {"is_liked": "1"}).status_code == 404
    program = as_program(bob)
    for call in (program.put, program.delete):
        assert call(f"/api/v1/videos/{video.public_id}/like").status_code == 404
    assert program.get(f"/api/v1/videos/{video.public_id}/likes").status_code == 404
    assert not Like.objects.exists()


def test_following_gives_a_feed_of_what_one_may_find(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    make_video(title="Seen")
    make_video(title="Untold title", visibility="private")
    make_video(title="By address alone", visibility="unlisted")
    make_video(owner=bob, title="Not followed")
    browser, handle = as_user(bob), channel_of(alice).handle
    assert "Seen" not in browser.get("/subscriptions").content.decode()
    browser.post(f"/c/{handle}/subscription/follow")
    page = browser.get("/subscriptions").content.decode()
    assert "Seen" in page and "Untold" not in page and "By address" not in page and "Not followed" not in page
    assert as_user(None).get("/subscriptions").status_code == 302
    assert as_user(None).post(f"/c/{handle}/subscription/follow").status_code == 302
    browser.post(f"/c/{handle}/subscription/quiet")
    assert Subscription.objects.get().is_told is False
    browser.post(f"/c/{handle}/subscription/leave", {"back": "page"})
    assert not Subscription.objects.exists()


def test_a_channel_with_nothing_to_see_can_not_be_followed_nor_told_apart(
    make_video: MakeVideo, as_user: AsUser, as_program: AsProgram, alice: User, bob: User
) -> None:
    make_video(visibility="private")
    handle = channel_of(alice).handle
    for name in (handle, "nosuchchannel"):
        assert as_user(bob).post(f"/c/{name}/subscription/follow").status_code == 404
        call = as_program(bob).put(f"/api/v1/channels/{name}/subscription", {}, content_type=JSON)
        assert call.status_code == 404
        assert Client().get(f"/api/v1/channels/{name}/subscribers").status_code == 404
    with pytest.raises(InputError, match="your own"):
        following.subscribe(alice, channel_of(alice))


def test_a_new_video_rings_the_bells_of_followers_once(make_video: MakeVideo, alice: User, bob: User) -> None:
    quiet = User.objects.create(username="quiet")
    following.subscribe(bob, channel_of(alice))
    following.subscribe(quiet, channel_of(alice), is_told=False)
    video = make_video(title="The harbour", indexed_revision=1)
    for _ in range(2):
        note_appearance(video)
    assert Job.objects.filter(kind="announce").count() == 1
    assert announce(video) == 1 and announce(video) == 0
    told = Notification.objects.get()
    assert (told.owner, told.title, told.path) == (bob, "The harbour", f"/watch/{video.public_id}")
    Video.objects.filter(pk=video.pk).update(visibility="private")
    assert not notifications_of(bob).exists(), "what became private is told no more"


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_what_is_not_public_is_announced_to_nobody(
    make_video: MakeVideo, alice: User, bob: User, visibility: str
) -> None:
    following.subscribe(bob, channel_of(alice))
    video = make_video(visibility=visibility, indexed_revision=1)
    note_appearance(video)
    assert announce(video) == 0
    assert not Notification.objects.exists() and not Announced.objects.exists()
    assert not Job.objects.filter(kind="announce").exists()


@pytest.fixture
def mailing(monkeypatch: pytest.MonkeyPatch, bob: User) -> User:
    """Return Bob with an address, on a site that sends e-mail."""
    monkeypatch.setattr("kinora.library.notify.config.current", lambda: _with_mail(original))
    bob.email = "bob@example.org"
    bob.save()
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    return bob


original = config.current()


def _with_mail(settings: Any) -> Any:
    from dataclasses import replace

    return replace(settings, email_host="mail.example.org")


def test_a_digest_tells_what_is_new_since_the_last_one(make_video: MakeVideo, alice: User, mailing: User) -> None:
    following.subscribe(mailing, channel_of(alice))
    choices = following.set_digest(mailing, "daily")
    assert Job.objects.filter(kind="digest").count() == 1
    now = timezone.now()
    assert not due_digests(now).exists() and due_digests(now + timedelta(days=1, seconds=5)).exists()
    for title, is_later_private in (("The harbour", False), ("Untold title", True)):
        announce(make_video(title=title, visibility="public"))
        if is_later_private:
            Video.objects.filter(title=title).update(visibility="private")
    assert send_digest(choices, timezone.now())
    message = _sent()
    assert "The harbour" in message.body and "Untold" not in message.body
    stop = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and stop in message.body
    choices.refresh_from_db()
    assert not send_digest(choices, timezone.now()), "nothing came since"
    path = stop.removeprefix(original.site_url)
    assert "Stop the e-mail" in Client().get(path).content.decode()
    choices.refresh_from_db()
    assert choices.digest == "daily", "a look, as of a mail scanner, ends nothing"
    assert Client(enforce_csrf_checks=True).post(path).status_code == 200
    choices.refresh_from_db()
    assert choices.digest == ""


def _sent() -> Any:
    from types import SimpleNamespace

    delivery = Delivery.objects.get()
    job: Any = SimpleNamespace(payload={"delivery": delivery.pk})
    work: Any = SimpleNamespace(job=job)
    deliver_stage.run(work).write()
    return mail.outbox[-1]


def test_a_digest_that_was_switched_off_meanwhile_is_not_sent(
    make_video: MakeVideo, alice: User, mailing: User
) -> None:
    following.subscribe(mailing, channel_of(alice))
    choices = following.set_digest(mailing, "weekly")
    announce(make_video())
    send_digest(choices, timezone.now())
    following.set_digest(mailing, "")
    num_before = len(mail.outbox)
    from kinora.library.messages import message_of

    assert message_of(Delivery.objects.get()) is None and len(mail.outbox) == num_before


def test_digests_are_refused_with_a_reason(as_user: AsUser, as_program: AsProgram, bob: User) -> None:
    with pytest.raises(InputError, match="sends no e-mail"):
        following.set_digest(bob, "daily")
    assert (
        "sends no e-mail"
        in as_user(bob).post("/subscriptions/digest", {"digest": "daily"}, follow=True).content.decode()
    )
    assert as_program(bob).patch("/api/v1/subscriptions", {"digest": "hourly"}, content_type=JSON).status_code in (
        400,
        422,
    )
    with pytest.raises(InputError, match="no rhythm"):
        following.set_digest(bob, "hourly")
    assert "not valid" in Client().get("/subscriptions/stop/guessed").content.decode()
    assert Client().post("/subscriptions/stop/guessed").status_code == 404
    with pytest.raises(NotFound):
        following.end_digest("x" * 100)
    assert not WatchingChoices.objects.exists()


def test_the_api_follows_and_leaves(make_video: MakeVideo, as_program: AsProgram, alice: User, bob: User) -> None:
    make_video()
    client, handle = as_program(bob), channel_of(alice).handle
    told = client.put(f"/api/v1/channels/{handle}/subscription", {"is_told": False}, content_type=JSON).json()
    assert told["channel"]["handle"] == handle and told["is_told"] is False
    assert Client().get(f"/api/v1/channels/{handle}/subscribers").json() == {
        "num_subscribers": 1,
        "is_subscribed": False,
    }
    assert client.get("/api/v1/subscriptions").json()["digest"] == ""
    assert client.delete(f"/api/v1/channels/{handle}/subscription").json()["subscriptions"] == []
    assert Client().get("/api/v1/subscriptions").status_code == 401


def test_the_command_follows_lists_and_leaves(
    make_video: MakeVideo, alice: User, bob: User, run: Callable[..., Any]
) -> None:
    video, handle = make_video(), channel_of(alice).handle
    (row,) = run("follow", "add", handle, "--quiet", "--user", "bob")["subscriptions"]
    assert row["channel"]["handle"] == handle and row["is_told"] is False
    like(bob, video)
    assert run("follow", "likes", "--user", "bob")["likes"][0]["video"]["id"] == video.public_id
    assert run("follow", "leave", handle, "--user", "bob")["subscriptions"] == []
    with pytest.raises(SystemExit):
        run("follow", "add", "nosuchchannel", "--user", "bob")


def test_public_playlists_stand_on_the_first_channel_of_their_owner_alone(
    make_video: MakeVideo, as_user: AsUser, alice: User
) -> None:
    from kinora.library.watching.playlists import PlaylistChanges, make_playlist, put_in

    channel_of(alice)
    second = Channel.objects.create(owner=alice, handle="second", name="Second")
    video = make_video()
    make_video(channel=second)
    for title, visibility in (("For all", "public"), ("By link", "unlisted"), ("Mine", "private")):
        put_in(make_playlist(alice, title, PlaylistChanges(visibility=visibility)), video)
    page = as_user(None).get(f"/c/{channel_of(alice).handle}").content.decode()
    assert "For all" in page and "By link" not in page and "Mine" not in page
    assert "For all" not in as_user(None).get("/c/second").content.decode()


@pytest.mark.parametrize("num", [1, 30])
def test_pages_ask_few_questions_however_much_is_followed(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User, django_assert_max_num_queries: MaxQueries, num: int
) -> None:
    for number in range(num):
        owner = User.objects.create(username=f"owner{number}")
        video = make_video(owner=owner)
        following.subscribe(bob, channel_of(owner))
        like(bob, video)
    browser = as_user(bob)
    with django_assert_max_num_queries(6):  # session, person, videos, channels, choices
        browser.get("/subscriptions")
    with django_assert_max_num_queries(4):  # session, person, likes
        browser.get("/likes")
