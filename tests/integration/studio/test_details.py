"""What is said about a video: licence, category, age, comments, downloads, what machines had to do with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kinora.errors import InputError
from kinora.library.access import visible_to
from kinora.library.details import set_details
from kinora.library.models import Job, Rendition, User, Video
from kinora.library.studio.machine_mark import mark_of

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]


def body_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_details_are_stored_by_the_page_and_shown(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    video = make_video()
    form = {
        "title": "Harbour", "visibility": "public", "language": "en", "category": "travel", "comments": "held",
        "licence": "CC BY-SA 4.0", "allows_download": "on", "tags": "sea, boats",
    }  # fmt: skip
    assert as_user(alice).post(f"/videos/{video.public_id}/edit", form).status_code == 302
    video.refresh_from_db()
    assert (video.category, video.licence, video.comments) == ("travel", "CC BY-SA 4.0", "held")
    page = body_of(as_user(None).get(f"/watch/{video.public_id}"))
    assert 'href="https://creativecommons.org/licenses/by-sa/4.0/"' in page
    assert 'href="/category/travel"' in page and "Travel and places" in page
    assert "Harbour" in body_of(as_user(None).get("/category/travel"))
    assert as_user(None).get("/category/nonsense").status_code == 404


def test_what_search_does_not_hold_costs_no_indexing(make_video: MakeVideo) -> None:
    video = make_video()
    set_details(video, category="music", comments="off", allows_download=False, is_age_restricted=True)
    assert not Job.objects.filter(kind="index").exists()
    set_details(video, title="Another")
    assert Job.objects.filter(kind="index").exists()


@pytest.mark.parametrize(
    "wrong", [{"category": "cats"}, {"comments": "maybe"}, {"visibility": "half"}, {"title": " \u202e "}]
)
def test_unknown_words_are_refused_with_those_accepted(make_video: MakeVideo, wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        set_details(make_video(), **wrong)  # type: ignore[typeddict-item]


def test_own_terms_need_words(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    video = make_video()
    with pytest.raises(InputError, match="terms"):
        set_details(video, licence="Own terms")
    form = {"title": "A", "visibility": "public", "licence": "Own terms"}
    assert as_user(alice).post(f"/videos/{video.public_id}/edit", form).status_code == 400
    set_details(video, licence="Own terms", licence_text="<script>alert(1)</script> Ask me.")
    page = body_of(as_user(None).get(f"/watch/{video.public_id}"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Ask me." in page


def test_the_age_gate_stands_before_every_door(
    make_video: MakeVideo, as_user: AsUser, calls: AsUser, alice: User, bob: User
) -> None:
    video = make_video(title="Grown-ups", is_age_restricted=True)
    address = f"/watch/{video.public_id}"
    charlie = as_user(None)
    gate = body_of(charlie.get(address))
    assert "18 or older" in gate and "Grown-ups" not in gate
    doors = (
        f"{address}/transcript", f"{address}/status", f"{address}/download/original",
        f"/media/{video.public_id}/original", f"/media/{video.public_id}/poster.jpg",
    )  # fmt: skip
    for client in (charlie, as_user(bob)):
        assert [client.get(door).status_code for door in doors] == [404] * len(doors)
    assert calls(bob).get(f"/api/v1/videos/{video.public_id}").status_code == 403
    embedded = charlie.get(f"/embed/{video.public_id}")
    assert embedded.status_code == 403 and "Grown-ups" not in body_of(embedded)
    for listing in ("/", "/sitemap.xml", f"/c/{video.channel.handle}", "/api/v1/videos"):
        assert "Grown-ups" not in body_of(charlie.get(listing))
    assert as_user(alice).get(f"/media/{video.public_id}/poster.jpg").status_code == 200, "its owner sees it"
    assert list(visible_to(alice)) == [video] and not visible_to(bob).exists() and not visible_to(None).exists()


def test_an_answer_is_remembered(make_video: MakeVideo, as_user: AsUser, bob: User) -> None:
    video = make_video(title="Grown-ups", is_age_restricted=True)
    charlie = as_user(None)
    assert charlie.get(f"/watch/{video.public_id}/age").status_code == 405
    assert charlie.post(f"/watch/{video.public_id}/age").status_code == 302
    assert "Grown-ups" in body_of(charlie.get(f"/watch/{video.public_id}"))
    assert charlie.get(f"/media/{video.public_id}/poster.jpg").status_code == 200
    assert "18 or older" in body_of(as_user(None).get(f"/watch/{video.public_id}")), "not for another visitor"
    as_user(bob).post(f"/watch/{video.public_id}/age")
    bob.refresh_from_db()
    assert "Grown-ups" in body_of(as_user(bob).get("/")), "and in his lists from now on"
    hidden = make_video(visibility="private", is_age_restricted=True)
    assert as_user(bob).post(f"/watch/{hidden.public_id}/age").status_code == 404


def test_a_video_is_saved_only_where_its_owner_allows_it(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    video = make_video(allows_download=False, playback="hls")
    save = f"/watch/{video.public_id}/download/original"
    assert "Download" not in body_of(as_user(bob).get(f"/watch/{video.public_id}"))
    for client in (as_user(bob), as_user(None)):
        assert client.get(save).status_code == 404
        assert client.get(f"/media/{video.public_id}/original").status_code == 404
    assert as_user(alice).get(save).status_code == 200
    set_details(video, allows_download=True)
    given = as_user(None).get(save)
    assert given.status_code == 200 and 'filename="film.mp4"' in given["Content-Disposition"]
    assert as_user(None).get(f"/watch/{video.public_id}/download/1080").status_code == 404, "there is no such rendition"
    set_details(video, visibility="private")
    assert as_user(bob).get(save).status_code == 404


def test_a_file_that_plays_itself_can_be_watched_but_not_saved(make_video: MakeVideo, as_user: AsUser) -> None:
    video = make_video(allows_download=False, playback="original")
    played = as_user(None).get(f"/media/{video.public_id}/original?download")
    assert played.status_code == 200 and "attachment" not in played.get("Content-Disposition", "")


def test_what_can_be_saved_is_listed_with_its_size(make_video: MakeVideo, as_user: AsUser) -> None:
    video = make_video(playback="hls")
    for height, size in ((0, 1000), (360, 5000), (720, 9000)):
        Rendition.objects.create(video=video, height=height, width=height, bitrate_bps=1, codecs="", size_bytes=size)
    page = body_of(as_user(None).get(f"/watch/{video.public_id}"))
    assert "720p (MP4)" in page and "360p (MP4)" in page and "Sound only" in page
    assert f"/watch/{video.public_id}/download/720" in page


def test_the_ledger_says_what_machines_did(make_video: MakeVideo, as_user: AsUser) -> None:
    filmed, made = make_video(), make_video(is_made_by_machine=True, machine_mark="made")
    remix = make_video(is_made_by_machine=True)
    assert mark_of(remix, []) == "made"
    assert mark_of(remix, [made]) == "made"
    assert mark_of(remix, [made, filmed]) == "altered"
    assert mark_of(filmed, [made]) == "altered" and mark_of(filmed, []) == ""
    with pytest.raises(InputError, match="ledger"):
        set_details(made, declares_ai=False)
    set_details(made, declares_ai=True)
    assert made.machine_mark == "made"
    set_details(filmed, declares_ai=True)
    assert filmed.machine_mark == "declared"
    assert "AI, says its owner" in body_of(as_user(None).get(f"/watch/{filmed.public_id}"))
    home = body_of(as_user(None).get("/"))
    assert "AI-made" in home and "AI, says its owner" in home
    set_details(filmed, declares_ai=False)
    assert filmed.machine_mark == ""


def test_the_api_reads_and_changes_them(make_video: MakeVideo, calls: AsUser, alice: User, bob: User) -> None:
    video = make_video()
    address = f"/api/v1/videos/{video.public_id}"
    change = {
        "category": "film",
        "licence": "CC0 1.0",
        "comments": "off",
        "allows_download": False,
        "declares_ai": True,
    }
    told = calls(alice).patch(address, change, content_type="application/json").json()
    assert (told["category"], told["comments"], told["ai"]) == ("film", "off", "declared")
    assert told["licence_url"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert calls(bob).patch(address, change, content_type="application/json").status_code == 404
    assert calls(None).patch(address, change, content_type="application/json").status_code == 401
    wrong = calls(alice).patch(address, {"category": "cats"}, content_type="application/json")
    assert wrong.status_code == 400 and "accepted" in wrong.json()["error"]["message"]
