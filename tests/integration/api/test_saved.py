"""`/api/v1/saved-searches`, `/notifications`, `/deliveries` and the feed: Alice owns, Bob sees none of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from kinora.library import saved_check
from kinora.library.find import Found
from kinora.library.models import User, Video
from kinora.library.notify import deliver
from kinora.library.notify_models import DeliveryState, Notification
from kinora.library.saved_models import SavedMatch, SavedSearch, VideoAppearance
from kinora.search.hit import Hit, Reason, SearchResult

Calls = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]
JSON = "application/json"
ATOM = "{http://www.w3.org/2005/Atom}"


def save(client: Client, **body: Any) -> Any:
    return client.post("/api/v1/saved-searches", {"query": "harbour", **body}, content_type=JSON)


def told(saved_id: str, video: Video, seconds: float = 5.0) -> SavedMatch:
    saved = SavedSearch.objects.get(public_id=saved_id)
    return SavedMatch.objects.create(
        saved=saved, video=video, start_seconds=seconds, end_seconds=seconds + 3, reason="the <b>harbour</b> & boats"
    )


def test_alice_saves_reads_changes_and_deletes(alice: User, calls: Calls) -> None:
    client = calls(alice)
    made = save(client, name="Boats", by_feed=True, webhook="https://hooks.example/x")
    assert made.status_code == 201
    one = made.json()
    assert (one["name"], one["query"], one["by_site"], one["by_email"]) == ("Boats", "harbour", True, False)
    assert one["feed_url"].endswith(".atom") and one["webhook"]["url"] == "https://hooks.example/x"
    assert len(one["webhook"]["secret"]) >= 40
    changed = client.patch(
        f"/api/v1/saved-searches/{one['id']}", {"is_paused": True, "webhook": ""}, content_type=JSON
    ).json()
    assert (changed["is_paused"], changed["webhook"], changed["name"]) == (True, None, "Boats")
    assert changed["feed_url"] == one["feed_url"]
    renewed = client.post(f"/api/v1/saved-searches/{one['id']}/feed").json()
    assert renewed["feed_url"] != one["feed_url"]
    assert client.delete(f"/api/v1/saved-searches/{one['id']}").status_code == 204
    assert client.get("/api/v1/saved-searches").json() == {"saved_searches": []}


def test_bob_sees_nothing_of_it_and_charlie_is_turned_away(
    alice: User, bob: User, calls: Calls, make_video: MakeVideo
) -> None:
    saved_id = save(calls(alice)).json()["id"]
    told(saved_id, make_video(alice))
    path = f"/api/v1/saved-searches/{saved_id}"
    delivery = deliver(alice, "moment.found", {"saved": saved_id, "matches": []})
    Notification.objects.create(owner=alice, kind="moment.found", title="x", path="/")
    bobs = calls(bob)
    assert [bobs.get(path).status_code, bobs.delete(path).status_code, bobs.get(f"{path}/moments").status_code,
            bobs.post(f"{path}/check").status_code, bobs.post(f"{path}/feed").status_code,
            bobs.patch(path, {"name": "mine"}, content_type=JSON).status_code,
            bobs.post(f"/api/v1/deliveries/{delivery.public_id}/retry").status_code] == [404] * 7  # fmt: skip
    assert bobs.get("/api/v1/saved-searches").json() == {"saved_searches": []}
    assert bobs.get("/api/v1/notifications").json() == {"notifications": [], "num_unread": 0}
    assert bobs.get("/api/v1/deliveries").json() == {"deliveries": []}
    for address in ("saved-searches", f"saved-searches/{saved_id}", "notifications", "deliveries"):
        assert calls(None).get(f"/api/v1/{address}").status_code == 401
    assert save(calls(None)).status_code == 401
    assert SavedSearch.objects.get().name == "harbour"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"query": "after:tomorrow"}, 400), ({"query": ""}, 400), ({"query": "x" * 1001}, 400),
        ({"webhook": "file:///etc/passwd"}, 400), ({"by_email": True}, 400), ({"name": "n" * 121}, 400),
        ({"is_paused": "perhaps"}, 400),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_the_one_shape(
    alice: User, calls: Calls, body: dict[str, Any], status: int
) -> None:
    refused = save(calls(alice), **body)
    assert refused.status_code == status, refused.content
    assert set(refused.json()["error"]) == {"kind", "message", "hint"}
    assert not SavedSearch.objects.exists()


def test_checking_now_tells_what_is_new_once(
    alice: User, calls: Calls, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = calls(alice)
    saved_id = save(client).json()["id"]
    video = make_video(alice, title="At sea")
    VideoAppearance.objects.create(video=video, public_at=video.created_at)
    hits = (Hit(video.public_id, 5.0, 8.0, 0.9, (Reason("said", "the harbour", 0.9),)),)
    found = Found(SearchResult("harbour", 1.0, hits, (), 1), {video.public_id: video})
    monkeypatch.setattr(saved_check.find, "find", lambda *_, **__: found)
    (moment,) = client.post(f"/api/v1/saved-searches/{saved_id}/check").json()["moments"]
    assert (moment["video"]["title"], moment["start_seconds"], moment["reason"]) == ("At sea", 5.0, "the harbour")
    assert client.post(f"/api/v1/saved-searches/{saved_id}/check").json() == {"moments": []}
    assert len(client.get(f"/api/v1/saved-searches/{saved_id}/moments").json()["moments"]) == 1
    listed = client.get("/api/v1/notifications").json()
    assert listed["num_unread"] == 1 and listed["notifications"][0]["title"] == "harbour: At sea"
    assert client.post("/api/v1/notifications/read", {}, content_type=JSON).json()["num_unread"] == 0


def test_the_feed_is_read_with_its_owners_rights_and_closes(
    alice: User, bob: User, calls: Calls, make_video: MakeVideo
) -> None:
    one = save(calls(bob), by_feed=True).json()
    path = one["feed_url"].partition("/feeds/")[2]
    open_video, hidden = make_video(alice, title="Open & <free>"), make_video(alice, title="Hidden")
    for video in (open_video, hidden):
        told(one["id"], video)
    Video.objects.filter(pk=hidden.pk).update(visibility="private")
    answer = Client().get(f"/feeds/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    assert "private" in answer["Cache-Control"] and answer["X-Robots-Tag"] == "noindex"
    feed = ElementTree.fromstring(answer.content)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Open & <free> at 0:05"]
    assert "Hidden" not in answer.content.decode()
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert Client().get(f"/feeds/{path}").status_code == 404
    User.objects.filter(pk=bob.pk).update(is_active=True)
    calls(bob).delete(f"/api/v1/saved-searches/{one['id']}")
    assert Client().get(f"/feeds/{path}").status_code == 404


def test_a_failed_delivery_is_listed_and_sent_again(alice: User, calls: Calls) -> None:
    client = calls(alice)
    delivery = deliver(alice, "moment.found", {"saved": "x", "matches": []})
    assert delivery.job is not None
    delivery.job.state = "failed"
    delivery.job.save()
    delivery.state, delivery.error_message = DeliveryState.FAILED, "no answer"
    delivery.save()
    assert client.get("/api/v1/deliveries").json()["deliveries"][0]["error"] == "no answer"
    again = client.post(f"/api/v1/deliveries/{delivery.public_id}/retry")
    assert (again.status_code, again.json()["state"]) == (200, "queued")
