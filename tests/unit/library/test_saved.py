"""Saved searches: what is new to whom, told once, by which way; what a private video never does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from kinora import config
from kinora.engine.cancel import CancelToken
from kinora.engine.outbound import Answer
from kinora.errors import AddressRefused, InputError, NotFound, QueryRefused, Unreachable
from kinora.index.entry import IndexedVideo, Pictures
from kinora.library import find, queue
from kinora.library.details import set_details
from kinora.library.index_writer import writing_index
from kinora.library.lifecycle import mark_ready
from kinora.library.models import Job, User, Video
from kinora.library.notify import mark_read, notifications_of, num_unread
from kinora.library.notify_models import Delivery, DeliveryState, Notification, Webhook
from kinora.library.saved import Changes, change, new_feed_address, save_search, saved_by_feed, saved_named
from kinora.library.saved_check import check
from kinora.library.saved_models import SavedMatch, SavedSearch, VideoAppearance
from kinora.library.saved_told import told_of
from kinora.library.stages import deliver
from kinora.library.stages.alert import run as run_alert
from kinora.library.stages.stage import Work
from kinora.moments.moment import Moment

MakeVideo = Callable[..., Video]
Said = tuple[float, float, str]


@pytest.fixture(autouse=True)
def words_only(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    """Search a real index of this test's own, by words alone."""
    config.current.cache_clear()
    settings = replace(config.current(), home=tmp_path, text_encoder="off", frame_encoder="off", email_host="mail.test")
    (tmp_path / "work").mkdir()
    monkeypatch.setattr(config, "current", lambda: settings)
    find.searcher.cache_clear()
    yield
    find.searcher.cache_clear()


@pytest.fixture
def appear(make_video: MakeVideo) -> Callable[..., Video]:
    """Return a function that brings a video with these words into the index, as the stages do."""

    def bring(*said: Said, video: Video | None = None, **values: Any) -> Video:
        video = video or make_video(playback="original", duration_seconds=100.0, **values)
        video.refresh_from_db()
        entry = IndexedVideo(
            video.public_id, video.revision, video.title, video.channel.handle, video.owner_id, video.visibility,
            video.published_at.timestamp(), video.duration_seconds, "",
        )  # fmt: skip
        moments = [Moment(start, end, "said", text) for start, end, text in said]
        with writing_index(config.current()) as index:
            index.replace_video(entry, moments, None, Pictures.none())
        Video.objects.filter(pk=video.pk).update(indexed_revision=video.revision)
        mark_ready(video)
        find.look_for_news()
        return video

    return bring


def work_on_alerts() -> dict[str, Any]:
    """Run the queued `alert` job as a worker does."""
    job = queue.lease("test", kinds=["alert"])
    assert job is not None
    outcome = run_alert(Work(job, config.current(), config.current().home, CancelToken(), lambda *_: None))
    queue.complete(job, outcome.result, write=outcome.write)
    return outcome.result


def send(delivery: Delivery) -> None:
    assert delivery.job is not None
    work = Work(delivery.job, config.current(), config.current().home, CancelToken(), lambda *_: None)
    deliver.run(work).write()
    delivery.refresh_from_db()


def test_a_new_video_is_told_once_and_an_old_one_never(alice: User, appear: Callable[..., Video]) -> None:
    appear((1, 3, "the harbour at dawn"))
    saved = save_search(alice, "harbour")
    assert not Job.objects.filter(kind="alert").exists(), "nobody waited for the old video"
    new = appear((5, 8, "boats in the harbour"), (40, 43, "the harbour again"))
    assert work_on_alerts()["num_told"] == 2
    assert [(m.video_id, m.start_seconds) for m in told_of(saved)] == [(new.pk, 40.0), (new.pk, 5.0)]
    assert check(saved) == [], "what was told is not told again"
    told = notifications_of(alice).get()
    assert told.video == new and "harbour: Video" in told.title and "at 0:05, 0:40" in told.text
    assert told.path == f"/watch/{new.public_id}?t=5.00"


def test_a_video_read_again_tells_only_what_it_holds_anew(alice: User, appear: Callable[..., Video]) -> None:
    saved = save_search(alice, "harbour")
    video = appear((5, 8, "boats in the harbour"))
    work_on_alerts()
    set_details(video, description="other words")
    appear((5, 8.5, "boats in the harbour"), (60, 63, "a harbour by night"), video=video)
    work_on_alerts()
    assert sorted(m.start_seconds for m in told_of(saved)) == [5.0, 60.0]
    assert notifications_of(alice).count() == 2


