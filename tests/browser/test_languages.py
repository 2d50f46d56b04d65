"""The site in German: chosen in the menu, and its long words fit a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server

VIDEO = "germanvideo"
PAGES = ["/", "/search?q=harbour", f"/watch/{VIDEO}", "/upload", f"/videos/{VIDEO}/studio", "/language"]


@pytest.fixture
def a_video(server: Server) -> None:
    server.run_python(
        f"""
from kinora.library.accounts import channel_of
from kinora.library.models import User, Video
owner = User.objects.get(username="admin")
Video.objects.get_or_create(public_id="{VIDEO}", defaults=dict(
    owner=owner, sha256="9" * 63 + "d", channel=channel_of(owner), title="A German evening by the water",
    visibility="public", state="ready", size_bytes=1, original_name="german.mp4", duration_seconds=61))
"""
    )


def test_a_guest_chooses_a_language_and_comes_back(new_page: Callable[..., Page], a_video: None) -> None:
    page = new_page()
    page.goto("/search")
    page.get_by_role("button", name="Look").click()
    page.get_by_role("link", name="Language: English").click()
    page.get_by_role("button", name="Deutsch").click()
    page.wait_for_url("**/search")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("link", name="Anmelden")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_german_fits_a_phone_without_a_serious_fault(
    path: str,
    server: Server,
    a_video: None,
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    axe: Callable[[Page], list[str]],
) -> None:
    page = new_page(viewport=PHONE)
    sign_in(page, "admin")
    page.context.add_cookies([{"name": "kinora_language", "value": "de", "url": server.url}])
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert axe(page) == []
    assert width_overflow(page) == 0
