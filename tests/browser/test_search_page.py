"""The search page in a real browser: results while typing, previews, keyboard, pictures, and what nobody may see."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.browser.watching import add_clip, add_coloured_video, colour_shown, seconds_now, wait_until_shown

FIRST_SEARCH_MS = 60_000  # the encoder service starts with the first search


@pytest.fixture(scope="module")
def video(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    return add_coloured_video(server, tmp_path_factory.mktemp("sought"), title="A coast in three colours")


@pytest.fixture(scope="module")
def private_video(server: Server, tmp_path_factory: pytest.TempPathFactory, video: str) -> str:
    folder = tmp_path_factory.mktemp("hidden")
    return add_coloured_video(server, folder, title="A coast nobody sees", visibility="private")


def box_of(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search for a moment")


def moment_of(page: Page, video: str) -> Locator:
    return page.locator(f"#results [data-moment][href^='/watch/{video}']").first


def type_and_wait(page: Page, text: str, video: str) -> Locator:
    page.goto("/search")
    box_of(page).press_sequentially(text, delay=20)
    moment = moment_of(page, video)
    expect(moment).to_be_visible(timeout=FIRST_SEARCH_MS)
    return moment


def test_moments_appear_while_typing_and_open_at_their_second(page: Page, video: str) -> None:
    moment = type_and_wait(page, "lighthouse keeper", video)
    expect(page).to_have_url(re.compile(r"/search\?q=lighthouse\+keeper$"))
    expect(moment.locator("mark").first).to_be_visible()
    expect(moment).to_contain_text("Said")
    expect(page.get_by_role("status").first).to_contain_text("moment")
    assert float(moment.get_attribute("data-start") or -1) == pytest.approx(5, abs=0.5)
    moment.click()
    page.wait_for_url(re.compile(rf"/watch/{video}\?t=5"))
    wait_until_shown(page)
    assert colour_shown(page) == "green"


def test_an_address_shows_the_same_results(page: Page, video: str) -> None:
    page.goto("/search?q=lighthouse+keeper")
    expect(moment_of(page, video)).to_be_visible(timeout=FIRST_SEARCH_MS)
    expect(box_of(page)).to_have_value("lighthouse keeper")


def test_pointing_at_a_moment_plays_it_and_leaving_stops_it(page: Page, video: str) -> None:
    moment = type_and_wait(page, "lighthouse keeper", video)
    moment.hover()
    preview = moment.locator("video")
    expect(preview).to_be_attached(timeout=15_000)
    page.wait_for_function("() => document.querySelector('[data-moment].is-previewing video')?.currentTime > 5.1")
    assert preview.evaluate("video => video.muted && video.currentTime < 8")
    page.mouse.move(2, 2)
    expect(preview).to_have_count(0)


def test_a_person_who_wants_little_motion_gets_no_preview_unasked(new_page: Callable[..., Page], video: str) -> None:
    page = new_page(reduced_motion="reduce")
    moment = type_and_wait(page, "lighthouse keeper", video)
    moment.hover()
    page.wait_for_timeout(800)
    expect(moment.locator("video")).to_have_count(0)
    moment.focus()
    page.keyboard.press("p")
    expect(moment.locator("video")).to_be_attached()


def test_the_page_works_by_keyboard_alone(page: Page, video: str) -> None:
    moment = type_and_wait(page, "lighthouse keeper", video)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#results [data-moment]").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(box_of(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    while not moment.evaluate("element => element === document.activeElement"):
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/watch/{video}\?t=5"))
    assert seconds_now(page) >= 0


def test_a_menu_writes_its_filter_into_the_query(page: Page, video: str) -> None:
    type_and_wait(page, "lighthouse keeper", video)
    page.get_by_role("combobox", name="Length").select_option(label="Over 20 minutes")
    expect(box_of(page)).to_have_value(re.compile(r"lighthouse keeper longer:20m"))
    expect(page.locator("#results")).to_contain_text("Nothing matches")
    expect(page).to_have_url(re.compile("longer"))
    page.get_by_role("combobox", name="Length").select_option(label="Any length")
    expect(box_of(page)).to_have_value("lighthouse keeper")
    expect(moment_of(page, video)).to_be_visible()


def test_a_query_that_cant_be_understood_is_marked_where(page: Page, video: str) -> None:
    page.goto("/search")
    box_of(page).fill("coast after:tomorrow")
    alert = page.locator("#results [role=alert]")
    expect(alert).to_contain_text("(character 7)", timeout=FIRST_SEARCH_MS)
    expect(alert.locator("mark")).to_have_text("after:tomorrow")
    expect(box_of(page)).to_be_focused()


def test_an_order_is_read_shown_and_played_from_its_start(page: Page, video: str) -> None:
    page.goto("/search?q=lighthouse+then+keeper", timeout=FIRST_SEARCH_MS)
    moment = moment_of(page, video)
    expect(moment).to_contain_text("In order")
    expect(page.locator(".read-as")).to_have_text("Read as lighthouse THEN keeper")
    assert page.locator(".match-strip .strip-match").count() >= 1
    page.locator(".search-why summary").click()
    expect(page.locator(".search-why")).to_contain_text("adds up the words")


def test_less_and_more_like_a_moment_by_key_and_link(page: Page, video: str) -> None:
    type_and_wait(page, "lighthouse keeper", video).focus()
    page.keyboard.press("m")
    page.wait_for_url(re.compile(rf"more={video}%405"))
    expect(page.locator(".pointed-chip")).to_contain_text("More like 0:05")
    before = page.locator(f"#results [data-moment][href^='/watch/{video}?t=5']").count()
    page.locator(f"#results li:has([href^='/watch/{video}?t=5']) [data-vote=less]").first.click()
    page.wait_for_url(re.compile(rf"less={video}%405"))
    assert page.locator(f"#results [data-moment][href^='/watch/{video}?t=5']").count() < before  # it is gone
    page.go_back()
    page.locator(".pointed-chip").click()
    expect(page.locator(".pointed-chip")).to_have_count(0)


def test_the_filter_bar_counts_and_writes_the_query(page: Page, video: str) -> None:
    type_and_wait(page, "lighthouse keeper", video)
    page.get_by_text("More filters").click()
    option = page.locator(".facet-option", has_text=re.compile(r"^Speech \d+"))
    expect(option).to_be_visible()
    option.click()
    expect(box_of(page)).to_have_value("lighthouse keeper has:speech")
    expect(moment_of(page, video)).to_be_visible(timeout=FIRST_SEARCH_MS)


def test_nonsense_finds_nothing_and_says_what_to_do(page: Page, video: str) -> None:
    page.goto("/search")
    box_of(page).fill("zxqv wkjh")
    expect(page.locator("#results h2")).to_have_text(re.compile("Nothing matches"), timeout=FIRST_SEARCH_MS)
    expect(page.locator("#results")).to_contain_text("Try fewer words")


def test_a_private_video_is_found_by_its_owner_only(
    new_page: Callable[..., Page], sign_in: Callable[..., None], private_video: str, video: str
) -> None:
    for name, number in (("alice", 1), ("bob", 0), (None, 0)):
        page = new_page()
        if name:
            sign_in(page, name)
        page.goto("/search?q=lighthouse+keeper")
        expect(moment_of(page, video)).to_be_visible(timeout=FIRST_SEARCH_MS)
        assert page.locator(f"a[href^='/watch/{private_video}']").count() >= number, name
        assert ("A coast nobody sees" in page.content()) == bool(number), name


def test_a_picture_finds_what_looks_like_it(page: Page, clip: Path, server: Server, tmp_path: Path) -> None:
    detailed = add_clip(server, clip, title="A test card")
    frame = sorted((server.home / "videos" / detailed / "samples").glob("*.jpg"))[2]
    copy = tmp_path / "frame.jpg"
    copy.write_bytes(frame.read_bytes())
    page.goto("/search")
    page.locator("#picture-input").set_input_files(copy)
    expect(page.locator("#results .search-count, #results h2").first).to_be_visible(timeout=FIRST_SEARCH_MS)
    expect(page.locator("#results")).to_contain_text(re.compile("like your picture|looks like this picture"))
    expect(page.locator("#results")).to_contain_text("A test card")


def test_a_picture_of_one_colour_is_refused_in_a_sentence(page: Page, tmp_path: Path) -> None:
    flat = tmp_path / "flat.png"
    Image.new("RGB", (320, 180), (40, 40, 60)).save(flat)
    page.goto("/search")
    page.locator("#picture-input").set_input_files(flat)
    expect(page.locator("#results [role=alert]")).to_contain_text("nearly one colour", timeout=FIRST_SEARCH_MS)


def test_what_is_no_picture_is_refused_in_a_sentence(page: Page, tmp_path: Path) -> None:
    fake = tmp_path / "evil.png"
    fake.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    page.goto("/search")
    page.locator("#picture-input").set_input_files(fake)
    expect(page.locator("#results [role=alert]")).to_contain_text("can't be searched for", timeout=FIRST_SEARCH_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_serious_fault_and_nothing_sticks_out(
    new_page: Callable[..., Page], axe: Callable[[Page], list[str]], video: str, scheme: Any, viewport: Any
) -> None:
    page = new_page(color_scheme=scheme, viewport=viewport, reduced_motion="reduce")
    for address in ("/search", "/search?q=lighthouse+keeper", "/search?q=zxqv", "/search?q=after:x"):
        page.goto(address, timeout=FIRST_SEARCH_MS)
        assert axe(page) == [], address
        assert width_overflow(page) == 0, address


def test_without_scripts_the_form_and_its_menus_work(new_page: Callable[..., Page], video: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/search")
    box_of(page).fill("lighthouse keeper")
    page.get_by_role("combobox", name="Where the words are").select_option(label="Said")
    page.get_by_role("button", name="Apply").click()
    expect(box_of(page)).to_have_value("said:lighthouse said:keeper")
    expect(moment_of(page, video)).to_be_visible(timeout=FIRST_SEARCH_MS)