def test_a_private_video_is_told_to_its_owner_alone(alice: User, bob: User, ada: User, appear: Any) -> None:
    searches = {person.username: save_search(person, "secretword") for person in (alice, bob, ada)}
    appear((5, 8, "a secretword here"), owner=alice, visibility="private")
    appear((5, 8, "a secretword here"), owner=alice, visibility="unlisted")
    work_on_alerts()
    told = {name: told_of(saved).count() for name, saved in searches.items()}
    assert told == {"alice": 2, "bob": 0, "ada": 2}, "administrators find everything"
    assert not Notification.objects.filter(owner=bob).exists()
    assert SavedMatch.objects.filter(saved=searches["bob"]).count() == 0
    assert check(searches["bob"]) == []


def test_a_video_made_public_is_new_to_others_and_not_to_its_owner(alice: User, bob: User, appear: Any) -> None:
    video = appear((5, 8, "a secretword here"), owner=alice, visibility="private")
    mine, his = save_search(alice, "secretword"), save_search(bob, "secretword")
    set_details(video, visibility="public")
    appear((5, 8, "a secretword here"), video=video)
    work_on_alerts()
    assert (told_of(mine).count(), told_of(his).count()) == (0, 1)


def test_what_turns_private_again_vanishes_from_every_door(alice: User, bob: User, appear: Any) -> None:
    saved = save_search(bob, "secretword", Changes(by_feed=True, webhook="https://bob.example/hook"))
    video = appear((5, 8, "a secretword here"), owner=alice, visibility="public")
    work_on_alerts()
    assert num_unread(bob) == 1
    set_details(video, visibility="private")
    assert num_unread(bob) == 0 and not notifications_of(bob).exists()
    assert not told_of(saved).exists()
    delivery = Delivery.objects.get()
    send(delivery)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DROPPED, 0), "nothing was sent"


def test_a_pause_tells_nothing_of_what_came_meanwhile(alice: User, appear: Callable[..., Video]) -> None:
    saved = save_search(alice, "harbour")
    other = save_search(alice, "unrelated")
    change(saved, Changes(is_paused=True))
    appear((5, 8, "boats in the harbour"))
    work_on_alerts()
    change(saved, Changes(is_paused=False))
    assert check(saved) == [] and not told_of(saved).exists()
    appear((5, 8, "another harbour"))
    work_on_alerts()
    assert told_of(saved).count() == 1 and not told_of(other).exists()


def test_without_saved_searches_no_job_is_queued(appear: Callable[..., Video]) -> None:
    video = appear((5, 8, "boats in the harbour"))
    assert not Job.objects.filter(kind="alert").exists()
    assert VideoAppearance.objects.get(video=video).checked_revision == 1


def test_a_video_that_comes_while_the_searches_look_is_looked_at_after(alice: User, appear: Any) -> None:
    saved = save_search(alice, "harbour")
    appear((5, 8, "boats in the harbour"))
    job = queue.lease("test", kinds=["alert"])
    assert job is not None
    outcome = run_alert(Work(job, config.current(), config.current().home, CancelToken(), lambda *_: None))
    appear((5, 8, "a later harbour"))
    queue.complete(job, outcome.result, write=outcome.write)
    work_on_alerts()
    assert told_of(saved).count() == 2


def test_an_email_is_sent_to_its_owner_and_only_when_asked(alice: User, appear: Any, settings: Any) -> None:
    with pytest.raises(InputError, match="no e-mail address"):
        save_search(alice, "harbour", Changes(by_email=True))
    User.objects.filter(pk=alice.pk).update(email="alice@example.org")
    alice.refresh_from_db()
    save_search(alice, "boats")
    save_search(alice, "harbour", Changes(name="The\nharbour", by_email=True))
    appear((5, 8, "boats in the harbour"))
    work_on_alerts()
    delivery = Delivery.objects.get()
    send(delivery)
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.org"] and sent.subject == "The harbour: 1 new moment"
    assert "boats in the harbour" in sent.body and "/watch/" in sent.body
    assert (delivery.state, delivery.attempts) == (DeliveryState.SENT, 1)


def test_email_is_off_where_the_site_has_no_mail_server(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = replace(config.current(), email_host="")
    monkeypatch.setattr(config, "current", lambda: silent)
    with pytest.raises(InputError, match="sends no e-mail"):
        save_search(alice, "harbour", Changes(by_email=True))


def test_where_anybody_may_sign_up_an_unconfirmed_address_gets_none(alice: User, monkeypatch: Any) -> None:
    User.objects.filter(pk=alice.pk).update(email="somebody.else@example.org")
    alice.refresh_from_db()
    open_site = replace(config.current(), sign_up="open")
    monkeypatch.setattr(config, "current", lambda: open_site)
    with pytest.raises(InputError, match="not confirmed"):
        save_search(alice, "harbour", Changes(by_email=True))


@pytest.fixture
def hooked(alice: User, appear: Any) -> Delivery:
    save_search(alice, "harbour", Changes(webhook="https://hooks.example/new"))
    appear((5, 8, "boats in the harbour"))
    work_on_alerts()
    return Delivery.objects.get()


def test_a_webhook_gets_a_signed_body(hooked: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, bytes, dict[str, str]]] = []

    def post(url: str, content: bytes, headers: dict[str, str], *, seconds: float) -> Answer:
        sent.append((url, content, headers))
        return Answer(204, b"")

    monkeypatch.setattr(deliver, "post", post)
    send(hooked)
    ((url, body, headers),) = sent
    timestamp = int(headers["Kinora-Signature"].split(",")[0].removeprefix("t="))
    assert headers["Kinora-Signature"] == deliver.signature_of(Webhook.objects.get().secret, timestamp, body)
    assert abs(timestamp - timezone.now().timestamp()) < 60
    assert url == "https://hooks.example/new" and b'"event": "moment.found"' in body and b"boats in the" in body
    assert (hooked.state, hooked.status_code) == (DeliveryState.SENT, 204)


