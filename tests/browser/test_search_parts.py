"""A part of a picture searched for, two moments compared in step, and the drawer that says why: in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.browser.watching import add_clip, add_coloured_video

FIRST_SEARCH_MS = 60_000
TIMES = "() => [...document.querySelectorAll('#compare video')].map((video) => video.currentTime)"


@pytest.fixture(scope="module")
def video(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    return add_coloured_video(server, tmp_path_factory.mktemp("parted"), title="A coast to look into")


@pytest.fixture(scope="module")
def detailed(server: Server, clip: Path, video: str) -> str:
    return add_clip(server, clip, title="A card with many parts")


def moments(page: Page, words: str, video: str) -> Locator:
    page.goto(f"/search?q={words}", timeout=FIRST_SEARCH_MS)
    found = page.locator(f"#results [data-moment][href^='/watch/{video}']")
    expect(found.first).to_be_visible(timeout=FIRST_SEARCH_MS)
    return found


def test_a_box_drawn_on_a_frame_is_searched_for(page: Page, detailed: str) -> None:
    moments(page, "title:card", detailed).first.focus()
    page.keyboard.press("b")
    canvas = page.locator("#part canvas")
    expect(canvas).to_be_focused()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=4)
    page.mouse.up()
    expect(page.locator("[data-part-told]")).to_have_text(re.compile(r"5\d × (49|50) % at (9|10), (19|20) %"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.get_by_role("button", name="Search for it beside my words").click()
    page.wait_for_url(re.compile("like"), timeout=FIRST_SEARCH_MS)
    (query,) = parse_qs(urlsplit(page.url).query)["q"]
    found = re.fullmatch(rf"title:card like:{detailed}@[\d.]+\[([\d.,]+)\]", query)
    assert found, query
    assert [float(side) for side in found[1].split(",")] == pytest.approx([0.12, 0.2, 0.5, 0.52], abs=0.02)
    expect(page.locator("#results [role=alert]")).to_have_count(0)
    expect(page.locator(f"#results [data-moment][href^='/watch/{detailed}']").first).to_be_visible()


def test_a_part_of_ones_own_picture_is_searched_for(page: Page, detailed: str, server: Server, tmp_path: Path) -> None:
    frame = sorted((server.home / "videos" / detailed / "samples").glob("*.jpg"))[2]
    copy = tmp_path / "mine.jpg"
    copy.write_bytes(frame.read_bytes())
    page.goto("/search")
    expect(page.locator("[data-part-of-mine]")).to_be_hidden()
    page.locator("#picture-input").set_input_files(copy)
    page.get_by_role("button", name="Search for a part of it").click(timeout=FIRST_SEARCH_MS)
    with page.expect_response(lambda response: response.url.endswith("/search/picture")) as told:
        page.get_by_role("button", name="Search for this part").click()
    assert told.value.ok
    sent = page.evaluate("""async () => {
      const file = document.querySelector("#picture-input").files[0], bitmap = await createImageBitmap(file);
      return [file.name, bitmap.width, bitmap.height];
    }""")
    with Image.open(copy) as whole:
        assert sent == ["part.png", round(whole.width / 2), round(whole.height / 2)]
    expect(page.locator("#results [role=alert]")).to_have_count(0)


def test_two_moments_play_side_by_side_in_step(page: Page, video: str) -> None:
    found = moments(page, "lighthouse+OR+whale", video)
    starts = {float(moment.get_attribute("data-start") or 0) for moment in found.all()[:2]}
    found.nth(0).focus()
    page.keyboard.press("c")
    expect(page.locator("#search-hint")).to_contain_text("compare it with")
    page.locator("#results [data-compare]").nth(1).click()
    expect(page.locator("#compare")).to_be_visible()
    expect(page.locator("#compare [data-compare-title]").first).to_contain_text("A coast to look into, 0:0")
    page.wait_for_function("() => Number(document.querySelector('[data-compare-at]').value) > 0.3", timeout=20_000)
    page.get_by_role("button", name="Pause both").click()
    page.get_by_role("slider").fill("1")
    page.wait_for_function(f"() => ({TIMES})().every((at) => Math.abs((at % 4) - 2) < 0.1)")
    page.get_by_role("button", name="one frame on").click()
    page.wait_for_function(f"() => ({TIMES})().every((at) => Math.abs((at % 4) - 2.04) < 0.02)")
    left, right = page.evaluate(TIMES)
    assert {round(left - 1.04), round(right - 1.04)} == {round(start) for start in starts}
    page.get_by_role("radio", name="second").check()
    assert page.evaluate("() => [...document.querySelectorAll('#compare video')].map((video) => video.muted)") == [
        True, False,
    ]  # fmt: skip
    page.keyboard.press("Escape")
    expect(page.locator("#compare")).to_be_hidden()


def test_the_drawer_says_why_these_were_found(page: Page, video: str) -> None:
    moments(page, "lighthouse+keeper", video)
    drawer = page.locator(".search-why")
    expect(drawer.locator("li").first).to_be_hidden()
    drawer.locator("summary").click()
    counted = drawer.locator("li").all_inner_texts()
    number = page.locator("#results [data-moment]").count()
    assert any(re.fullmatch(rf"Said: \d+ of {number}", line) for line in counted), counted
    expect(drawer).to_contain_text("rare words weigh more")


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_the_dialogs_have_no_serious_fault(
    new_page: Callable[..., Page], axe: Callable[[Page], list[str]], video: str, detailed: str, viewport: dict[str, int]
) -> None:
    page = new_page(viewport=viewport)
    moments(page, "title:card", detailed).first.focus()
    page.keyboard.press("b")
    expect(page.locator("#part canvas")).to_be_focused()
    assert axe(page) == []
    assert width_overflow(page) == 0
    page.keyboard.press("Escape")
    moments(page, "lighthouse+OR+whale", video)
    page.locator("#results [data-compare]").nth(0).click()
    page.locator("#results [data-compare]").nth(1).click()
    expect(page.locator("#compare")).to_be_visible()
    assert axe(page) == []
    assert width_overflow(page) == 0
