"""A person's history: theirs alone, pausable, erasable, by page, API and command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.keys import make_key
from kinora.library.models import User, Video, WatchProgress

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]


def watched(user: User, video: Video, position: float = 30.0) -> WatchProgress:
    return WatchProgress.objects.create(user=user, video=video, position_seconds=position)


def test_a_history_is_its_persons_alone(make_video: MakeVideo, as_user: AsUser, alice: User, bob: User) -> None:
    video = make_video(title="Harbour")
    watched(alice, video)
    assert "Harbour" in as_user(alice).get("/history").content.decode()
    assert "Harbour" not in as_user(bob).get("/history").content.decode()
    assert as_user(None).get("/history").status_code == 302
    for verb in ("erase", "pause"):
        as_user(bob).post(f"/history/{verb}", {"video": video.public_id})
        as_user(None).post(f"/history/{verb}", {"video": video.public_id})
    alice.refresh_from_db()
    assert WatchProgress.objects.filter(user=alice).count() == 1 and not alice.pauses_history
    assert Client().get("/api/v1/history").status_code == 401
    assert Client().delete("/api/v1/history").status_code == 401


def test_what_became_private_is_in_nobody_elses_history(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    video = make_video(title="The secret title", visibility="private")
    watched(bob, video)
    watched(alice, video)
    headers = {"Authorization": f"Bearer {make_key(bob, 'k')[1]}"}
    assert "secret" not in as_user(bob).get("/history").content.decode()
    assert Client().get("/api/v1/history", headers=headers).json()["history"] == []
    assert "secret" in as_user(alice).get("/history").content.decode()


def test_one_entry_or_all_are_erased(make_video: MakeVideo, as_user: AsUser, bob: User) -> None:
    videos = [make_video() for _ in range(3)]
    for video in videos:
        watched(bob, video)
    browser = as_user(bob)
    browser.post("/history/erase", {"video": videos[0].public_id})
    assert {row.video for row in WatchProgress.objects.filter(user=bob)} == set(videos[1:])
    assert videos[0].title not in browser.get("/").content.decode().split("Latest")[0], "nor under continue watching"
    browser.post("/history/erase")
    assert not WatchProgress.objects.exists()
    assert browser.get("/history/erase").status_code == 405
    assert browser.post("/history/rewrite").status_code == 404


def test_a_paused_history_remembers_nothing_more(make_video: MakeVideo, as_user: AsUser, bob: User) -> None:
    video, browser = make_video(), as_user(bob)
    browser.post("/history/pause")
    browser.post(f"/watch/{video.public_id}/progress", {"position": "30"})
    assert not WatchProgress.objects.exists()
    assert "Paused" in browser.get("/history").content.decode()
    browser.post("/history/resume")
    browser.post(f"/watch/{video.public_id}/progress", {"position": "30"})
    assert WatchProgress.objects.get().position_seconds == 30


def test_the_api_reads_pauses_and_erases(make_video: MakeVideo, bob: User) -> None:
    video = make_video()
    watched(bob, video, 12.5)
    headers = {"Authorization": f"Bearer {make_key(bob, 'k')[1]}"}
    client = Client(headers=headers)
    told = client.get("/api/v1/history").json()
    assert told["is_paused"] is False
    assert told["history"][0]["video"]["id"] == video.public_id
    assert told["history"][0]["position_seconds"] == 12.5
    assert client.patch("/api/v1/history", {"is_paused": True}, content_type="application/json").json()["is_paused"]
    assert client.patch("/api/v1/history", {}, content_type="application/json").status_code in (400, 422)
    assert client.delete("/api/v1/history?video=nosuchvideo").json() == {"num_erased": 0}
    assert client.delete("/api/v1/history").json() == {"num_erased": 1}


@pytest.mark.parametrize("num_videos", [1, 60])
def test_the_page_asks_few_questions_however_long_the_history(
    make_video: MakeVideo,
    as_user: AsUser,
    bob: User,
    django_assert_max_num_queries: Callable[[int], Any],
    num_videos: int,
) -> None:
    for _ in range(num_videos):
        watched(bob, make_video())
    browser = as_user(bob)
    with django_assert_max_num_queries(3):  # session, person, history
        page = browser.get("/history").content.decode()
    assert ("Earlier ones" in page) == (num_videos > 48)
    assert browser.get("/history?offset=x").status_code == 200
