"""The search page's answers, with a search of its own making: grouping, escaping, errors, menus, paging, questions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kinora.errors import UnreadableMedia
from kinora.library.find import Found
from kinora.library.models import Cue, SubtitleTrack, User, Video
from kinora.search.hit import Hit, Reason, SearchResult, VideoHits
from kinora.search.query import parse_query
from kinora.site.views import search

pytestmark = pytest.mark.django_db

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]
Answer = Callable[..., list[dict[str, Any]]]


def found_of(videos: dict[Video, list[float]], *, notices: tuple[str, ...] = ()) -> Found:
    reason = Reason("said", "a <b>dog</b> barks", 0.9, ((5, 8),))
    groups = []
    for video, starts in videos.items():
        hits = tuple(Hit(video.public_id, start, start + 3, 0.9, (reason,)) for start in starts)
        groups.append(VideoHits(video.public_id, 0.9, hits))
    hits = tuple(hit for group in groups for hit in group.hits)
    result = SearchResult("dog", 4.2, hits, tuple(groups), len(videos), notices)
    return Found(result, {video.public_id: video for video in videos})


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Return a function that fixes what the search finds and gives the list of what it was asked."""

    def fix(found: Found) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []

        def find(text: str, **options: Any) -> Found:
            parse_query(text)
            asked.append({"text": text, **options})
            return found

        monkeypatch.setattr(search, "find", find)
        return asked

    return fix


def test_moments_are_grouped_by_video_with_time_reason_and_link(
    make_video: MakeVideo, client: Client, answer: Answer
) -> None:
    video = make_video(title="A <dog> & I")
    answer(found_of({video: [75.5, 3.0]}))
    html = client.get("/search", {"q": "dog"}).content.decode()
    assert html.count('class="hit-row"') == 1
    assert "A &lt;dog&gt; &amp; I" in html
    assert f'href="/watch/{video.public_id}?t=75.5"' in html
    assert "1:15" in html
    assert "a &lt;b&gt;<mark>dog</mark>&lt;/b&gt; barks" in html
    assert f"/media/{video.public_id}/at/76200.jpg" in html
    assert "2 moments in 1 video" in html


