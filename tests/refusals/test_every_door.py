"""Every door to a video × every visibility × everybody who may stand before it: one table says what they get.

A new page, feed, file or call of the API that shows videos gets a line in `PAGES` (reached by the video's address)
or in `LISTS` (shows what may be found). Alice holds the channel, Ed edits it, Vera is its viewer, Bob is signed in,
Pat gave the password, Charlie is a stranger.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kinora.library import find
from kinora.library.keys import make_key
from kinora.library.lightbox import add_moment, make_box, share, share_url
from kinora.library.models import Cue, ScreenText, SubtitleTrack, User, Video, WatchProgress
from kinora.library.people.locks import mark_of
from kinora.library.people.models import Member, Role
from kinora.library.people.visibility import visibility_change
from kinora.library.watching.models import Like, Playlist, PlaylistItem, Subscription
from kinora.library.watching.playlists import watch_later_of
from kinora.search.hit import Hit, Reason, SearchResult, VideoHits

pytestmark = pytest.mark.django_db

SECRET = "Zanzibarquartz"  # of the title; nothing of it may come through a closed door
PASSWORD = "open sesame"
PEOPLE = ("alice", "ed", "vera", "bob", "pat", "charlie")

#             visibility: (who finds it in lists and searches, who reaches it by its address)
TABLE: dict[str, tuple[set[str], set[str]]] = {
    "public": (set(PEOPLE), set(PEOPLE)),
    "unlisted": ({"alice", "ed"}, set(PEOPLE)),
    "private": ({"alice", "ed"}, {"alice", "ed"}),
    "password": ({"alice", "ed"}, {"alice", "ed", "pat"}),
    "members": ({"alice", "ed", "vera"}, {"alice", "ed", "vera"}),
    "scheduled": ({"alice", "ed"}, {"alice", "ed"}),
}

PAGES: tuple[str, ...] = (
    "/watch/{id}", "/watch/{id}/status", "/watch/{id}/transcript", "/watch/{id}/screen-text", "/embed/{id}",
    "/media/{id}/original", "/media/{id}/poster.jpg", "/media/{id}/scrub/sprite-0.jpg", "/media/{id}/hls/main.m3u8",
    "/media/{id}/hls/240p/00001.m4s",
    "/media/{id}/subtitles/{track}.vtt", "/api/v1/videos/{id}", "/api/v1/videos/{id}/shots",
    "/api/v1/videos/{id}/transcript", "/api/v1/videos/{id}/share",
    "/watch/{id}/next", "/watch/{id}/replays", "/watch/{id}/comments", "/watch/{id}/download/original",
    "/api/v1/videos/{id}/likes", "/api/v1/videos/{id}/related", "/api/v1/videos/{id}/comments",
)  # fmt: skip
LISTS: tuple[str, ...] = (
    "/", "/c/alice", "/search?q=waves", "/search/results?q=waves", "/search/filters", "/search", "/api/v1/videos",
    "/api/v1/videos?channel=alice", "/api/v1/find?q=waves",
)  # fmt: skip
# The same whoever asks: what nobody signed in may find.
PUBLIC_LISTS: tuple[str, ...] = (
    "/c/alice/feed.atom", "/c/alice/feed.rss", "/c/alice/feed.podcast", "/feeds/search.atom?q=waves",
    "/feeds/search.rss?q=waves", "/sitemap/videos-1.xml", "/oembed?url={site}/watch/{id}",
    "/oembed?format=xml&url={site}/embed/{id}",
)  # fmt: skip
EDITORS_ONLY: tuple[str, ...] = (
    "/videos/{id}/edit", "/videos/{id}/stages", "/videos/{id}/copies", "/videos/{id}/figures",
    "/videos/{id}/figures?form=csv", "/videos/{id}/storage", "/videos/{id}/studio", "/videos/{id}/studio/{track}",
    "/videos/{id}/studio/{track}/export.vtt", "/videos/{id}/thumbnail", "/videos/{id}/cut",
    "/api/v1/videos/{id}/figures", "/api/v1/videos/{id}/storage", "/api/v1/videos/{id}/copies",
)  # fmt: skip
SIGNED_IN: tuple[str, ...] = ("/report?kind=video&id={id}",)
# What was kept while it might be watched: `{list}` is Bob's shared playlist, `{other}` a public video.
PLAYLISTS: tuple[str, ...] = ("/playlists/{list}", "/api/v1/playlists/{list}", "/watch/{other}/next?list={list}")
KEPT: tuple[str, ...] = (
    "/api/v1/playlists/later", "/likes", "/api/v1/likes", "/playlists", "/api/v1/playlists", "/subscriptions",
    "/recommendations", "/api/v1/recommendations", "/history", "/api/v1/history", "/", "/watch/{other}/next",
    "/api/v1/videos/{other}/related",
)  # fmt: skip

Walk = Callable[[str, str], Any]


@pytest.fixture
def everybody(alice: User, bob: User) -> dict[str, User | None]:
    ed, vera, pat = (User.objects.create(username=name) for name in ("ed", "vera", "pat"))
    return {"alice": alice, "bob": bob, "ed": ed, "vera": vera, "pat": pat, "charlie": None}


@pytest.fixture
def secret(make_video: Callable[..., Video], everybody: dict[str, User | None]) -> Callable[[str], Video]:
    """Return a maker of Alice's video of a visibility, with a public one beside it."""

    def make(visibility: str) -> Video:
        make_video(title="Something for everybody")
        video = make_video(title=f"{SECRET} waves", visibility="private", indexed_revision=1, allows_download=True)
        time = timezone.now() + timedelta(hours=1) if visibility == "scheduled" else None
        change = visibility_change(video, visibility, PASSWORD if visibility == "password" else None, time)
        Video.objects.filter(pk=video.pk).update(**change)
        video.refresh_from_db()
        Member.objects.create(channel=video.channel, user=everybody["ed"], role=Role.EDITOR)
        Member.objects.create(channel=video.channel, user=everybody["vera"], role=Role.VIEWER)
        track = SubtitleTrack.objects.create(video=video, source="upload", source_key=SECRET)
        Cue.objects.create(track=track, start_seconds=0, end_seconds=2, text=f"{SECRET} is said")
        ScreenText.objects.create(
            video=video, start_seconds=0, end_seconds=1, text=SECRET, left=0, top=0, width=1, height=1
        )
        return video

    return make


