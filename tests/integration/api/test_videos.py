"""`/api/v1/videos`: who may read and change what, and refusals in the one shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kinora.library.models import Job, User, Video

Calls = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]


def error_of(response: Any) -> dict[str, str]:
    body = response.json()
    assert set(body) == {"error"}, body
    assert set(body["error"]) == {"kind", "message", "hint"}
    return dict(body["error"])


def test_everybody_lists_public_videos_only(alice: User, make_video: MakeVideo, calls: Calls) -> None:
    public = make_video(alice)
    make_video(alice, visibility="unlisted")
    make_video(alice, visibility="private")
    body = calls(None).get("/api/v1/videos").json()
    assert [video["id"] for video in body["videos"]] == [public.public_id]
    assert body["total"] == 1


def test_the_owner_lists_all_of_hers(alice: User, bob: User, make_video: MakeVideo, calls: Calls) -> None:
    for visibility in ("public", "unlisted", "private"):
        make_video(alice, visibility=visibility)
    assert calls(alice).get("/api/v1/videos").json()["total"] == 3
    assert calls(bob).get("/api/v1/videos").json()["total"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "", None),
        ("get", "/shots", None),
        ("get", "/transcript", None),
        ("get", "/look-alikes?t=1", None),
        ("patch", "", {"title": "Mine now"}),
        ("delete", "", None),
    ],
)
def test_a_private_video_is_as_if_it_did_not_exist(
    method: str, path: str, body: Any, alice: User, bob: User, make_video: MakeVideo, calls: Calls
) -> None:
    video = make_video(alice, visibility="private")
    arguments = {"data": body, "content_type": "application/json"} if body else {}
    ours = getattr(calls(bob), method)(f"/api/v1/videos/{video.public_id}{path}", **arguments)
    absent = getattr(calls(bob), method)(f"/api/v1/videos/AAAAAAAAAAAA{path}", **arguments)
    assert ours.status_code == absent.status_code == 404
    assert error_of(ours)["message"].replace(video.public_id, "ID") == error_of(absent)["message"].replace(
        "AAAAAAAAAAAA", "ID"
    )
    assert Video.objects.filter(pk=video.pk, title=video.title).exists()


def test_an_unlisted_video_is_read_by_its_address(alice: User, make_video: MakeVideo, calls: Calls) -> None:
    video = make_video(alice, visibility="unlisted")
    assert calls(None).get(f"/api/v1/videos/{video.public_id}").status_code == 200


def test_changing_details_queues_the_index_and_keeps_the_rest(alice: User, make_video: MakeVideo, calls: Calls) -> None:
    video = make_video(alice, description="old words")
    response = calls(alice).patch(
        f"/api/v1/videos/{video.public_id}", {"title": "New title", "tags": ["sea"]}, content_type="application/json"
    )
    assert response.status_code == 200, response.content
    video.refresh_from_db()
    assert (video.title, video.tags, video.description) == ("New title", ["sea"], "old words")
    assert Job.objects.filter(video=video, kind="index").exists()


def test_a_stranger_may_not_change_a_public_video(alice: User, bob: User, make_video: MakeVideo, calls: Calls) -> None:
    video = make_video(alice)
    response = calls(bob).delete(f"/api/v1/videos/{video.public_id}")
    assert response.status_code == 404
    assert Video.objects.filter(pk=video.pk).exists()


@pytest.mark.parametrize("call", [lambda c: c.post("/api/v1/videos"), lambda c: c.delete("/api/v1/videos/AAAA")])
def test_changing_needs_a_key(db: None, call: Callable[[Client], Any], calls: Calls) -> None:
    response = call(calls(None))
    assert response.status_code == 401
    assert "key" in error_of(response)["message"]


def test_an_unknown_key_is_refused_even_where_none_is_needed(db: None) -> None:
    response = Client(headers={"Authorization": "Bearer kin_wrong"}).get("/api/v1/videos")
    assert response.status_code == 401
    assert "unknown" in error_of(response)["message"]


@pytest.mark.parametrize("query", ["limit=0", "limit=abc", "offset=-1", "limit=100000"])
def test_impossible_parameters_are_refused_with_a_sentence(db: None, query: str, calls: Calls) -> None:
    response = calls(None).get(f"/api/v1/videos?{query}")
    assert response.status_code == 400
    assert query.split("=")[0] in error_of(response)["message"]


def test_a_text_file_named_mp4_is_taken_as_a_row_that_says_why(alice: User, calls: Calls) -> None:
    """The bytes are judged by the confined reading, not by the request; the row tells what came of it."""
    response = calls(alice).post(
        "/api/v1/videos", {"file": SimpleUploadedFile("film.mp4", b"no film", "video/mp4"), "title": "Text"}
    )
    assert response.status_code == 201, response.content
    stages = response.json()["video"]["stages"]
    assert "probe" in [stage["kind"] for stage in stages]


def test_the_same_file_again_is_the_same_video(alice: User, calls: Calls) -> None:
    client = calls(alice)
    first = client.post("/api/v1/videos", {"file": SimpleUploadedFile("a.mp4", b"same bytes")})
    second = client.post("/api/v1/videos", {"file": SimpleUploadedFile("b.mp4", b"same bytes")})
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["is_new"] is False
    assert first.json()["video"]["id"] == second.json()["video"]["id"]


def test_an_empty_file_is_refused(alice: User, calls: Calls) -> None:
    response = calls(alice).post("/api/v1/videos", {"file": SimpleUploadedFile("a.mp4", b"")})
    assert response.status_code in (400, 422)
    assert error_of(response)["message"]
    assert not Video.objects.filter(owner=alice).exists()
