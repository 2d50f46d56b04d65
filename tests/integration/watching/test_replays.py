"""The curve of what is watched most, and what players tell: who may ask, who is counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kinora.library.models import User, Video
from kinora.library.watching.models import Replays

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]


def test_enough_viewers_make_a_curve_of_a_video_that_one_may_watch(
    make_video: MakeVideo, as_user: AsUser, bob: User
) -> None:
    video = make_video()
    for number in range(6):
        browser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert browser.post(f"/watch/{video.public_id}/watched", {"played": "12-24"}).status_code == 204
    curve = as_user(bob).get(f"/watch/{video.public_id}/replays").json()["curve"]
    assert len(curve) == 100 and max(curve) == 1.0 and curve[50] == 0.0
    Video.objects.filter(pk=video.pk).update(visibility="private")
    assert as_user(bob).get(f"/watch/{video.public_id}/replays").status_code == 404
    assert as_user(None).post(f"/watch/{video.public_id}/watched", {"played": "12-24"}).status_code == 404


def test_pages_of_others_and_paused_histories_count_nothing(make_video: MakeVideo, as_user: AsUser, bob: User) -> None:
    video = make_video()
    address = f"/watch/{video.public_id}/watched"
    Client().post(address, {"played": "0-100"}, headers={"Sec-Fetch-Site": "cross-site"})
    bob.pauses_history = True
    bob.save()
    as_user(bob).post(address, {"played": "0-100"})
    assert not Replays.objects.exists()


@pytest.mark.parametrize("played", ["lots", "9-3", "0-nan"])
def test_what_no_player_tells_is_refused(make_video: MakeVideo, played: str) -> None:
    assert Client().post(f"/watch/{make_video().public_id}/watched", {"played": played}).status_code == 400
