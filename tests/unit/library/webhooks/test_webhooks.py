"""Webhooks: which event goes to whom, once; what is told; what a private video never does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kinora import config
from kinora.engine.cancel import CancelToken
from kinora.engine.outbound import Answer
from kinora.errors import AddressRefused, Conflict, InputError, NotAllowed, NotFound, UnreadableMedia
from kinora.library import notify, queue
from kinora.library.details import set_details
from kinora.library.lifecycle import job_was_stopped, mark_ready
from kinora.library.models import User, Video, VideoState
from kinora.library.moderation.reports import report
from kinora.library.moderation.standing import suspend
from kinora.library.moderation.targets import target_for
from kinora.library.notify_models import Delivery, DeliveryState, Webhook
from kinora.library.people.models import Member, Role
from kinora.library.people.visibility import publish_if_due
from kinora.library.stages import deliver
from kinora.library.stages.stage import Work
from kinora.library.watching.announce import announce
from kinora.library.webhooks import hooks
from kinora.library.webhooks.events import FAILED, FOUND, PROCESSED, PUBLISHED, REPORTED, TEST

MakeVideo = Callable[..., Video]
Sent = list[tuple[str, dict[str, Any]]]
VIDEO_EVENTS = (PUBLISHED, PROCESSED, FAILED)


def hook_of(owner: User | None, *events: str) -> Webhook:
    url = f"https://{owner.username if owner else 'site'}.example/hook"
    return hooks.make_webhook(owner, hooks.HookChanges(url=url, events=events or VIDEO_EVENTS), by=None)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Return what goes out, as (address, body)."""
    calls: Sent = []

    def post(url: str, content: bytes, headers: dict[str, str], *, seconds: float) -> Answer:
        calls.append((url, json.loads(content)))
        return Answer(200, b"")

    monkeypatch.setattr(deliver, "post", post)
    return calls


def work_off() -> None:
    """Do the queued deliveries as a worker does."""
    while (job := queue.lease("test", kinds=["deliver"])) is not None:
        outcome = deliver.run(Work(job, config.current(), config.current().home, CancelToken(), lambda *_: None))
        queue.complete(job, outcome.result, write=outcome.write)


def told(sent: Sent) -> set[tuple[str, str]]:
    return {(url.split("/")[2].split(".")[0], body["event"]) for url, body in sent}


def ready(make_video: MakeVideo, **values: Any) -> Video:
    """Return a video that has just become ready."""
    video = make_video(state=VideoState.PROCESSING, playback="original", indexed_revision=1, **values)
    mark_ready(video)
    video.refresh_from_db()
    return video


def test_a_video_that_becomes_ready_is_told_to_its_people_and_the_site(
    make_video: MakeVideo, alice: User, bob: User, ada: User, sent: Sent
) -> None:
    for owner in (alice, bob, ada, None):
        hook_of(owner)
    video = ready(make_video, title="Harbour", visibility="private")
    work_off()
    assert told(sent) == {("alice", PROCESSED), ("site", PROCESSED)}, "an administrator's own webhook tells of theirs"
    body = sent[0][1]["video"]
    assert (body["id"], body["title"], body["visibility"]) == (video.public_id, "Harbour", "private")
    mark_ready(video)
    work_off()
    assert len(sent) == 2, "once"


def test_published_is_told_once_and_not_with_every_edit(make_video: MakeVideo, alice: User, sent: Sent) -> None:
    hook_of(alice, PUBLISHED)
    video = ready(make_video, visibility="private")
    work_off()
    assert sent == []
    set_details(video, visibility="public")
    announce(video)
    set_details(video, title="Another title")
    announce(video)
    set_details(video, visibility="private")
    set_details(video, visibility="public")
    announce(video)
    work_off()
    assert told(sent) == {("alice", PUBLISHED)} and len(sent) == 1
    assert sent[0][1]["video"]["published_at"]


def test_a_scheduled_video_is_published_at_its_time(make_video: MakeVideo, alice: User, sent: Sent) -> None:
    hook_of(alice, PUBLISHED)
    video = ready(make_video, visibility="scheduled", publish_at=timezone.now() + timedelta(hours=1))
    assert announce(video) == 0 and not Delivery.objects.exists()
    Video.objects.filter(pk=video.pk).update(publish_at=timezone.now() - timedelta(seconds=1))
    assert publish_if_due(video.public_id)
    mark_ready(video)
    assert queue.lease("test", kinds=["announce"]) is not None
    announce(video)
    work_off()
    assert told(sent) == {("alice", PUBLISHED)}


def test_what_became_private_before_it_is_sent_is_not_told(make_video: MakeVideo, alice: User, sent: Sent) -> None:
    hook_of(alice, PUBLISHED)
    hook_of(None, PUBLISHED)
    video = ready(make_video, visibility="public")
    announce(video)
    set_details(video, visibility="private")
    work_off()
    assert sent == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DROPPED}


def test_a_team_is_told_and_who_left_it_meanwhile_is_not(
    make_video: MakeVideo, alice: User, bob: User, sent: Sent
) -> None:
    hook_of(bob)
    video = make_video(state=VideoState.PROCESSING, playback="original", indexed_revision=1, visibility="private")
    viewer = User.objects.create(username="vera")
    hook_of(viewer)
    Member.objects.create(channel=video.channel, user=bob, role=Role.EDITOR)
    Member.objects.create(channel=video.channel, user=viewer, role=Role.VIEWER)
    mark_ready(video)
    assert [row.owner for row in Delivery.objects.all()] == [bob]
    Member.objects.all().delete()
    work_off()
    assert sent == []


