"""Views are counted once, of people, and told to those who run the video alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.accounts import channel_of
from kinora.library.figures import counting
from kinora.library.figures.counting import Came, came_from, count_played, is_robot
from kinora.library.figures.models import DayTally, Tally
from kinora.library.models import User, Video
from kinora.library.people.models import Member

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HERE = {"testserver"}


def watch(video: Video, played: str = "0-12", *, address: str = "192.0.2.1", **fields: str) -> int:
    browser = Client(REMOTE_ADDR=address, headers={"User-Agent": FIREFOX})
    return browser.post(f"/watch/{video.public_id}/watched", {"played": played, **fields}).status_code


def views(video: Video) -> int:
    return Video.objects.get(pk=video.pk).num_views


def test_ten_seconds_are_a_view_once_in_half_an_hour(make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch) -> None:
    video = make_video()
    assert watch(video, "0-9") == 204 and views(video) == 0
    watch(video, "9-10.5")  # the same person goes on
    assert views(video) == 1
    watch(video, "0-100")
    assert views(video) == 1
    watch(video, address="192.0.2.2")
    assert views(video) == 2
    real = counting.time.time
    monkeypatch.setattr("kinora.library.figures.counting.time.time", lambda: real() + 1801)
    monkeypatch.setattr("kinora.library.moderation.counters.time.time", lambda: real() + 1801)
    watch(video)
    assert views(video) == 3


def test_half_of_a_short_video_is_a_view(make_video: MakeVideo) -> None:
    video = make_video(duration_seconds=6.0)
    watch(video, "0-2.9")
    assert views(video) == 0
    watch(video, "2.9-3.1")
    assert views(video) == 1


def test_robots_other_pages_and_those_who_run_it_are_left_out(
    make_video: MakeVideo, as_user: AsUser, alice: User
) -> None:
    video = make_video()
    address, played = f"/watch/{video.public_id}/watched", {"played": "0-60"}
    for agent in ("", "Googlebot/2.1 (+http://www.google.com/bot.html)", "python-httpx/0.28"):
        Client(headers={"User-Agent": agent}).post(address, played)
    Client(headers={"User-Agent": FIREFOX, "Sec-Fetch-Site": "cross-site"}).post(address, played)
    as_user(alice).post(address, played, headers={"User-Agent": FIREFOX})
    assert views(video) == 0 and not DayTally.objects.exists()
    assert not is_robot(FIREFOX) and is_robot("Mozilla/5.0 HeadlessChrome/140")


def test_nobody_can_be_told_from_what_is_stored(make_video: MakeVideo) -> None:
    video = make_video()
    watch(video, address="192.0.2.77", came_from="https://mail.example.org/inbox?user=bob&secret=1")
    stored = json.dumps(list(DayTally.objects.values()), default=str)
    assert "192.0.2.77" not in stored and "Firefox" not in stored and "secret" not in stored and "bob" not in stored
    assert DayTally.objects.get(kind=Tally.SOURCE).name == "mail.example.org"


@pytest.mark.parametrize(
    ("referrer", "came"),
    [
        ("", Came("direct")),
        ("javascript:alert(1)", Came("direct")),
        ("https://[broken", Came("direct")),
        ("https://www.example.org/a/b?c", Came("example.org")),
        ("http://testserver/", Came("home")),
        ("http://testserver/search?q=red+%20boat", Came("search", "red boat", 75)),
        ("http://testserver/c/alice", Came("channel")),
        ("http://testserver/watch/AAA", Came("watch")),
        ("http://testserver/unheard-of", Came("site")),
    ],
)
def test_where_people_came_from(referrer: str, came: Came) -> None:
    assert came_from(referrer, HERE, 75.9) == came


def test_a_flood_of_sources_stays_small(make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MAX_NAMES_A_DAY", 3)
    video = make_video()
    for number in range(6):
        count_played(video, f"viewer {number}", [(0, 20)], Came(f"{number}.example.org"))
    names = dict(DayTally.objects.filter(kind=Tally.SOURCE).values_list("name", "total"))
    assert len(names) == 4 and names["other"] == 3 and views(video) == 6


def test_what_can_not_be_watched_is_not_counted(make_video: MakeVideo) -> None:
    video = make_video(visibility="private")
    assert watch(video) == 404 and views(video) == 0
    public = make_video()
    assert watch(public, at="1e999", came_from="http://testserver/search?q=x") == 204


@pytest.fixture
def watched(make_video: MakeVideo) -> Video:
    video = make_video(title="Harbour")
    for number in range(3):
        watch(video, "70-90", address=f"192.0.2.{number}", came_from="http://testserver/search?q=red+boat", at="75")
    return video


def test_figures_tell_searches_and_the_second(watched: Video, as_program: Any, alice: User) -> None:
    told = as_program(alice).get(f"/api/v1/videos/{watched.public_id}/figures?days=7").json()
    assert told["num_views"] == 3 and told["watched_seconds"] == 60 and len(told["days"]) == 7
    assert told["sources"] == [{"source": "search", "num_views": 3}]
    assert told["searches"] == [{"query": "red boat", "at_seconds": 75, "video_id": watched.public_id, "num_views": 3}]
    of_channel = as_program(alice).get("/api/v1/channels/alice/figures").json()
    assert of_channel["videos"] == [{"id": watched.public_id, "title": "Harbour", "num_views": 3}]


def test_alice_sees_bob_and_charlie_may_not(
    watched: Video, as_user: AsUser, as_program: Any, alice: User, bob: User
) -> None:
    pages = (f"/videos/{watched.public_id}/figures", "/c/alice/figures")
    for page in pages:
        assert as_user(alice).get(page).status_code == 200
        assert as_user(bob).get(page).status_code == 404
        assert as_user(None).get(page).status_code == 302
    for path in (f"/api/v1/videos/{watched.public_id}/figures", "/api/v1/channels/alice/figures"):
        assert as_program(bob).get(path).status_code == 404
        assert Client().get(path).status_code == 401
    Member.objects.create(channel=channel_of(alice), user=bob, role="viewer")
    assert as_user(bob).get(pages[0]).status_code == 404
    Member.objects.filter(user=bob).update(role="editor")
    assert as_user(bob).get(pages[0]).status_code == 200


def test_the_page_draws_and_says_it_in_few_questions(
    watched: Video, as_user: AsUser, alice: User, django_assert_max_num_queries: Any
) -> None:
    browser = as_user(alice)
    with django_assert_max_num_queries(16):
        page = browser.get(f"/videos/{watched.public_id}/figures?days=90")
    text = page.content.decode()
    assert text.count("<rect") >= 90 and "red boat" in text and "1:15" in text and " style=" not in text
    assert as_user(alice).get(f"/videos/{watched.public_id}/figures?days=0").status_code == 400
    assert as_user(alice).get(f"/videos/{watched.public_id}/figures?days=lots").status_code == 400


def test_the_table_of_commas_holds_no_formula(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    video = make_video()
    watch(video, came_from="http://testserver/search?q=%3DHYPERLINK(1)")
    answer = as_user(alice).get(f"/videos/{video.public_id}/figures?form=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "search,'=HYPERLINK(1),0,1" in answer.content.decode()


def test_views_stand_on_the_watch_page_and_the_cards(watched: Video, as_user: AsUser) -> None:
    assert "3 views" in as_user(None).get(f"/watch/{watched.public_id}").content.decode()
    assert "3 views" in as_user(None).get("/").content.decode()
