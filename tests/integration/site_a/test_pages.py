"""Home, channel, health, errors and the shell: who sees what, and in which shape refusals come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.integration.site_a.conftest import client_of

from kinora.library.models import User, Video, WatchProgress

Maker = Callable[..., Any]


def test_home_shows_public_videos_to_everybody_and_private_ones_to_their_owner(
    alice: User, make_video: Maker, as_nobody: Client, as_bob: Client, as_admin: Client
) -> None:
    make_video(alice, "Public harbour")
    make_video(alice, "Unlisted harbour", visibility="unlisted")
    make_video(alice, "Private harbour", visibility="private")
    make_video(alice, "Unread harbour", state="processing")
    for client in (as_nobody, as_bob):
        page = client.get("/").content.decode()
        assert "Public harbour" in page
        assert not any(f"{kind} harbour" in page for kind in ("Unlisted", "Private", "Unread"))
    for client in (client_of(alice), as_admin):
        page = client.get("/").content.decode()
        assert all(f"{kind} harbour" in page for kind in ("Public", "Unlisted", "Private"))


def test_home_pages_through_everything_once(alice: User, make_video: Maker, as_nobody: Client) -> None:
    now = timezone.now()
    for number in range(53):
        make_video(alice, f"Film {number:02d}.", published_at=now - timedelta(minutes=number))
    seen: list[str] = []
    address: str | None = "/"
    while address:
        page = as_nobody.get(address, HTTP_HX_REQUEST="true")
        seen += [video.title for video in page.context["videos"]]
        address = page.context["more_url"]
    assert seen == [f"Film {number:02d}." for number in range(53)]


@pytest.mark.parametrize("offset", ["-1", "x", "1e9", "9" * 400, "０"])
def test_an_offset_that_is_none_shows_the_beginning_or_the_end(offset: str, as_nobody: Client) -> None:
    assert as_nobody.get("/", {"offset": offset}).status_code == 200


def test_home_asks_few_questions_however_many_videos_there_are(
    alice: User, make_video: Maker, as_alice: Client
) -> None:
    for number in range(30):
        video = make_video(alice, f"Film {number}")
        WatchProgress.objects.create(user=alice, video=video, position_seconds=20)
    as_alice.get("/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        as_alice.get("/")
    # Session, person, latest, begun; for the suggestions: choices, watched, liked, neighbours, followed, what many
    # watch, not wanted, finished. Each once, however many videos there are.
    assert len(asked) <= 12, [query["sql"][:80] for query in asked]


def test_continue_watching_offers_what_was_begun_and_not_finished(
    alice: User, bob: User, make_video: Maker, as_alice: Client, as_bob: Client
) -> None:
    begun, done = make_video(alice, "Begun"), make_video(alice, "Done")
    hidden = make_video(alice, "Turned private", visibility="private")
    for person in (alice, bob):
        WatchProgress.objects.create(user=person, video=begun, position_seconds=30)
        WatchProgress.objects.create(user=person, video=done, position_seconds=60, is_finished=True)
        WatchProgress.objects.create(user=person, video=hidden, position_seconds=30)
    shown = as_bob.get("/").context["continuing"]
    assert [item.video.title for item in shown] == ["Begun"]
    assert "?t=30" in as_bob.get("/").content.decode()
    assert {item.video.title for item in as_alice.get("/").context["continuing"]} == {"Begun", "Turned private"}


def test_titles_are_text_never_markup(alice: User, make_video: Maker, as_nobody: Client) -> None:
    make_video(alice, "<script>alert(1)</script>")
    assert "<script>alert" not in as_nobody.get("/").content.decode()


def test_an_empty_channel_is_not_told_apart_from_none(
    alice: User, make_video: Maker, as_nobody: Client, as_alice: Client
) -> None:
    handle = make_video(alice, visibility="private").channel.handle
    assert as_nobody.get(f"/c/{handle}").status_code == 404
    assert as_nobody.get(f"/c/{handle}").content == as_nobody.get("/c/nobody").content.replace(
        b"nobody", handle.encode()
    )
    assert as_alice.get(f"/c/{handle}").status_code == 200
    assert as_alice.get("/channel", follow=True).status_code == 200
    Video.objects.update(visibility="public")
    assert as_nobody.get(f"/c/{handle}").status_code == 200


def test_health(as_nobody: Client) -> None:
    assert as_nobody.get("/healthz").json() == {"status": "ok"}


def test_refusals_come_as_a_page_to_people_and_as_json_to_programs(as_nobody: Client, as_alice: Client) -> None:
    page = as_nobody.get("/nothing-here")
    assert page.status_code == 404 and b"does not exist" in page.content and b"<html" in page.content
    told = as_nobody.get("/c/nobody", HTTP_ACCEPT="application/json")
    assert told.status_code == 404 and set(told.json()["error"]) == {"kind", "message", "hint"}
    fragment = as_alice.get("/videos/unknown/stages", HTTP_HX_REQUEST="true")
    assert fragment.status_code == 404 and b"<html" not in fragment.content and b'role="alert"' in fragment.content


def test_every_page_carries_the_content_security_policy(as_nobody: Client) -> None:
    for path in ("/", "/nothing-here", "/accounts/login/", "/setup?token=x"):
        policy = as_nobody.get(path)["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["/", "/accounts/login/", "/upload", "/videos", "/settings/keys", "/jobs", "/accounts/2fa/"]
)
def test_no_page_has_inline_script_or_style(path: str, as_admin: Client) -> None:
    import re

    page = as_admin.get(path, follow=True).content.decode()
    scripts = [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag and "application/json" not in tag]
    assert scripts == []
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", page)
