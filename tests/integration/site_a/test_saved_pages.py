"""The pages of saved searches, notifications and the bell."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kinora.library.models import User, Video
from kinora.library.notify_models import Notification
from kinora.library.saved import Changes, save_search
from kinora.library.saved_models import SavedMatch, SavedSearch

MakeVideo = Callable[..., Video]


def test_a_search_is_saved_changed_paused_and_deleted(as_alice: Client) -> None:
    assert as_alice.post("/saved", {"query": "said:harbour"}).status_code == 302
    saved = SavedSearch.objects.get()
    page = as_alice.get("/saved").content.decode()
    assert "Saved “said:harbour”" in page and "/search?q=said%3Aharbour" in page
    change = {"name": "<b>Boats</b>", "by_feed": "on", "webhook": ""}
    assert as_alice.post(f"/saved/{saved.public_id}/change", change).status_code == 302
    saved.refresh_from_db()
    assert (saved.name, saved.by_site, bool(saved.feed_token)) == ("<b>Boats</b>", False, True)
    page = as_alice.get("/saved").content.decode()
    assert "&lt;b&gt;Boats" in page and "<b>Boats" not in page and str(saved.feed_token) in page
    as_alice.post(f"/saved/{saved.public_id}/pause")
    assert "Paused" in as_alice.get("/saved").content.decode()
    as_alice.post(f"/saved/{saved.public_id}/new-feed")
    assert str(saved.feed_token) not in as_alice.get("/saved").content.decode()
    as_alice.post(f"/saved/{saved.public_id}/delete")
    assert not SavedSearch.objects.exists()


def test_a_fault_is_told_and_nothing_is_kept(as_alice: Client) -> None:
    answer = as_alice.post("/saved", {"query": "after:tomorrow"})
    assert answer.status_code == 400 and 'role="alert"' in answer.content.decode()
    assert 'value="after:tomorrow"' in answer.content.decode(), "what was typed stays"
    as_alice.post("/saved", {"query": "harbour"})
    saved = SavedSearch.objects.get()
    as_alice.post(f"/saved/{saved.public_id}/change", {"name": "x", "webhook": "ftp://a.example"})
    assert "be used" in as_alice.get("/saved").content.decode()


def test_others_and_nobody_do_not_get_in(as_bob: Client, as_nobody: Client, alice: User) -> None:
    saved = save_search(alice, "harbour", Changes(by_feed=True))
    for verb in ("change", "pause", "resume", "delete", "new-feed"):
        assert as_bob.post(f"/saved/{saved.public_id}/{verb}", {"name": "x"}).status_code == 404
    assert as_bob.get(f"/saved/{saved.public_id}").status_code == 404
    assert saved.public_id not in as_bob.get("/saved").content.decode()
    for path in ("/saved", f"/saved/{saved.public_id}", "/notifications"):
        assert as_nobody.get(path).status_code == 302
    assert as_nobody.get("/notifications/bell").status_code == 204
    assert SavedSearch.objects.get().feed_token == saved.feed_token
    assert Client(enforce_csrf_checks=True).post("/saved", {"query": "x"}).status_code in (302, 403)


def test_the_bell_counts_and_the_page_marks_as_read(as_alice: Client, alice: User) -> None:
    for number in range(3):
        Notification.objects.create(
            owner=alice, kind="moment.found", title=f"Told {number} <i>", path="/watch/x?t=1.00"
        )
    assert 'aria-label="Notifications: 3 unread"' in as_alice.get("/notifications/bell").content.decode()
    page = as_alice.get("/notifications").content.decode()
    assert "Told 2 &lt;i&gt;" in page and page.index("Told 2") < page.index("Told 0")
    assert as_alice.post("/notifications").status_code == 302
    assert 'aria-label="Notifications"' in as_alice.get("/notifications/bell").content.decode()


def test_what_was_found_is_listed_without_hidden_videos(
    as_bob: Client, alice: User, bob: User, make_video: MakeVideo
) -> None:
    saved = save_search(bob, "harbour")
    for title, visibility in (("Open sea", "public"), ("Closed sea", "private")):
        video = make_video(alice, title, visibility=visibility)
        SavedMatch.objects.create(saved=saved, video=video, start_seconds=5, end_seconds=8, reason="harbour")
    page = as_bob.get(f"/saved/{saved.public_id}").content.decode()
    assert "Open sea · 0:05" in page and "Closed sea" not in page


@pytest.mark.parametrize("path", ["/notifications?before=x", "/notifications?before=99999999999999999999"])
def test_odd_addresses_are_answered(as_alice: Client, path: str) -> None:
    assert as_alice.get(path).status_code == 200