def test_a_failed_video_is_told_with_its_error(make_video: MakeVideo, alice: User, sent: Sent) -> None:
    hook_of(alice)
    video = make_video(state=VideoState.PROCESSING)
    job = queue.enqueue("analyse", video=video)
    job_was_stopped(job, UnreadableMedia("the file ends in the middle"))
    job_was_stopped(job, UnreadableMedia("the file ends in the middle"))
    work_off()
    ((_, body),) = sent
    assert body["event"] == FAILED
    assert body["error"] == {"kind": "UnreadableMedia", "message": "the file ends in the middle"}
    assert body["video"]["state"] == "failed"


def test_a_report_is_told_to_the_site_alone_and_names_no_reporter(
    make_video: MakeVideo, alice: User, bob: User, sent: Sent
) -> None:
    hook_of(None, REPORTED)
    hook_of(alice)
    video = make_video(state=VideoState.READY, playback="original", visibility="public", title="Spam")
    report(bob, target_for(bob, "video", video.public_id), reason="spam", text="sells things")
    work_off()
    ((url, body),) = sent
    assert url.startswith("https://site.")
    assert body["report"]["title"] == "Spam" and body["report"]["text"] == "sells things"
    assert body["report"]["against"] == "alice" and "bob" not in json.dumps(body)


def test_a_switched_off_webhook_gets_tests_alone(make_video: MakeVideo, alice: User, sent: Sent) -> None:
    hook = hook_of(alice)
    hooks.change_webhook(hook, hooks.HookChanges(is_active=False), by=alice)
    ready(make_video)
    assert not Delivery.objects.exists()
    hooks.send_test(hook)
    work_off()
    assert told(sent) == {("alice", TEST)}


def test_tests_that_wait_are_not_piled_up(alice: User) -> None:
    hook = hook_of(alice)
    for _ in range(hooks.TESTS_WAITING):
        hooks.send_test(hook)
    with pytest.raises(Conflict, match="wait"):
        hooks.send_test(hook)


def test_a_message_is_sent_again_and_again_as_it_may_be_told_then(
    make_video: MakeVideo, alice: User, sent: Sent
) -> None:
    hook = hook_of(alice, PROCESSED)
    video = ready(make_video, title="First")
    with pytest.raises(Conflict, match="waits"):
        hooks.send_again(hook, Delivery.objects.get().public_id)
    work_off()
    first = Delivery.objects.get()
    Video.objects.filter(pk=video.pk).update(title="Second")
    again = hooks.send_again(hook, first.public_id)
    work_off()
    assert again.public_id != first.public_id
    assert [body["video"]["title"] for _, body in sent] == ["First", "Second"]
    with pytest.raises(NotFound):
        hooks.send_again(hook, "nosuchdelivery")


def test_each_webhook_keeps_a_log_of_its_own(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "_KEPT_DELIVERIES", 3)
    quiet, busy = (
        hook_of(alice),
        hooks.make_webhook(alice, hooks.HookChanges("https://b.example", "", [FAILED]), by=None),
    )
    for hook, number in ((quiet, 1), (busy, 6)):
        for _ in range(number):
            delivery = notify.deliver(alice, TEST, {}, webhook=hook)
            Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENT)
    assert hooks.log_of(quiet).count() == 1, "what a busy one sends pushes nothing out of another's log"
    assert hooks.log_of(busy).count() == 4  # the three that are kept, and the one that came after


def test_what_cant_be_is_refused(alice: User, ada: User) -> None:
    def make(owner: User | None, url: str = "https://a.example/", events: Any = VIDEO_EVENTS) -> Webhook:
        return hooks.make_webhook(owner, hooks.HookChanges(url=url, events=events), by=alice)

    with pytest.raises(NotAllowed, match="administrators"):
        make(None)
    with pytest.raises(InputError, match="no event for this"):
        make(alice, events=[REPORTED])
    with pytest.raises(InputError, match="no event was chosen"):
        make(alice, events=[])
    for url in ("ftp://a.example", "https://u:p@a.example/", "javascript:alert(1)", ""):
        with pytest.raises(AddressRefused):
            make(alice, url)
    made = make(alice)
    with pytest.raises(InputError, match="already"):
        make(alice)
    with pytest.raises(InputError, match="no event was chosen"):
        hooks.change_webhook(made, hooks.HookChanges(events=[]), by=alice)
    suspend(alice, by=ada, reason="spam")
    with pytest.raises(NotAllowed, match="suspended"):
        make(alice, "https://b.example/")


def test_there_is_a_most_of_them_and_those_out_of_use_dont_count(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "MAX_WEBHOOKS", 2)
    notify.webhook_at(alice, "https://unused.example/")
    for number in range(2):
        hooks.make_webhook(alice, hooks.HookChanges(f"https://{number}.example/", "", [FOUND]), by=None)
    with pytest.raises(InputError, match="the most"):
        hooks.make_webhook(alice, hooks.HookChanges("https://more.example/", "", [FOUND]), by=None)
    hook_of(None)


def test_a_closed_account_is_told_nothing(make_video: MakeVideo, alice: User, sent: Sent) -> None:
    hook_of(alice)
    ready(make_video)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    work_off()
    assert sent == []