@pytest.fixture
def walk(
    as_user: Callable[[User | None], Client], everybody: dict[str, User | None], monkeypatch: pytest.MonkeyPatch
) -> Walk:
    """Return how somebody opens an address; the search answers with every video that its scope lets through."""
    monkeypatch.setattr(find, "searcher", lambda: _FindsAll())

    browsers: dict[str, Client] = {}

    def open_door(name: str, address: str) -> Any:
        if name not in browsers:
            browsers[name] = as_user(everybody[name])
            if name == "pat":
                _give_password(browsers[name])
        return browsers[name].get(address)

    return open_door


class _FindsAll:
    def find(self, query: Any, scope: Any, **how: Any) -> SearchResult:
        ids = sorted(scope.is_current(list(Video.objects.values_list("public_id", flat=True))))
        reason = Reason("said", f"waves {SECRET}" if _secret_id() in ids else "waves", 0.9)
        hits = tuple(Hit(one, 0.0, 2.0, 0.9, (reason,)) for one in ids)
        return SearchResult("waves", 1.0, hits, tuple(VideoHits(h.video_id, 0.9, (h,)) for h in hits), len(ids))


def _secret_id() -> str:
    return Video.objects.get(title__startswith=SECRET).public_id


def _give_password(browser: Client) -> None:
    video = Video.objects.get(title__startswith=SECRET)
    browser.post(f"/watch/{video.public_id}/open", {"password": PASSWORD})


def _address(door: str, video: Video) -> str:
    from kinora import config

    track = video.subtitle_tracks.get()
    return door.format(id=video.public_id, track=track.pk, site=config.current().site_url)


def _body(response: Any) -> str:
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode("latin-1")


def _who_gets(walk: Walk, door: str, video: Video, *, is_list: bool) -> set[str]:
    """Return who was shown the video; whoever was not must have been told nothing of it at all."""
    shown = set()
    for name in PEOPLE:
        response = walk(name, _address(door, video))
        body = _body(response)
        if is_list:
            assert response.status_code in (200, 404), (door, name, response.status_code)
            is_shown = SECRET in body
            assert is_shown or video.public_id not in body.replace(_address(door, video), ""), (door, name)
        else:
            is_shown = response.status_code == 200
            assert is_shown or response.status_code in (302, 401, 403, 404), (door, name, response.status_code)
        if is_shown:
            shown.add(name)
        else:
            assert SECRET not in body, f"{name} is told of it at {door}"
            assert is_list or ("hls" not in body and "poster.jpg" not in body.replace(_address(door, video), "")), (
                door,
                name,
            )
    return shown


