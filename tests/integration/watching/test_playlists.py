"""Playlists: whose they are, what they show to whom, their order, saving, feeds, API and command."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.errors import InputError, NotFound
from kinora.library.models import User, Video
from kinora.library.watching import playlists as lists
from kinora.library.watching.models import Playlist, PlaylistItem
from kinora.library.watching.playlists import PlaylistChanges

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]
MaxQueries = Callable[[int], Any]
JSON = "application/json"


def filled(owner: User, *videos: Video, title: str = "Evenings", visibility: str = "unlisted") -> Playlist:
    playlist = lists.make_playlist(owner, title, PlaylistChanges(visibility=visibility))
    for video in videos:
        lists.put_in(playlist, video)
    return playlist


def order_of(playlist: Playlist) -> list[str]:
    return list(PlaylistItem.objects.filter(playlist=playlist).values_list("video__title", flat=True))


def test_a_private_playlist_is_its_owners_alone(
    make_video: MakeVideo, as_user: AsUser, as_program: Callable[[User], Client], alice: User, bob: User
) -> None:
    playlist = filled(alice, make_video(), title="Plans nobody knows", visibility="private")
    address, video_id = f"/playlists/{playlist.public_id}", playlist.items.get().video.public_id
    for person in (bob, None):
        for door in (address, f"{address}/feed.atom", f"{address}/feed.rss", f"/api/v1{address}"):
            response = as_user(person).get(door)
            assert response.status_code == 404 and b"Plans" not in response.content, door
        beside = as_user(person).get(f"/watch/{video_id}/next?list={playlist.public_id}")
        assert beside.status_code == 200 and b"Plans" not in beside.content
    assert "Plans" in as_user(alice).get(address).content.decode()
    assert as_user(alice).get(f"{address}/feed.atom").status_code == 404, "not even to its owner: feeds are kept"
    assert as_program(bob).get(f"/api/v1{address}").status_code == 404


def test_nobody_else_may_change_a_playlist(
    make_video: MakeVideo, as_user: AsUser, as_program: Callable[[User], Client], alice: User, bob: User
) -> None:
    video = make_video()
    playlist = filled(alice, video, visibility="public")
    address = f"/playlists/{playlist.public_id}"
    for verb in ("change", "order", "delete"):
        assert as_user(bob).post(f"{address}/{verb}", {"title": "Mine"}).status_code == 404
        assert as_user(None).post(f"{address}/{verb}").status_code == 302
    assert as_user(bob).post(f"{address}/videos/{video.public_id}/remove").status_code == 404
    assert (
        as_user(bob).post("/playlists/save", {"video": video.public_id, "playlist": playlist.public_id}).status_code
        == 404
    )
    program = as_program(bob)
    assert program.delete(f"/api/v1{address}").status_code == 404
    assert program.patch(f"/api/v1{address}", {"title": "Mine"}, content_type=JSON).status_code == 404
    assert program.put(f"/api/v1{address}/videos/{video.public_id}").status_code == 404
    assert program.delete(f"/api/v1{address}/videos/{video.public_id}").status_code == 404
    assert Client().get("/api/v1/playlists").status_code == 401
    playlist.refresh_from_db()
    assert playlist.title == "Evenings" and order_of(playlist) == [video.title]


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_a_list_never_tells_of_a_video_that_its_reader_may_not_find(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User, visibility: str
) -> None:
    seen, hidden = make_video(title="Seen"), make_video(title="Untold title", visibility=visibility)
    playlist = filled(alice, hidden, seen, visibility="public")
    address = f"/playlists/{playlist.public_id}"
    doors = [address, f"{address}/feed.atom", f"{address}/feed.rss", f"/api/v1{address}",
             f"/watch/{seen.public_id}/next?list={playlist.public_id}"]  # fmt: skip
    for person in (bob, None):
        for door in doors:
            body = as_user(person).get(door).content.decode()
            assert "Seen" in body, door
            assert "Untold" not in body and hidden.public_id not in body, door
    feeds = [as_user(alice).get(door).content.decode() for door in doors[1:3]]
    assert not any("Untold" in feed for feed in feeds), "the same for everybody: a feed is kept by caches"
    assert "Untold" in as_user(alice).get(address).content.decode()
    assert "num_hidden" not in json.loads(as_user(bob).get(f"/api/v1{address}").content) or (
        json.loads(as_user(bob).get(f"/api/v1{address}").content)["num_hidden"] is None
    )


def test_what_became_private_leaves_lists_of_others_without_a_trace(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    video = make_video(title="Untold title")
    playlist = filled(bob, video, visibility="private")
    Video.objects.filter(pk=video.pk).update(visibility="private")
    body = as_user(bob).get(f"/playlists/{playlist.public_id}").content.decode()
    assert "Untold" not in body and video.public_id not in body and "1 more" in body
    overview = as_user(bob).get("/playlists").content.decode()
    assert f"/media/{video.public_id}/poster.jpg" not in overview, "nor as the list's picture"


def test_what_a_person_may_not_see_or_share_goes_in_no_list(make_video: MakeVideo, as_user: AsUser, bob: User) -> None:
    private, unlisted = make_video(visibility="private"), make_video(visibility="unlisted")
    playlist = filled(bob)
    with pytest.raises(NotFound):
        lists.put_in(playlist, private)
    with pytest.raises(InputError, match="by its address alone"):
        lists.put_in(playlist, unlisted)
    post = {"video": private.public_id, "playlist": playlist.public_id}
    assert as_user(bob).post("/playlists/save", post).status_code == 404
    assert as_user(bob).get(f"/playlists/save?video={private.public_id}").status_code == 404
    assert not playlist.items.exists()


def test_videos_are_ordered_by_dragging_and_by_keys(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    videos = [make_video(title=name) for name in "abc"]
    playlist, browser = filled(alice, *videos), as_user(alice)
    address = f"/playlists/{playlist.public_id}"
    wanted = ",".join(videos[place].public_id for place in (2, 0))
    assert browser.post(f"{address}/order", {"order": wanted}, headers={"HX-Request": "true"}).status_code == 204
    assert order_of(playlist) == ["c", "a", "b"], "what is not named comes after"
    browser.post(f"{address}/videos/{videos[1].public_id}/up")
    assert order_of(playlist) == ["c", "b", "a"]
    browser.post(f"{address}/videos/{videos[2].public_id}/up")
    assert order_of(playlist) == ["c", "b", "a"], "the first stays the first"
    browser.post(f"{address}/videos/{videos[2].public_id}/down")
    assert order_of(playlist) == ["b", "c", "a"]
    twice = f"{videos[0].public_id},{videos[0].public_id}"
    assert browser.post(f"{address}/order", {"order": twice}, headers={"HX-Request": "true"}).status_code == 400
    strange = browser.post(f"{address}/order", {"order": "nosuchvideo"}, headers={"HX-Request": "true"})
    assert strange.status_code == 404
    browser.post(f"{address}/videos/{videos[1].public_id}/remove")
    assert order_of(playlist) == ["c", "a"]


def test_watch_later_is_there_for_everybody_and_stays_private(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    video, browser = make_video(), as_user(bob)
    later = lists.watch_later_of(bob)
    browser.post("/playlists/save", {"video": video.public_id, "playlist": "later"})
    assert list(later.items.values_list("video", flat=True)) == [video.pk]
    assert browser.get("/playlists/later").url == f"/playlists/{later.public_id}"  # type: ignore[attr-defined]
    assert as_user(None).get("/playlists/later").status_code == 404
    with pytest.raises(InputError, match="stays as it is"):
        lists.change_playlist(later, PlaylistChanges(visibility="public"))
    with pytest.raises(InputError, match="can't be deleted"):
        lists.delete_playlist(later)
    assert lists.watch_later_of(bob) == later and lists.watch_later_of(alice) != later


def test_saving_ticks_unticks_and_makes_a_list(make_video: MakeVideo, as_user: AsUser, bob: User) -> None:
    video, playlist, browser = make_video(), filled(bob), as_user(bob)
    part = {"HX-Request": "true"}
    body = browser.get(f"/playlists/save?video={video.public_id}", headers=part).content.decode()
    assert "Watch later" in body and "Evenings" in body and "<html" not in body and 'aria-checked="true"' not in body
    post = {"video": video.public_id, "playlist": playlist.public_id}
    assert 'aria-checked="true"' in browser.post("/playlists/save", post, headers=part).content.decode()
    assert 'aria-checked="true"' not in browser.post("/playlists/save", post, headers=part).content.decode()
    new = {"video": video.public_id, "title": "<b>Morning</b>", "visibility": "unlisted"}
    body = browser.post("/playlists/save", new, headers=part).content.decode()
    assert "&lt;b&gt;Morning&lt;/b&gt;" in body and "<b>" not in body
    assert Playlist.objects.get(title="<b>Morning</b>").items.get().video == video
    refused = browser.post("/playlists/save", {"video": video.public_id, "title": " "}, headers=part).content.decode()
    assert "needs a title" in refused
    assert as_user(None).get(f"/playlists/save?video={video.public_id}").status_code == 302


@pytest.mark.parametrize(
    ("form", "message"),
    [({"title": ""}, "needs a title"), ({"title": "x" * 121}, "120"), ({"title": "x", "visibility": "all"}, "public")],
)
def test_a_playlist_that_cannot_be_is_refused_with_a_reason(
    as_user: AsUser, bob: User, form: dict[str, str], message: str
) -> None:
    assert message in as_user(bob).post("/playlists", form, follow=True).content.decode()
    assert not Playlist.objects.filter(kind="").exists()


def test_what_plays_next_is_the_next_that_the_viewer_may_see(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    first, hidden, last = make_video(), make_video(visibility="private"), make_video(title="The last")
    playlist = filled(alice, first, hidden, last, visibility="public")
    body = as_user(bob).get(f"/watch/{first.public_id}/next?list={playlist.public_id}").content.decode()
    assert f'data-next-video href="/watch/{last.public_id}?list={playlist.public_id}"' in body
    body = as_user(bob).get(f"/watch/{last.public_id}/next?list={playlist.public_id}").content.decode()
    assert "data-of-list" not in body, "after the last comes nothing of the list"
    assert as_user(bob).get(f"/watch/{first.public_id}/next?list=nosuchlist").status_code == 200
    assert as_user(bob).get(f"/watch/{hidden.public_id}/next?list={playlist.public_id}").status_code == 404


def test_feeds_of_a_shared_playlist(make_video: MakeVideo, alice: User) -> None:
    playlist = filled(alice, make_video(title="One"), make_video(title="Two"), visibility="unlisted")
    address = f"/playlists/{playlist.public_id}/feed"
    atom = Client().get(f"{address}.atom")
    assert atom["Content-Type"].startswith("application/atom+xml") and atom["X-Robots-Tag"] == "noindex"
    assert atom.content.decode().index("Two") < atom.content.decode().index("One"), "what was put in last comes first"
    assert "<rss" in Client().get(f"{address}.rss").content.decode()
    assert "itunes" in Client().get(f"{address}.podcast").content.decode()
    assert Client().get(f"{address}.exe").status_code == 404


def test_the_api_makes_fills_orders_shares_and_deletes(
    make_video: MakeVideo, as_program: Callable[[User], Client], bob: User
) -> None:
    client, videos = as_program(bob), [make_video(title=name) for name in "ab"]
    made = client.post("/api/v1/playlists", {"title": "Evenings"}, content_type=JSON)
    assert made.status_code == 201 and made.json()["visibility"] == "private"
    address = f"/api/v1/playlists/{made.json()['id']}"
    for video in videos:
        client.put(f"{address}/videos/{video.public_id}")
    order = [video.public_id for video in reversed(videos)]
    told = client.patch(address, {"order": order, "visibility": "public"}, content_type=JSON).json()
    assert [video["id"] for video in told["videos"]] == order and told["num_hidden"] == 0
    assert Client().get(address).json()["num_videos"] == 2
    assert client.get("/api/v1/playlists").json()["playlists"][0]["num_videos"] == 2
    assert client.delete(f"{address}/videos/{order[0]}").json()["num_videos"] == 1
    assert client.get("/api/v1/playlists/later").json()["kind"] == "later"
    assert client.post("/api/v1/playlists", {"title": ""}, content_type=JSON).status_code in (400, 422)
    assert client.patch(address, {"visibility": "all"}, content_type=JSON).status_code == 400
    assert client.delete(address).status_code == 204 and client.get(address).status_code == 404


def test_the_command_makes_fills_and_lists(make_video: MakeVideo, bob: User, run: Callable[..., Any]) -> None:
    videos = [make_video(title=name).public_id for name in "ab"]

    def told(*arguments: str) -> Any:
        return run("playlist", *arguments, "--user", "bob")

    made = told("make", "Evenings", "--visibility", "unlisted")["playlist"]
    assert [video["id"] for video in told("add", made["id"], *videos)["playlist"]["videos"]] == videos
    assert told("order", made["id"], videos[1])["playlist"]["videos"][0]["id"] == videos[1]
    assert told("change", made["id"], "--title", "Nights")["playlist"]["title"] == "Nights"
    assert told("take-out", made["id"], videos[0])["playlist"]["num_videos"] == 1
    assert told("show", made["id"])["playlist"]["url"].endswith(f"/playlists/{made['id']}")
    assert told("list")["playlists"][0]["num_videos"] == 1
    assert told("delete", made["id"])["playlists"] == []
    for refused in (("show", made["id"]), ("add", made["id"], videos[0]), ("add", "later", "nosuchvideo")):
        with pytest.raises(SystemExit) as ended:
            told(*refused)
        assert ended.value.code == NotFound.exit_code


def test_too_many_are_refused(make_video: MakeVideo, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_ITEMS", 1)
    playlist = filled(bob, make_video())
    with pytest.raises(InputError, match="holds 1 videos"):
        lists.put_in(playlist, make_video())
    monkeypatch.setattr(lists, "MAX_PLAYLISTS", 1)
    with pytest.raises(InputError, match="which is the most"):
        lists.make_playlist(bob, "One more")


@pytest.mark.parametrize("num_videos", [1, 40])
def test_pages_ask_few_questions_however_long_the_lists(
    make_video: MakeVideo, as_user: AsUser, bob: User, django_assert_max_num_queries: MaxQueries, num_videos: int
) -> None:
    videos = [make_video() for _ in range(num_videos)]
    playlist, browser = filled(bob, *videos), as_user(bob)
    for number in range(num_videos):
        filled(bob, videos[number])
    browser.get("/playlists")
    with django_assert_max_num_queries(5):  # session, person, watch later, playlists twice (length and rows)
        browser.get("/playlists")
    with django_assert_max_num_queries(6):  # session, person, playlist, items, how many there are
        browser.get(f"/playlists/{playlist.public_id}")
    with django_assert_max_num_queries(6):  # session, person, video, playlist, items
        browser.get(f"/watch/{videos[0].public_id}/next?list={playlist.public_id}")
