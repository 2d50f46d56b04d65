"""Recommendations: what is near, why, for whom; what was finished or is not wanted stays away; nothing leaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from kinora.index.entry import SENTENCE_DIM, IndexedVideo, Pictures
from kinora.index.index import Index
from kinora.library.accounts import channel_of
from kinora.library.figures.models import DayTally, Tally
from kinora.library.models import Channel, Job, User, Video, WatchProgress
from kinora.library.recommend import keep, steering
from kinora.library.recommend.keep import keep_neighbours, keep_popular, keep_viewers, queue_missing_neighbours
from kinora.library.recommend.models import Neighbour, NotWanted, WatchedLately
from kinora.library.recommend.suggest import feed_for, related_to
from kinora.library.watching.subscriptions import subscribe
from kinora.moments.moment import Moment

AsUser = Callable[[User | None], Client]
AsProgram = Callable[[User], Client]
MakeVideo = Callable[..., Video]
MaxQueries = Callable[[int], Any]
JSON = "application/json"


def near(video: Video, other: Video, kind: str = "words", score: float = 0.9, **more: Any) -> Neighbour:
    return Neighbour.objects.create(video=video, other=other, kind=kind, score=score, **more)


def watch(user: User, video: Video, *, is_finished: bool = False) -> None:
    WatchProgress.objects.create(user=user, video=video, position_seconds=60, is_finished=is_finished)


@pytest.fixture
def old(make_video: MakeVideo) -> MakeVideo:
    """Return a maker of videos of channels of their own that are not new any more."""
    long_ago = timezone.now() - timedelta(days=400)

    def make(**fields: Any) -> Video:
        owner = User.objects.create(username=f"owner{User.objects.count()}")
        return make_video(owner=owner, published_at=long_ago, **fields)

    return make


def test_content_neighbours_come_from_the_index_with_the_place(
    make_video: MakeVideo, tmp_path: Path, bob: User
) -> None:
    index, rng = Index.open(tmp_path / "index"), np.random.default_rng(3)
    harbour, same, other = (rng.normal(size=SENTENCE_DIM) for _ in range(3))
    same = harbour + 0.2 * same
    videos = {}
    for name, vector, start in (("harbour", harbour, 5.0), ("boats", same, 42.0), ("cooking", other, 9.0)):
        videos[name] = video = make_video(title=name)
        unit = (vector / np.linalg.norm(vector)).astype(np.float16)[None]
        entry = IndexedVideo(video.public_id, 1, name, "alice", video.owner_id, "public", 0.0, 120.0, "en")
        index.replace_video(entry, [Moment(start, start + 4, "said", name)], unit, Pictures.none())
    keep_neighbours(videos["harbour"], index)
    row = Neighbour.objects.get()
    assert (row.other, row.kind, row.at_seconds, row.other_seconds) == (videos["boats"], "words", 5.0, 42.0)
    assert row.score > 0.9
    keep_neighbours(videos["harbour"], index)
    assert Neighbour.objects.count() == 1, "doing it again changes nothing"


def test_every_related_video_says_why(old: MakeVideo, as_user: AsUser, bob: User) -> None:
    video = old(title="The harbour")
    near(video, old(title="By words"), at_seconds=3.0, other_seconds=192.0)
    near(old(title="By look"), video, kind="picture", score=0.95, at_seconds=61.0, other_seconds=5.0)
    near(video, old(title="By people"), kind="viewers", score=0.6, num_people=7)
    body = as_user(bob).get(f"/watch/{video.public_id}/next").content.decode()
    for words in ("About the same at 3:12", "Same place at 1:01", "Watched by people who watched this"):
        assert words in body
    assert "?t=192" in body
    told = Client().get(f"/api/v1/videos/{video.public_id}/related").json()["recommended"]
    reasons = {row["video"]["title"]: row["reason"] for row in told}
    assert reasons["By words"]["kind"] == "words" and reasons["By words"]["seconds"] == 192
    assert reasons["By people"]["seconds"] is None


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_what_one_may_not_find_is_recommended_by_no_door(
    old: MakeVideo, as_user: AsUser, as_program: AsProgram, bob: User, visibility: str
) -> None:
    video, hidden = old(title="Seen"), old(title="Untold title", visibility=visibility)
    for kind in ("words", "picture", "viewers"):
        near(video, hidden, kind=kind)
    subscribe(bob, hidden.channel)
    watch(bob, video)
    for person in (bob, None):
        assert "Untold" not in as_user(person).get(f"/watch/{video.public_id}/next").content.decode()
        assert "Untold" not in as_user(person).get("/").content.decode()
    program = as_program(bob)
    for address in (f"/api/v1/videos/{video.public_id}/related", "/api/v1/recommendations"):
        assert "Untold" not in program.get(address).content.decode()
    assert program.get(f"/api/v1/videos/{hidden.public_id}/related").status_code in (200, 404)
    if visibility == "private":
        assert program.get(f"/api/v1/videos/{hidden.public_id}/related").status_code == 404
        assert program.put(f"/api/v1/recommendations/less/{hidden.public_id}").status_code == 404
        as_user(bob).post("/recommendations/less", {"video": hidden.public_id})
    assert not NotWanted.objects.exists()


def test_a_watched_video_that_became_private_is_named_in_no_reason(old: MakeVideo, as_user: AsUser, bob: User) -> None:
    watched, other = old(title="Untold title"), old(title="Next one")
    near(watched, other)
    watch(bob, watched)
    assert "Like “Untold title”" in as_user(bob).get("/").content.decode()
    Video.objects.filter(pk=watched.pk).update(visibility="private")
    assert "Untold" not in as_user(bob).get("/").content.decode()


def test_what_was_finished_is_shown_no_more(old: MakeVideo, bob: User) -> None:
    seed, finished, other = old(), old(), old()
    near(seed, finished)
    near(seed, other)
    watch(bob, seed)
    watch(bob, finished, is_finished=True)
    assert finished.pk not in {one.video.pk for one in feed_for(bob)}
    assert finished.pk not in {one.video.pk for one in related_to(bob, seed)}
    assert other.pk in {one.video.pk for one in feed_for(bob)}


def test_people_steer_and_take_it_back(old: MakeVideo, as_user: AsUser, bob: User) -> None:
    seed, less, other = old(), old(title="Less of this"), old(title="Of a channel")
    for one in (less, other):
        near(seed, one)
    watch(bob, seed)
    browser = as_user(bob)
    assert (
        browser.post("/recommendations/less", {"video": less.public_id}, headers={"HX-Request": "true"}).content == b""
    )
    browser.post("/recommendations/channel", {"video": other.public_id})
    shown = {one.video.pk for one in feed_for(bob)}
    assert not shown & {less.pk, other.pk}
    page = browser.get("/recommendations").content.decode()
    assert "Less of this" in page and other.channel.name in page
    for row in list(NotWanted.objects.all()):
        as_user(None).post("/recommendations/back", {"row": row.pk})
        as_user(less.owner).post("/recommendations/back", {"row": row.pk})
    assert NotWanted.objects.count() == 2, "nobody else takes it back"
    for row in list(NotWanted.objects.all()):
        browser.post("/recommendations/back", {"row": row.pk})
    assert {less.pk, other.pk} <= {one.video.pk for one in feed_for(bob)}
    assert browser.post("/recommendations/rewrite").status_code == 404
    elsewhere = browser.post("/recommendations/less", {"video": less.public_id, "next": "https://example.org/"})
    assert elsewhere.url == "/recommendations"  # type: ignore[attr-defined]


def test_switched_off_means_off(old: MakeVideo, as_user: AsUser, as_program: AsProgram, bob: User) -> None:
    seed, other = old(), old(title="Near to it")
    near(seed, other)
    watch(bob, seed)
    assert "For you" in as_user(bob).get("/").content.decode()
    as_user(bob).post("/recommendations/off")
    assert "For you" not in as_user(bob).get("/").content.decode()
    assert "Near to it" not in as_user(bob).get(f"/watch/{seed.public_id}/next").content.decode()
    told = as_program(bob).patch("/api/v1/recommendations/steering", {"is_recommending": True}, content_type=JSON)
    assert told.json()["is_recommending"] is True and feed_for(bob)


def test_co_watching_is_told_of_a_handful_who_keep_their_history(old: MakeVideo) -> None:
    one, other = old(), old()
    people = [User.objects.create(username=f"watcher{n}") for n in range(5)]
    for person in people:
        watch(person, one)
        watch(person, other)
    User.objects.filter(pk=people[0].pk).update(pauses_history=True)
    assert keep_viewers() == 0
    User.objects.filter(pk=people[0].pk).update(pauses_history=False)
    assert keep_viewers() == 2 and keep_viewers() == 2
    row = Neighbour.objects.get(video=one)
    assert (row.other, row.kind, row.num_people, row.score) == (other, "viewers", 5, 1.0)


def test_followed_channels_and_variety_shape_the_feed(make_video: MakeVideo, alice: User, bob: User) -> None:
    subscribe(bob, channel_of(alice))
    busy = [make_video(title=f"Alice {n}") for n in range(8)]
    carol = User.objects.create(username="carol")
    other = Channel.objects.create(owner=carol, handle="carol", name="Carol")
    subscribe(bob, other)
    make_video(owner=carol, channel=other, published_at=timezone.now() - timedelta(days=3))
    feed = feed_for(bob, limit=6)
    assert {one.reason.kind for one in feed} == {"subscription"}
    assert other.pk in {one.video.channel_id for one in feed[:4]} and len(busy) == 8


def test_the_api_needs_a_person_and_steers(old: MakeVideo, as_program: AsProgram, bob: User) -> None:
    video = old()
    assert Client().get("/api/v1/recommendations").status_code == 401
    client = as_program(bob)
    row = client.put(f"/api/v1/recommendations/less/{video.public_id}").json()
    assert row["video"] == video.public_id
    assert client.put(f"/api/v1/recommendations/no-channel/{video.channel.handle}").json()["channel"]
    assert len(client.get("/api/v1/recommendations/steering").json()["not_wanted"]) == 2
    assert client.delete(f"/api/v1/recommendations/not-wanted/{row['id']}").status_code == 204
    assert client.put("/api/v1/recommendations/no-channel/nosuchchannel").status_code == 404
    assert steering.not_wanted_of(bob).count() == 1


def test_the_command_prints_a_feed_with_reasons(old: MakeVideo, bob: User, run: Callable[..., Any]) -> None:
    seed, other = old(title="The harbour"), old(title="Near to it")
    near(seed, other)
    watch(bob, seed)
    (first, *_) = run("recommend", "--user", "bob")["recommended"]
    assert first["video"]["title"] == "Near to it" and first["reason"]["because_of"] == seed.public_id
    assert run("recommend", seed.public_id, "--limit", "1")["recommended"][0]["video"]["title"] == "Near to it"


@pytest.mark.parametrize("num", [2, 30])
def test_pages_ask_few_questions_however_much_is_near(
    old: MakeVideo, as_user: AsUser, bob: User, django_assert_max_num_queries: MaxQueries, num: int
) -> None:
    videos = [old() for _ in range(num)]
    for video in videos[1:]:
        near(videos[0], video)
        watch(bob, video)
    browser = as_user(bob)
    with django_assert_max_num_queries(14):
        browser.get("/")
    with django_assert_max_num_queries(9):
        browser.get(f"/watch/{videos[0].public_id}/next")


def viewed(video: Video, total: int, *, days_ago: int = 0) -> None:
    day = datetime.now(UTC).date() - timedelta(days=days_ago)
    DayTally.objects.create(video=video, day=day, kind=Tally.VIEWS, total=total)


def test_what_many_watch_lately_is_recommended_and_says_so(
    old: MakeVideo, make_video: MakeVideo, as_user: AsUser, bob: User
) -> None:
    many, once_many, few, hidden = old(title="Many"), old(), old(), old(title="Untold", visibility="private")
    for n in range(30):
        make_video(published_at=timezone.now() - timedelta(days=n))  # so that the others are not among the latest
    viewed(many, 40)
    viewed(once_many, 900, days_ago=300)
    viewed(few, 2)
    viewed(hidden, 500)
    assert keep_popular() == 1 and keep_popular() == 1
    assert WatchedLately.objects.get().video == many
    reasons = {one.video: one.reason.kind for one in feed_for(bob, limit=40)}
    assert reasons[many] == "popular" and not {once_many, few, hidden} & reasons.keys()
    assert "Watched by many here lately" in as_user(bob).get("/").content.decode()
    Video.objects.filter(pk=many.pk).update(visibility="private")  # since it was summed up
    assert many not in {one.video for one in feed_for(bob, limit=40)}
    assert "Many" not in as_user(bob).get("/").content.decode()


def test_older_videos_are_looked_at_once_and_so_many_a_turn(
    make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "MAX_MISSING_A_TURN", 2)
    known, *others = (make_video(indexed_revision=1) for _ in range(4))
    make_video(indexed_revision=0)
    make_video(indexed_revision=1, state="processing")
    near(known, others[0])
    near(others[0], known, kind="viewers")
    assert [queue_missing_neighbours() for _ in range(3)] == [2, 1, 0]
    jobs = Job.objects.filter(kind="relate")
    assert {job.video for job in jobs} == set(others) and {job.priority for job in jobs} == {94}
    jobs.update(state="done", dedupe_key=None)
    assert queue_missing_neighbours() == 0, "a video that nothing is near to is not looked at again and again"
