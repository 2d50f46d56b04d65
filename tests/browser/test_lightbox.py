"""Light-boxes in a real browser: collected with X, put in order, played in a row, shared, exported by a real worker."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.browser.watching import add_coloured_video

FIRST_SEARCH_MS = 60_000


@pytest.fixture(scope="module")
def video(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    return add_coloured_video(server, tmp_path_factory.mktemp("boxed"), title="A coast to collect")


def moment_at(page: Page, video: str) -> Locator:
    moment = page.locator(f"#results [data-moment][href^='/watch/{video}']").first
    expect(moment).to_be_visible(timeout=FIRST_SEARCH_MS)
    return moment


def collect(page: Page, video: str, words: str) -> None:
    page.goto(f"/search?q={words}", timeout=FIRST_SEARCH_MS)
    moment_at(page, video).focus()
    with page.expect_response("**/lightboxes/collect"):
        page.keyboard.press("x")
    expect(page.locator("[data-collect][aria-pressed=true]")).to_have_count(1)


def times_of(page: Page) -> list[float]:
    return [float(item.get_attribute("data-start") or -1) for item in page.locator("[data-item]").all()]


def test_moments_are_collected_ordered_played_and_exported(
    page: Page, sign_in: Callable[..., None], video: str, new_page: Callable[..., Page]
) -> None:
    sign_in(page, "alice")
    collect(page, video, "said:harbour")
    collect(page, video, "said:lighthouse")
    collect(page, video, "said:goodbye")
    expect(page.locator("[data-tray-count]")).to_have_text("3")
    page.keyboard.press("x")
    expect(page.locator("[data-tray-count]")).to_have_text("2")
    mine = page.locator("li.moment-item", has=page.locator(f"[data-moment][href^='/watch/{video}']"))
    mine.first.locator("[data-collect]").click()
    expect(page.locator("[data-tray-count]")).to_have_text("3")
    page.locator("[data-tray-link]").click()
    page.wait_for_url(re.compile(r"/lightboxes/\w+$"))
    before = times_of(page)
    page.locator("[data-handle]").first.focus()
    with page.expect_response("**/order"):
        page.keyboard.press("ArrowDown")
    assert times_of(page) == [before[1], before[0], before[2]]
    page.set_viewport_size({"width": 1280, "height": 1200})
    box, target = (page.locator("[data-handle]").nth(place).bounding_box() for place in (2, 0))
    assert box and target
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 10, target["y"] + 4, steps=8)
    with page.expect_response("**/order"):
        page.mouse.up()
    page.reload()
    assert times_of(page) == [before[2], before[1], before[0]], "the order was kept"
    page.get_by_role("button", name="Play in a row").click()
    now = page.locator("[data-row-now]")
    expect(now).to_contain_text("1 of 3")
    playing = page.locator(".box-item.is-playing")
    expect(playing).to_have_count(1)
    expect(now).to_contain_text("2 of 3", timeout=20_000)
    expect(now).to_contain_text("3 of 3", timeout=20_000)
    expect(playing).to_have_count(0, timeout=20_000)
    page.get_by_role("button", name="Share by link").click()
    link = page.locator("#share-link").input_value()
    guest = new_page()
    guest.goto(link)
    expect(guest.locator("[data-item]")).to_have_count(3)
    expect(guest.get_by_role("button", name="Take out")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="OpenTimelineIO").click()
    assert "OTIO_SCHEMA" in Path(download.value.path()).read_text()
    page.get_by_role("button", name="Cut one clip each").click()
    done = page.get_by_role("link", name="Download 3 clips")
    expect(done).to_be_visible(timeout=90_000)
    with page.expect_download() as download:
        done.click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        clips = json.loads(archive.read("clips.json"))["clips"]
    assert [clip["asked_start_seconds"] for clip in clips] == times_of(page)
    assert all(clip["num_frames"] > 0 for clip in clips)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_serious_fault_and_nothing_sticks_out(
    new_page: Callable[..., Page], sign_in: Callable[..., None], axe: Callable[[Page], list[str]], video: str,
    scheme: Any, viewport: Any,
) -> None:  # fmt: skip
    page = new_page(color_scheme=scheme, viewport=viewport, reduced_motion="reduce")
    sign_in(page, "bob")
    page.goto("/lightboxes")
    if page.locator(".notices-link").count() == 0:
        collect(page, video, "said:lighthouse")
        page.goto("/lightboxes")
    assert axe(page) == [] and width_overflow(page) == 0
    page.locator(".notices-link").first.click()
    for summary in page.locator("summary").all():
        summary.click()
    assert axe(page) == [] and width_overflow(page) == 0
    page.goto("/search?q=said:lighthouse", timeout=FIRST_SEARCH_MS)
    moment_at(page, video)
    assert axe(page) == [] and width_overflow(page) == 0
