"""Saved searches in a real browser: saved from the search page, told by the bell when a worker has read a new video."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.browser.watching import add_coloured_video

FIRST_SEARCH_MS = 60_000


def test_a_search_is_saved_told_of_and_changed(
    page: Page, sign_in: Callable[..., None], server: Server, tmp_path: Path
) -> None:
    sign_in(page, "bob")
    page.goto("/notifications")
    if page.get_by_role("button", name="Mark all as read").count():  # of tests before, in the same library
        page.get_by_role("button", name="Mark all as read").click()
    already = page.locator(".notices-item").count()
    page.goto("/search?q=lighthouse+keeper", timeout=FIRST_SEARCH_MS)
    page.get_by_role("button", name="Save this search").click()
    page.wait_for_url("**/saved")
    expect(page.get_by_role("heading", name="lighthouse keeper")).to_be_visible()
    video = add_coloured_video(server, tmp_path, title="Sent to Bob")
    hidden = add_coloured_video(server, tmp_path / "2", title="Not for Bob", visibility="private")
    page.wait_for_timeout(500)
    bell = page.locator(".bell")
    for _ in range(40):
        page.reload()
        page.wait_for_timeout(400)
        if page.locator(".bell-count").count():
            break
    expect(bell).to_have_attribute("aria-label", "Notifications: 1 unread")
    bell.click()
    page.wait_for_url("**/notifications")
    expect(page.locator(".notices-item")).to_have_count(already + 1)
    expect(page.locator(".notices-item").first).to_contain_text("lighthouse keeper: Sent to Bob")
    assert hidden not in page.content() and "Not for Bob" not in page.content()
    page.get_by_role("button", name="Mark all as read").click()
    page.locator(".notices-link").first.click()
    page.wait_for_url(re.compile(rf"/watch/{video}\?t=5"))
    page.goto("/saved")
    page.get_by_text("Name and how it tells you").click()
    page.get_by_label("By a feed, for a feed reader").check()
    page.get_by_label("Name", exact=True).last.fill("Keepers")
    page.get_by_role("button", name="Keep these").click()
    page.get_by_text("Name and how it tells you").click()
    address = page.get_by_label("The feed's address").input_value()
    assert "Sent to Bob" in page.request.get(address).text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_serious_fault_and_nothing_sticks_out(
    new_page: Callable[..., Page], sign_in: Callable[..., None], axe: Callable[[Page], list[str]], scheme: Any,
    viewport: Any,
) -> None:  # fmt: skip
    page = new_page(color_scheme=scheme, viewport=viewport, reduced_motion="reduce")
    sign_in(page, "bob")
    for address in ("/saved", "/notifications"):
        page.goto(address)
        for summary in page.locator("summary").all():
            summary.click()
        assert axe(page) == [], address
        assert width_overflow(page) == 0, address
