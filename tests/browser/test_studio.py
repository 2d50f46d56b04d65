"""The studio in a real browser: subtitles edited beside the sound wave, many videos changed at once, the age gate."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.browser.watching import add_coloured_video


@pytest.fixture(scope="module")
def video(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    return add_coloured_video(server, tmp_path_factory.mktemp("studio"), title="A studio harbour")


def test_subtitles_are_edited_kept_and_saved(
    page: Page, video: str, sign_in: Callable[..., None], axe: Callable[[Page], list[str]]
) -> None:
    sign_in(page)
    page.goto(f"/videos/{video}/studio")
    page.get_by_role("link", name="colours.en.vtt").click()
    texts = page.get_by_label("Text", exact=True)
    expect(texts).to_have_count(3)
    expect(page.locator("[data-wave-note]")).to_be_hidden(timeout=60_000)
    assert axe(page) == []
    texts.nth(0).fill("The harbour wakes")
    texts.nth(0).press("Alt+Enter")
    expect(texts).to_have_count(4)
    page.get_by_role("button", name="Undo").click()
    expect(texts).to_have_count(3)
    page.get_by_label("Starts").first.fill("0:01.250")
    page.get_by_label("Starts").first.press("Tab")
    page.get_by_label("Find", exact=True).fill("whale")
    page.get_by_label("Replace with").fill("dolphin")
    page.get_by_role("button", name="Replace all").click()
    expect(page.locator("[data-room-status]")).to_have_text("Draft kept")
    page.reload()
    expect(texts.nth(0)).to_have_value("The harbour wakes")
    expect(texts.nth(2)).to_have_value("Goodbye, old dolphin.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-room-status]")).to_have_text("Saved")
    vtt = page.request.get(page.get_by_role("link", name="VTT", exact=True).get_attribute("href") or "").text()
    assert "00:01.250 -->" in vtt and "The harbour wakes" in vtt and "dolphin" in vtt


def test_what_the_server_missed_is_kept_by_the_browser(page: Page, video: str, sign_in: Callable[..., None]) -> None:
    sign_in(page)
    page.goto(f"/videos/{video}/studio/new")
    page.route("**/draft", lambda route: route.abort())
    page.get_by_role("button", name="Add a cue here").click()
    page.get_by_label("Text", exact=True).fill("Typed on a train")
    expect(page.locator("[data-room-status]")).to_contain_text("kept in this browser")
    page.unroute("**/draft")
    page.reload()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Typed on a train")
    expect(page.locator("[data-room-status]")).to_have_text("Draft kept")


def test_many_are_changed_and_the_room_fits_a_phone(
    new_page: Callable[..., Page], video: str, sign_in: Callable[..., None]
) -> None:
    page = new_page(viewport=PHONE)
    sign_in(page)
    page.goto(f"/videos/{video}/studio")
    assert width_overflow(page) <= 0
    page.goto("/videos")
    page.get_by_label("Select A studio harbour").check()
    page.get_by_label("What to do").select_option("adults")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("1 video changed.")).to_be_visible()
    assert width_overflow(page) <= 0
    stranger = new_page()
    stranger.goto(f"/watch/{video}")
    stranger.get_by_role("button", name="I am 18 or older").click()
    expect(stranger.get_by_role("heading", name="A studio harbour")).to_be_visible()