@pytest.mark.parametrize("visibility", TABLE)
def test_every_page_file_and_call_asks_who_may_watch(
    visibility: str, secret: Callable[[str], Video], walk: Walk
) -> None:
    video = secret(visibility)
    got = {door: _who_gets(walk, door, video, is_list=False) for door in PAGES}
    assert {door: who for door, who in got.items() if who != TABLE[visibility][1]} == {}


@pytest.mark.parametrize("visibility", TABLE)
def test_every_list_and_search_shows_what_may_be_found(
    visibility: str, secret: Callable[[str], Video], walk: Walk
) -> None:
    video = secret(visibility)
    got = {door: _who_gets(walk, door, video, is_list=True) for door in LISTS}
    expected = TABLE[visibility][0]
    wrong = {door: who for door, who in got.items() if door not in ("/search", "/search/filters") and who != expected}
    assert wrong == {}
    assert all(who <= expected for who in got.values()), got


@pytest.mark.parametrize("visibility", TABLE)
def test_what_everybody_reads_tells_of_public_videos_alone(
    visibility: str, secret: Callable[[str], Video], walk: Walk
) -> None:
    video = secret(visibility)
    expected = set(PEOPLE) if visibility == "public" else set()
    for door in PUBLIC_LISTS:
        assert _who_gets(walk, door, video, is_list=True) == expected, door


@pytest.mark.parametrize("visibility", TABLE)
def test_only_the_channels_editors_come_to_its_studio(
    visibility: str, secret: Callable[[str], Video], walk: Walk
) -> None:
    video = secret(visibility)
    for door in EDITORS_ONLY:
        assert _who_gets(walk, door, video, is_list=False) == {"alice", "ed"}, door


@pytest.mark.parametrize("visibility", TABLE)
def test_a_report_names_a_video_to_whoever_may_watch_it(
    visibility: str, secret: Callable[[str], Video], walk: Walk
) -> None:
    video = secret(visibility)
    for door in SIGNED_IN:
        assert _who_gets(walk, door, video, is_list=False) == TABLE[visibility][1] - {"charlie"}, door


@pytest.mark.parametrize("visibility", TABLE)
def test_a_shared_playlist_and_its_feed_show_what_each_may_find(
    visibility: str, secret: Callable[[str], Video], everybody: dict[str, User | None], walk: Walk
) -> None:
    video, bob = secret(visibility), everybody["bob"]
    assert bob is not None
    box = Playlist.objects.create(owner=bob, title="Sea", visibility="public")
    PlaylistItem.objects.create(playlist=box, video=video, place=1)
    for door in PLAYLISTS:
        address = door.replace("{list}", box.public_id).replace("{other}", _public_one().public_id)
        assert _who_gets(walk, address, video, is_list=True) == TABLE[visibility][0], door
    for form in ("atom", "rss", "podcast"):
        expected = set(PEOPLE) if visibility == "public" else set()
        assert _who_gets(walk, f"/playlists/{box.public_id}/feed.{form}", video, is_list=True) == expected, form


@pytest.mark.parametrize("visibility", TABLE)
def test_what_one_kept_is_told_no_more_once_it_is_closed(
    visibility: str, secret: Callable[[str], Video], everybody: dict[str, User | None], walk: Walk
) -> None:
    video = secret(visibility)
    for name in ("vera", "bob"):
        _keep(everybody[name], video)
        other = _public_one().public_id
        told = {door for door in KEPT if SECRET in _body(walk(name, door.replace("{other}", other)))}
        if name not in TABLE[visibility][1]:
            assert told == set(), name
        if name in TABLE[visibility][0]:
            assert {"/likes", "/api/v1/likes", "/api/v1/playlists/later", "/history", "/subscriptions"} <= told, name


def _keep(user: User | None, video: Video) -> None:
    assert user is not None
    later = watch_later_of(user)
    PlaylistItem.objects.create(playlist=later, video=video, place=1)
    Like.objects.create(user=user, video=video)
    Subscription.objects.create(user=user, channel=video.channel)
    WatchProgress.objects.create(user=user, video=video, position_seconds=9)


def _public_one() -> Video:
    return Video.objects.get(title="Something for everybody")