@pytest.mark.parametrize(
    ("status", "error"), [(503, Unreachable), (429, Unreachable), (404, InputError), (302, InputError)]
)
def test_an_answer_says_whether_to_try_again(
    hooked: Delivery, monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception]
) -> None:
    monkeypatch.setattr(deliver, "post", lambda *_, **__: Answer(status, b""))
    with pytest.raises(error, match=str(status)):
        send(hooked)
    hooked.refresh_from_db()
    assert (hooked.state, hooked.attempts, hooked.status_code) == (DeliveryState.QUEUED, 1, status)


def test_a_delivery_that_is_given_up_is_logged_and_can_be_sent_again(hooked: Delivery) -> None:
    job = queue.lease("test", kinds=["deliver"])
    assert job is not None and job.max_attempts == 8
    queue.fail(job, Unreachable("no answer"))
    hooked.refresh_from_db()
    assert hooked.state == DeliveryState.QUEUED, "it is tried again"
    Job.objects.filter(pk=job.pk).update(attempts=7, run_after=timezone.now() - timedelta(seconds=1))
    job = queue.lease("test", kinds=["deliver"])
    assert job is not None
    from kinora.library.lifecycle import job_was_stopped

    error = Unreachable("no answer")
    queue.fail(job, error, write=lambda: job_was_stopped(job, error))
    hooked.refresh_from_db()
    assert (hooked.state, hooked.error_message) == (DeliveryState.FAILED, "no answer")
    queue.retry(job)
    hooked.refresh_from_db()
    assert hooked.state == DeliveryState.QUEUED


def test_a_webhook_that_is_gone_is_called_no_more(hooked: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "post", lambda *_, **__: Answer(410, b""))
    with pytest.raises(InputError, match="410"):
        send(hooked)
    assert not Webhook.objects.get().is_active


@pytest.mark.parametrize("url", ["ftp://x.example/", "https://u:p@x.example/", "javascript:alert(1)", "x" * 600])
def test_an_address_that_can_be_none_is_refused(alice: User, url: str) -> None:
    with pytest.raises(AddressRefused):
        save_search(alice, "harbour", Changes(webhook=url))
    assert not SavedSearch.objects.exists()


def test_a_query_or_name_that_cant_be_is_refused(alice: User) -> None:
    with pytest.raises(QueryRefused):
        save_search(alice, "after:tomorrow")
    for query, name in (("", None), ("x" * 1001, None), ("harbour", "\u202e"), ("harbour", "n" * 121)):
        with pytest.raises(InputError):
            save_search(alice, query, Changes(name=name))


def test_a_search_that_names_what_is_gone_keeps_its_error(alice: User, appear: Any) -> None:
    saved = save_search(alice, "like:gone1234@5")
    appear((5, 8, "boats"))
    assert work_on_alerts()["num_told"] == 0
    saved.refresh_from_db()
    assert "gone1234" in saved.error_message


def test_a_feed_address_is_secret_renewable_and_revocable(alice: User) -> None:
    saved = save_search(alice, "harbour", Changes(by_feed=True))
    first = str(saved.feed_token)
    assert saved_by_feed(first) == saved and len(first) >= 40
    second = str(new_feed_address(saved).feed_token)
    for dead in (first, "", "x" * 43, second[:-1]):
        with pytest.raises(NotFound):
            saved_by_feed(dead)
    change(saved, Changes(by_feed=False))
    with pytest.raises(NotFound):
        saved_by_feed(second)


def test_others_searches_are_not_there(alice: User, bob: User) -> None:
    saved = save_search(alice, "harbour")
    with pytest.raises(NotFound):
        saved_named(bob, saved.public_id)


def test_reading_is_of_ones_own(alice: User, bob: User) -> None:
    for person in (alice, bob):
        Notification.objects.create(owner=person, kind="moment.found", title="x", path="/")
    assert mark_read(alice, [row.pk for row in Notification.objects.all()]) == 1
    assert (num_unread(alice), num_unread(bob)) == (0, 1)