def test_the_fragment_is_the_same_results_and_tells_the_address(
    make_video: MakeVideo, client: Client, answer: Answer
) -> None:
    answer(found_of({make_video(): [1.0]}))
    response = client.get("/search/results", {"q": "dog & cat"}, headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert b"hit-row" in response.content
    assert response["HX-Replace-Url"] == "/search?q=dog+%26+cat"


def test_the_page_asks_few_questions_however_much_is_found(
    make_video: MakeVideo, client: Client, answer: Answer, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    answer(found_of({make_video(): [1.0, 5.0, 9.0] for _ in range(10)}))
    with django_assert_max_num_queries(1):  # the menu of channels
        assert client.get("/search", {"q": "dog"}).content.count(b"data-moment") == 30
    with django_assert_max_num_queries(0):
        client.get("/search/results", {"q": "dog"})


def test_a_menu_used_in_the_page_is_written_into_the_query(
    make_video: MakeVideo, client: Client, answer: Answer
) -> None:
    asked = answer(found_of({make_video(): [1.0]}))
    fields = {"q": "dog", "channel": "alice", "length": "-240"}
    response = client.get("/search/results", fields, headers={"HX-Request": "true", "HX-Trigger-Name": "channel"})
    assert asked[0]["text"] == "dog in:alice"
    assert response["HX-Replace-Url"] == "/search?q=dog+in%3Aalice"
    told = json.loads(response["HX-Trigger-After-Settle"])["kinora:searched"]
    assert (told["q"], told["channel"], told["length"]) == ("dog in:alice", "alice", "")


def test_without_scripts_the_menus_lead_to_the_query_that_says_the_same(client: Client) -> None:
    response = client.get("/search", {"q": "dog", "channel": "", "length": "-240", "where": "said"})
    assert (response.status_code, response["Location"]) == (302, "/search?q=said%3Adog+shorter%3A4m")


def test_a_field_still_being_typed_leaves_the_results_alone(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Trigger-Name": "q"}
    assert client.get("/search/results", {"q": "dog said:"}, headers=headers).status_code == 204


@pytest.mark.parametrize("text", ["dog after:x", "-dog", "longer:1h longer:2h", "x" * 10_000])
def test_what_cant_be_understood_is_said_in_a_sentence(client: Client, text: str) -> None:
    response = client.get("/search", {"q": text})
    assert response.status_code == 400
    assert b'role="alert"' in response.content
    fragment = client.get("/search/results", {"q": text}, headers={"HX-Request": "true"})
    assert (fragment.status_code, b'role="alert"' in fragment.content) == (200, True)


def test_the_place_of_the_fault_is_marked(client: Client) -> None:
    html = client.get("/search", {"q": "dog after:<x> cat"}).content.decode()
    assert "dog <mark>after:&lt;x&gt;</mark> cat" in html


def test_more_is_offered_while_pages_are_full(make_video: MakeVideo, client: Client, answer: Answer) -> None:
    full = found_of({make_video(): [float(n) for n in range(search.PAGE_MOMENTS)]})
    asked = answer(full)
    html = client.get("/search", {"q": "dog"}).content.decode()
    assert "/search/results?q=dog&amp;offset=30" in html
    assert "24 more moments" in html
    more = client.get("/search/results", {"q": "dog", "offset": "30"}, headers={"HX-Request": "true"})
    assert asked[-1]["offset"] == 30
    assert b"search-count" not in more.content
    answer(replace(full, result=replace(full.result, hits=full.result.hits[:5])))
    assert b"offset=" not in client.get("/search", {"q": "dog"}).content


def test_nothing_found_and_what_was_left_out_are_said(client: Client, answer: Answer) -> None:
    answer(found_of({}, notices=("Pictures are not searched by words.",)))
    html = client.get("/search", {"q": "dog"}).content.decode()
    assert "Nothing matches" in html
    assert html.count("Pictures are not searched by words.") == 1


def test_an_empty_search_offers_what_this_person_can_find(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    video = make_video(visibility="private", title="Lighthouses")
    track = SubtitleTrack.objects.create(video=video, language="en", source="upload", source_key="a")
    Cue.objects.create(track=track, start_seconds=1, end_seconds=2, text="The secret harbourmaster waves")
    assert "harbourmaster" in as_user(alice).get("/search").content.decode()
    html = as_user(bob).get("/search").content.decode()
    assert "harbourmaster" not in html
    assert "lighthouses" not in html


def test_a_picture_leads_to_look_alikes(make_video: MakeVideo, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    video, sent = make_video(), []

    def look(data: bytes, user: object, *, limit: int) -> Found:
        sent.append(data)
        return found_of({video: [2.0]})

    monkeypatch.setattr(search, "look_alikes_of_picture", look)
    picture = SimpleUploadedFile("frame.png", b"picture", "image/png")
    response = client.post("/search/picture", {"picture": picture}, headers={"HX-Request": "true"})
    assert sent == [b"picture"]
    assert b"that look like your picture" in response.content


def test_a_picture_that_cant_be_read_is_refused_in_a_sentence(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(data: bytes, user: object, *, limit: int) -> Found:
        raise UnreadableMedia("this is no PNG, JPEG or WebP picture")

    monkeypatch.setattr(search, "look_alikes_of_picture", refuse)
    response = client.post("/search/picture", {"picture": SimpleUploadedFile("x.png", b"x")})
    assert response.status_code == 422
    assert b"this is no PNG, JPEG or WebP picture" in response.content
    assert client.post("/search/picture").status_code == 400


def test_a_picture_too_large_is_refused_by_its_length_before_it_is_read(client: Client) -> None:
    response = client.generic(
        "POST", "/search/picture", b"x", "multipart/form-data; boundary=b", CONTENT_LENGTH=str(2**40)
    )
    assert response.status_code == 413
    assert b"at most 20 MB" in response.content


def test_a_picture_needs_the_token_of_the_page() -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/search/picture", {"picture": SimpleUploadedFile("x.png", b"x")}).status_code == 403


def test_each_moment_leads_to_more_and_less_like_it(make_video: MakeVideo, client: Client, answer: Answer) -> None:
    video = make_video()
    asked = answer(found_of({video: [12.5]}))
    moment = f"{video.public_id}@12.5-15.500"
    html = client.get("/search", {"q": "dog", "less": moment}).content.decode()
    assert asked[-1]["asked"].less_like == (moment,)
    assert f'href="/search?q=dog&amp;more={quote(moment, safe="")}"' in html  # not less any more
    assert "Take off: less like 0:12" in html and f'name="less" value="{moment}"' in html


def test_the_order_is_asked_and_kept_in_the_address(make_video: MakeVideo, client: Client, answer: Answer) -> None:
    asked = answer(found_of({make_video(): [float(n) for n in range(search.PAGE_MOMENTS)]}))
    html = client.get("/search", {"q": "dog", "sort": "newest"}).content.decode()
    assert asked[-1]["asked"].sort == "newest"
    assert '<option value="newest" selected>' in html and "sort=newest&amp;offset=30" in html
    client.get("/search", {"q": "dog", "sort": "sideways"})
    assert asked[-1]["asked"].sort == "best"


def test_an_example_that_cant_be_used_is_said_in_a_sentence(client: Client) -> None:
    response = client.get("/search", {"q": "dog", "more": "nothing"})
    assert response.status_code == 400 and b"VIDEO@SECONDS" in response.content


def test_a_strip_shows_where_the_matches_lie(make_video: MakeVideo, client: Client, answer: Answer) -> None:
    answer(found_of({make_video(duration_seconds=100.0): [25.0, 90.0]}))
    html = client.get("/search", {"q": "dog"}).content.decode()
    assert html.count('class="strip-match"') == 2 and 'x="250.0" width="30.0"' in html


def test_how_a_query_was_read_is_said(make_video: MakeVideo, client: Client, answer: Answer) -> None:
    found = found_of({make_video(): [1.0]})
    answer(replace(found, result=replace(found.result, query="dog THEN beach")))
    assert "dog THEN beach" in client.get("/search", {"q": "dog then beach"}).content.decode()
    assert "Read as" not in client.get("/search", {"q": "dog  THEN beach"}).content.decode()


def test_the_filter_bar_counts_and_writes_the_query(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    make_video(visibility="private", licence="CC BY 4.0", language="en")
    html = as_user(alice).get("/search/filters", {"q": "dog"}).content.decode()
    assert 'href="/search?q=dog+license%3A%22CC+BY+4.0%22"' in html and "q=dog+lang%3Aen" in html
    on = as_user(alice).get("/search/filters", {"q": "dog lang:en"}).content.decode()
    assert 'href="/search?q=dog" aria-current="true"' in on
    assert "CC BY" not in as_user(bob).get("/search/filters", {"q": "dog"}).content.decode()


def test_words_count_beside_a_picture(make_video: MakeVideo, client: Client, answer: Answer) -> None:
    asked = answer(found_of({make_video(): [1.0]}))
    given = {"picture": SimpleUploadedFile("x.png", b"picture", "image/png"), "q": "dog"}
    html = client.post("/search/picture", given).content.decode()
    assert (asked[-1]["text"], asked[-1]["asked"].picture) == ("dog", b"picture")
    assert "that look like your picture or answer" in html and 'value="dog"' in html


@pytest.mark.parametrize("text", ["dog OR", "dog THEN ", "dog (", "dog -(", "color:", "dog has:"])
def test_what_is_half_typed_leaves_the_results_alone(client: Client, text: str) -> None:
    headers = {"HX-Request": "true", "HX-Trigger-Name": "q"}
    assert client.get("/search/results", {"q": text}, headers=headers).status_code == 204