@pytest.mark.parametrize("visibility", TABLE)
def test_nobody_else_changes_it(
    visibility: str, secret: Callable[[str], Video], everybody: dict[str, User | None], as_user: Any
) -> None:
    video = secret(visibility)
    base = f"/videos/{video.public_id}"
    for name in ("vera", "bob", "pat", "charlie"):
        browser = as_user(everybody[name])
        for address in (f"{base}/edit", f"{base}/delete", f"{base}/subtitles", f"{base}/embedding"):
            assert browser.post(address, {"visibility": "public", "title": "Mine"}).status_code in (302, 403, 404)
        changed = browser.patch(f"/api/v1{base}", json.dumps({"visibility": "public"}), content_type="application/json")
        assert changed.status_code in (401, 403, 404), name
        assert browser.delete(f"/api/v1{base}").status_code in (401, 403, 404), name
        video.refresh_from_db()
        assert video.visibility == visibility and video.title.startswith(SECRET)


@pytest.mark.parametrize("visibility", TABLE)
def test_light_boxes_collect_and_show_what_each_may_watch(
    visibility: str, secret: Callable[[str], Video], everybody: dict[str, User | None], walk: Walk, as_user: Any
) -> None:
    video = secret(visibility)
    alice = everybody["alice"]
    assert alice is not None
    box = make_box(alice, "Best")
    add_moment(alice, box, f"{video.public_id}@0-1")
    share(box, is_shared=True)
    token = share_url(box).rsplit("/", 1)[-1]
    assert _who_gets(walk, f"/l/{token}", video, is_list=True) == TABLE[visibility][1]
    assert _who_gets(walk, f"/api/v1/lightboxes/shared/{token}", video, is_list=True) == TABLE[visibility][1]
    if "bob" not in TABLE[visibility][1]:
        answer = as_user(everybody["bob"]).post("/lightboxes/collect", {"moment": f"{video.public_id}@0-1"})
        assert answer.status_code in (400, 404) and SECRET not in answer.content.decode()


# The password itself.


def test_a_wrong_password_opens_nothing_and_a_new_one_closes_again(
    secret: Callable[[str], Video], client: Client
) -> None:
    video = secret("password")
    page = f"/watch/{video.public_id}"
    asked = client.get(f"{page}?t=75")
    assert asked.status_code == 403 and f"{page}/open?t=75" in asked.content.decode()
    assert client.post(f"{page}/open", {"password": "sesame"}).status_code == 403
    assert client.get(f"/media/{video.public_id}/poster.jpg").status_code == 404
    opened = client.post(f"{page}/open?t=75&next=https://evil.example", {"password": PASSWORD})
    assert (opened.status_code, opened["Location"]) == (302, f"{page}?t=75")
    assert client.get(page).status_code == 200
    assert client.get(f"/media/{video.public_id}/poster.jpg")["Cache-Control"] == "private, no-cache"
    change = visibility_change(video, None, "another one")
    Video.objects.filter(pk=video.pk).update(**change)
    assert client.get(page).status_code == 403, "whoever knew the old one has to know the new one"


def test_the_mark_of_one_video_opens_no_other(
    secret: Callable[[str], Video], make_video: Callable[..., Video], client: Client
) -> None:
    video = secret("password")
    other = make_video(visibility="password", password_hash=video.password_hash)
    assert client.get(f"/api/v1/videos/{other.public_id}").status_code == 404
    stolen = {"X-Video-Tokens": f"{other.public_id}={mark_of(video)}"}
    assert client.get(f"/api/v1/videos/{other.public_id}", headers=stolen).status_code == 404


def test_a_program_gives_the_password_and_sends_the_token(secret: Callable[[str], Video], bob: User) -> None:
    video = secret("password")
    client, address = Client(), f"/api/v1/videos/{video.public_id}"
    for headers in ({}, {"Authorization": f"Bearer {make_key(bob, 'k')[1]}"}):
        wrong = client.post(f"{address}/open", {"password": "no"}, content_type="application/json", headers=headers)
        assert wrong.status_code == 403
        right = client.post(f"{address}/open", {"password": PASSWORD}, content_type="application/json", headers=headers)
        tokens = {"X-Video-Tokens": f"other=x, {video.public_id}={right.json()['token']}", **headers}
        assert client.get(address, headers=tokens).status_code == 200
        assert client.get(address, headers=headers).status_code == 404
    hidden = client.post("/api/v1/videos/nosuchvideo1/open", {"password": "x"}, content_type="application/json")
    assert hidden.status_code == 404
