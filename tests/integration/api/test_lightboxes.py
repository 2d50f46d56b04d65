"""`/api/v1/lightboxes`: Alice owns, Bob sees none of it, Charlie sees what is shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.lightbox_models import Lightbox, LightboxExport
from kinora.library.models import User, Video

Calls = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]
JSON = "application/json"
ROOT = "/api/v1/lightboxes"
FACTS = {"video": {"frame_rate": "25/1"}}


def make(client: Client, *moments: str, name: str = "Opening") -> Any:
    return client.post(ROOT, {"name": name, "moments": list(moments)}, content_type=JSON)


def test_alice_makes_fills_orders_notes_and_deletes(alice: User, calls: Calls, make_video: MakeVideo) -> None:
    client, video = calls(alice), make_video(alice, title="At sea")
    made = make(client, f"{video.public_id}@1-2")
    assert made.status_code == 201
    path = f"{ROOT}/{made.json()['id']}"
    added = client.post(f"{path}/items", {"moment": f"{video.public_id}@5-8", "note": "calm"}, content_type=JSON)
    assert added.status_code == 201
    first, second = (item["id"] for item in added.json()["items"])
    ordered = client.patch(path, {"order": [second, first], "name": "Ending"}, content_type=JSON).json()
    assert [item["start_seconds"] for item in ordered["items"]] == [5.0, 1.0] and ordered["name"] == "Ending"
    changed = client.patch(f"{path}/items/{first}", {"note": "x", "end_seconds": 3}, content_type=JSON).json()
    assert (changed["items"][1]["end_seconds"], changed["items"][1]["note"]) == (3.0, "x")
    assert client.delete(f"{path}/items/{first}").status_code == 204
    assert len(client.get(path).json()["items"]) == 1
    assert client.delete(path).status_code == 204 and client.get(ROOT).json() == {"lightboxes": []}


def test_bob_sees_nothing_of_it_and_charlie_what_is_shared(
    alice: User, bob: User, calls: Calls, make_video: MakeVideo
) -> None:
    open_video, hidden = make_video(alice, title="Open"), make_video(alice, title="Hidden", visibility="private")
    box_id = make(calls(alice), f"{open_video.public_id}@1-2", f"{hidden.public_id}@1-2").json()["id"]
    path, item = f"{ROOT}/{box_id}", Lightbox.objects.get().items.get(video=open_video).pk
    clips = LightboxExport.objects.create(lightbox=Lightbox.objects.get()).public_id
    bobs = calls(bob)
    answers = [
        bobs.get(path), bobs.delete(path), bobs.patch(path, {"name": "mine"}, content_type=JSON),
        bobs.post(f"{path}/items", {"moment": f"{open_video.public_id}@1-2"}, content_type=JSON),
        bobs.patch(f"{path}/items/{item}", {"note": "x"}, content_type=JSON), bobs.delete(f"{path}/items/{item}"),
        bobs.get(f"{path}/export?format=csv"), bobs.post(f"{path}/clips"), bobs.get(f"{path}/clips/{clips}"),
        bobs.get(f"{path}/clips/{clips}/file"), bobs.delete(f"{path}/clips/{clips}"), bobs.get(f"{ROOT}/shared/x"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert bobs.get(ROOT).json() == {"lightboxes": []} and calls(None).get(path).status_code == 401
    link = calls(alice).patch(path, {"is_shared": True}, content_type=JSON).json()["share_url"]
    shared = calls(None).get(f"{ROOT}/shared/{link.rpartition('/')[2]}").json()
    assert [one["video"]["title"] for one in shared["items"]] == ["Open"]
    assert (shared["num_hidden"], shared["share_url"]) == (1, "")
    page = Client().get(f"/l/{link.rpartition('/')[2]}")
    assert page.status_code == 200 and "Hidden" not in page.content.decode() and "Rename" not in page.content.decode()


def test_exports_are_downloads_of_their_kind(alice: User, calls: Calls, make_video: MakeVideo) -> None:
    client, video = calls(alice), make_video(alice, title="At sea", facts=FACTS)
    path = f"{ROOT}/{make(client, f'{video.public_id}@1-2').json()['id']}"
    wanted = {
        "otio": b"OTIO_SCHEMA",
        "edl": b"FCM: NON-DROP FRAME",
        "xml": b"<xmeml",
        "csv": b"At sea",
        "m3u8": b"#EXTM3U",
    }
    for file_format, content in wanted.items():
        answer = client.get(f"{path}/export?format={file_format}")
        assert answer.status_code == 200 and content in answer.content, file_format
        assert f'filename="Opening.{file_format}"' in answer["Content-Disposition"]
        assert "private" in answer["Cache-Control"]
        assert b"/media/" in answer.content or file_format == "csv"
        assert str(video.folder).encode() not in answer.content, "no path of this machine is told"
    assert client.get(f"{path}/export?format=edl&drop_frame=true").status_code == 400
    assert client.get(f"{path}/export?format=exe").status_code == 400


def test_clips_are_queued_and_told_of(alice: User, calls: Calls, make_video: MakeVideo) -> None:
    client, video = calls(alice), make_video(alice)
    path = f"{ROOT}/{make(client, f'{video.public_id}@1-2').json()['id']}"
    ordered = client.post(f"{path}/clips")
    assert (ordered.status_code, ordered.json()["state"]) == (202, "queued")
    clips = f"{path}/clips/{ordered.json()['id']}"
    assert client.get(clips).json()["download_url"] == ""
    assert client.get(f"{clips}/file").status_code == 404
    assert client.delete(clips).status_code == 204 and client.get(clips).status_code == 404
    empty = f"{ROOT}/{make(client, name='Empty').json()['id']}"
    assert client.post(f"{empty}/clips").status_code == 400


@pytest.mark.parametrize(
    "body",
    [{"name": ""}, {"name": "n" * 121}, {"name": "x", "moments": ["nonsense"]}, {"name": "x", "moments": ["none@1-2"]}],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_made(alice: User, calls: Calls, body: dict[str, Any]) -> None:
    refused = calls(alice).post(ROOT, body, content_type=JSON)
    assert refused.status_code in (400, 404) and set(refused.json()["error"]) == {"kind", "message", "hint"}
    assert not Lightbox.objects.exists()
