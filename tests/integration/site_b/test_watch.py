"""The watch page's answers: to whom, with what, in how many questions to the database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library import queue
from kinora.library.models import Chapter, Cue, ScreenText, SubtitleTrack, User, Video, WatchProgress

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]
FRAGMENTS = ["", "/status", "/transcript", "/screen-text", "/look-alikes?t=1"]


def player_data(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="player-data" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def add_track(video: Video, language: str, *texts: str) -> SubtitleTrack:
    track = SubtitleTrack.objects.create(video=video, language=language, source="upload", source_key=f"{language}.srt")
    Cue.objects.bulk_create(
        Cue(track=track, start_seconds=n * 2.0, end_seconds=n * 2.0 + 1.5, text=text) for n, text in enumerate(texts)
    )
    return track


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_a_private_video_answers_others_as_if_it_were_not_there(
    make_video: MakeVideo, as_user: AsUser, bob: User, fragment: str
) -> None:
    video = make_video(visibility="private", title="The secret title", description="The secret words")
    for person in (bob, None):
        response = as_user(person).get(f"/watch/{video.public_id}{fragment}")
        assert response.status_code == 404
        assert b"secret" not in response.content
    response = as_user(bob).post(f"/watch/{video.public_id}/progress", {"position": "3"})
    assert response.status_code == 404
    assert not WatchProgress.objects.exists()


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
def test_only_a_public_video_describes_itself_to_other_sites(
    make_video: MakeVideo, client: Client, visibility: str
) -> None:
    html = client.get(f"/watch/{make_video(visibility=visibility).public_id}").content.decode()
    assert ('property="og:title"' in html) == (visibility == "public")
    assert ('name="robots" content="noindex"' in html) == (visibility == "unlisted")


def test_titles_descriptions_and_player_data_are_escaped(make_video: MakeVideo, client: Client) -> None:
    evil = "</script><script>alert(1)</script>"
    video = make_video(title=evil, description=evil, tags=[evil])
    add_track(video, "en", evil)
    html = client.get(f"/watch/{video.public_id}").content.decode()
    assert "<script>alert" not in html
    assert player_data(html)["title"] == evil
    assert b"<script>alert" not in client.get(f"/watch/{video.public_id}/transcript").content


@pytest.mark.parametrize(
    ("asked", "start"), [("75", 75.0), ("1:15", 75.0), ("1m15s", 75.0), ("0:01:15.5", 75.5), ("500", None), ("x", None)]
)
def test_the_address_says_where_it_starts(
    make_video: MakeVideo, client: Client, asked: str, start: float | None
) -> None:
    data = player_data(client.get(f"/watch/{make_video().public_id}", {"t": asked}).content.decode())
    assert (data["startSeconds"], data["isStartAsked"]) == (start or 0.0, start is not None)


@pytest.mark.parametrize(
    ("playback", "facts", "kind"),
    [("original", None, "original"), ("hls", None, "hls"), ("", None, "")],
)
def test_the_player_is_told_what_can_be_played(
    make_video: MakeVideo, client: Client, playback: str, facts: None, kind: str
) -> None:
    video = make_video(playback=playback)
    source = player_data(client.get(f"/watch/{video.public_id}").content.decode())["source"]
    assert source["kind"] == kind
    assert source["src"].startswith(f"/media/{video.public_id}/") == bool(kind)


def test_the_transcript_is_of_the_language_asked_for_or_read(make_video: MakeVideo, client: Client) -> None:
    video, other = make_video(), make_video()
    german, english = add_track(video, "de", "Fähre"), add_track(video, "en", "Ferry")
    foreign = add_track(other, "en", "Elsewhere")
    address = f"/watch/{video.public_id}/transcript"
    assert "Ferry" in client.get(address, headers={"Accept-Language": "en-GB,en;q=0.9"}).content.decode()
    assert "Fähre" in client.get(address, headers={"Accept-Language": "de"}).content.decode()
    assert "Fähre" in client.get(address, {"track": german.pk}).content.decode()
    assert "Ferry" in client.get(address, {"track": english.pk}).content.decode()
    assert client.get(address, {"track": foreign.pk}).status_code == 404
    assert client.get(address, {"track": "9" * 30}).status_code == 404


def test_words_in_the_picture_are_listed(make_video: MakeVideo, client: Client) -> None:
    video = make_video()
    ScreenText.objects.create(
        video=video, start_seconds=3, end_seconds=4, text="<EXIT>", left=0, top=0, width=0.1, height=0.1
    )
    html = client.get(f"/watch/{video.public_id}/screen-text").content.decode()
    assert "&lt;EXIT&gt;" in html
    assert f"/watch/{video.public_id}?t=3" in html


def test_progress_is_kept_until_the_end_and_resumed(make_video: MakeVideo, as_user: AsUser, bob: User) -> None:
    video, browser = make_video(), as_user(bob)
    assert browser.post(f"/watch/{video.public_id}/progress", {"position": "42.5"}).status_code == 204
    assert player_data(browser.get(f"/watch/{video.public_id}").content.decode())["resumeSeconds"] == 42.5
    asked = player_data(browser.get(f"/watch/{video.public_id}?t=3").content.decode())
    assert (asked["startSeconds"], asked["resumeSeconds"]) == (3, None)
    browser.post(f"/watch/{video.public_id}/progress", {"position": "119"})
    assert WatchProgress.objects.get().is_finished
    assert player_data(browser.get(f"/watch/{video.public_id}").content.decode())["resumeSeconds"] is None


@pytest.mark.parametrize("position", ["", "x", "-1", "nan", "inf", "1e300"])
def test_progress_that_is_no_second_is_refused(
    make_video: MakeVideo, as_user: AsUser, bob: User, position: str
) -> None:
    response = as_user(bob).post(f"/watch/{make_video().public_id}/progress", {"position": position})
    assert response.status_code == 400
    assert not WatchProgress.objects.exists()


def test_no_progress_is_kept_of_strangers_nor_of_a_paused_history(
    make_video: MakeVideo, as_user: AsUser, bob: User
) -> None:
    video = make_video()
    User.objects.filter(pk=bob.pk).update(pauses_history=True)
    for person in (bob, None):
        browser = as_user(person)
        assert browser.post(f"/watch/{video.public_id}/progress", {"position": "9"}).status_code == 204
        assert b"progress-form" not in browser.get(f"/watch/{video.public_id}").content
    assert not WatchProgress.objects.exists()


def test_progress_needs_the_token_of_the_page(make_video: MakeVideo, bob: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(bob)
    assert browser.post(f"/watch/{make_video().public_id}/progress", {"position": "9"}).status_code == 403


def test_the_owner_sees_the_stages_of_a_video_in_preparation(
    make_video: MakeVideo, as_user: AsUser, alice: User
) -> None:
    video = make_video(state="processing", playback="")
    queue.enqueue("analyse", video=video)
    html = as_user(alice).get(f"/watch/{video.public_id}/status").content.decode()
    assert "Finding shots and covers" in html
    assert 'hx-trigger="every 2s"' in html


def test_a_video_at_rest_is_not_asked_for_again(make_video: MakeVideo, client: Client) -> None:
    html = client.get(f"/watch/{make_video().public_id}/status").content.decode()
    assert "hx-trigger" not in html
    assert 'data-kind="original"' in html


def test_others_see_no_stages_while_the_ladder_grows(make_video: MakeVideo, client: Client) -> None:
    video = make_video()
    queue.enqueue("encode", video=video)
    html = client.get(f"/watch/{video.public_id}/status").content.decode()
    assert "stage-list" not in html
    assert 'hx-trigger="every 2s"' in html


def test_the_page_asks_the_same_few_questions_whatever_the_video_holds(
    make_video: MakeVideo, as_user: AsUser, bob: User, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    video = make_video()
    for n in range(40):
        Chapter.objects.create(video=video, start_seconds=n * 3, end_seconds=n * 3 + 3, title=f"Part {n}")
    for language in ("en", "de", "fr"):
        add_track(video, language, *(f"line {n}" for n in range(50)))
    browser = as_user(bob)
    # The video with its channel and rules, chapters, tracks, likes, followers, jobs; and for somebody signed in their
    # session, themselves, where they stopped, and what they are in the channel. Like and bell come with the numbers.
    with django_assert_max_num_queries(10):
        assert browser.get(f"/watch/{video.public_id}").status_code == 200
    with django_assert_max_num_queries(6):
        assert Client().get(f"/watch/{video.public_id}").status_code == 200
    with django_assert_max_num_queries(5):
        assert browser.get(f"/watch/{video.public_id}/transcript").content.count(b"data-seek") == 50
