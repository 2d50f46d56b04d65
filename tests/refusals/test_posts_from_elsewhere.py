"""A post from another site changes nothing, and no answer leads away to one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kinora.library.models import User, Video

pytestmark = pytest.mark.django_db

FOREIGN = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)")
POSTS: tuple[str, ...] = (
    "/watch/{id}/like", "/watch/{id}/comments", "/watch/{id}/age", "/watch/{id}/open", "/playlists", "/playlists/save",
    "/playlists/later/change", "/playlists/later/videos/{id}/up", "/history/clear", "/recommendations/off",
    "/subscriptions/digest", "/c/alice/subscription/follow", "/c/alice/posts", "/c/alice/edit", "/c/alice/delete",
    "/c/alice/team", "/channels", "/channels/choose", "/report", "/settings/community", "/trash/{id}/restore",
    "/videos/change", "/videos/import", "/videos/{id}/cut", "/videos/{id}/thumbnail", "/videos/{id}/again",
    "/videos/{id}/delete", "/account/delete", "/account/exports", "/account/imports", "/people/alice/close",
    "/moderation/people/alice/suspend", "/moderation/filters", "/operating/pause", "/lightboxes/collect",
    "/settings/webhooks", "/settings/webhooks/1/test", "/settings/webhooks/1/delete", "/operating/webhooks",
    "/operating/settings",
)  # fmt: skip
API: tuple[tuple[str, str], ...] = (
    ("PUT", "/videos/{id}/like"), ("PUT", "/channels/alice/subscription"), ("POST", "/playlists"),
    ("POST", "/videos/{id}/comments"), ("PATCH", "/recommendations/steering"), ("POST", "/videos/change"),
    ("POST", "/videos/{id}/cut"), ("PUT", "/recommendations/less/{id}"), ("POST", "/webhooks"), ("PATCH", "/settings"),
    ("POST", "/webhooks/1/test"), ("DELETE", "/webhooks/1"),
)  # fmt: skip


def test_every_post_asks_for_the_token_of_a_page(make_video: Callable[..., Video], alice: User) -> None:
    video, browser = make_video(), Client(enforce_csrf_checks=True)
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    browser.force_login(alice)
    got = {door: browser.post(door.format(id=video.public_id)).status_code for door in POSTS}
    for method, door in API:
        address = f"/api/v1{door.format(id=video.public_id)}"
        answer = browser.generic(method, address, "{}", content_type="application/json")
        got[f"{method} {door}"] = answer.status_code
    assert {door: status for door, status in got.items() if status != 403} == {}


@pytest.mark.parametrize("place", FOREIGN)
def test_no_answer_leads_to_another_site(
    make_video: Callable[..., Video], as_user: Callable[[User | None], Client], bob: User, place: str
) -> None:
    video, browser = make_video(), as_user(bob)
    address = f"/watch/{video.public_id}"
    given = {"next": place, "place": place, "back": place, "video": video.public_id, "is_liked": "1"}
    doors = {
        "/recommendations/less": "/recommendations", "/recommendations/off": "/recommendations",
        f"{address}/like": address, f"{address}/age": address, "/c/alice/subscription/follow": "/c/alice",
        "/subscriptions/digest": "/subscriptions",
    }  # fmt: skip
    for door, home in doors.items():
        answer = browser.post(door, given)
        assert (answer.status_code, answer["Location"]) == (302, home), door
    kept = browser.post("/playlists/save", given)
    assert "evil" not in kept.get("Location", "") and "javascript" not in kept.get("Location", "")
