"""The watch page in a real browser: it starts at the second, plays, listens to the keyboard, and reads along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.browser.watching import add_coloured_video, colour_shown, seconds_now, wait_until_shown


@pytest.fixture(scope="module")
def video(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    return add_coloured_video(server, tmp_path_factory.mktemp("watched"), title="Three colours of a harbour")


@pytest.fixture(scope="module")
def private_video(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("private")
    return add_coloured_video(server, folder, title="Unseen", visibility="private")


@pytest.fixture
def calm_page(new_page: Callable[..., Page]) -> Page:
    """Return a page for a person who wants little motion: a video there waits for its first click."""
    return new_page(reduced_motion="reduce")


def open_at(page: Page, video: str, at: str = "") -> None:
    page.goto(f"/watch/{video}{at}")
    wait_until_shown(page)


@pytest.mark.parametrize(
    ("at", "seconds", "colour"),
    [
        ("?t=4", 4, "green"),
        ("?t=0:08", 8, "blue"),
        ("?t=0m7s", 7, "green"),
        ("#t=3.9", 3.9, "red"),
        ("?t=99", 0, "red"),
    ],
)
def test_it_shows_the_frame_of_the_second_asked_for_before_it_plays(
    calm_page: Page, video: str, at: str, seconds: float, colour: str
) -> None:
    open_at(calm_page, video, at)
    assert seconds_now(calm_page) == pytest.approx(seconds, abs=0.02)
    assert colour_shown(calm_page) == colour


def test_a_link_to_a_second_plays_at_once(page: Page, video: str) -> None:
    open_at(page, video, "?t=5")
    page.wait_for_function("() => document.querySelector('[data-player] video').currentTime > 5.2")
    expect(page.locator("[data-toggle]")).to_have_attribute("aria-label", "Pause")


def test_the_keyboard_steers_as_on_youtube(calm_page: Page, video: str) -> None:
    open_at(calm_page, video, "?t=1")
    press = calm_page.keyboard.press
    for key, expected in [("ArrowRight", 6), ("ArrowLeft", 1), ("l", 11), ("j", 1), ("5", 6), ("Home", 0)]:
        press(key)
        assert seconds_now(calm_page) == pytest.approx(expected, abs=0.1), key
    press("4")
    wait_until_shown(calm_page)
    before = seconds_now(calm_page)
    press(".")
    press(".")
    assert seconds_now(calm_page) == pytest.approx(before + 2 / 25, abs=0.03)
    press(">")
    press("m")
    state = "(() => { const v = document.querySelector('[data-player] video'); return [v.playbackRate, v.muted]; })()"
    assert calm_page.evaluate(state) == [1.25, True]
    press("k")
    calm_page.wait_for_function(f"() => document.querySelector('[data-player] video').currentTime > {before + 0.4}")
    press(" ")
    assert calm_page.evaluate("document.querySelector('[data-player] video').paused")
    press("t")
    expect(calm_page.locator(".watch")).to_have_class("watch is-theatre")
    press("?")
    expect(calm_page.get_by_role("dialog")).to_be_visible()
    press("Escape")
    expect(calm_page.get_by_role("dialog")).to_be_hidden()


def test_keys_are_left_to_whoever_types(calm_page: Page, video: str) -> None:
    open_at(calm_page, video, "?t=1")
    inside = calm_page.get_by_role("searchbox", name="Search in this video")
    inside.fill("")
    inside.press_sequentially("k l 5")
    assert seconds_now(calm_page) == pytest.approx(1, abs=0.02)
    expect(inside).to_have_value("k l 5")


def test_the_transcript_follows_seeks_and_can_be_searched(calm_page: Page, video: str) -> None:
    open_at(calm_page, video, "?t=1.5")
    panel = calm_page.get_by_role("tabpanel", name="Transcript")
    calm_page.get_by_role("combobox", name="Transcript language").select_option(label="English")
    expect(panel.locator("[aria-current=true]")).to_contain_text("harbour sleeps")
    panel.get_by_text("Goodbye, old whale").click()
    wait_until_shown(calm_page)
    assert seconds_now(calm_page) == pytest.approx(9, abs=0.4)
    assert colour_shown(calm_page) == "blue"
    expect(panel.locator("[aria-current=true]")).to_contain_text("whale")
    inside = calm_page.get_by_role("searchbox", name="Search in this video")
    inside.fill("light")
    expect(panel.locator("li:visible")).to_have_count(1)
    expect(panel.locator("mark")).to_have_text("light")
    inside.press("Enter")
    wait_until_shown(calm_page)
    assert seconds_now(calm_page) == pytest.approx(5, abs=0.4)
    calm_page.get_by_role("combobox", name="Transcript language").select_option(label="Deutsch")
    inside.fill("leuchtturmwarter")
    expect(panel.locator("li:visible")).to_have_count(1)


def test_subtitles_of_the_chosen_language_are_shown(calm_page: Page, video: str) -> None:
    open_at(calm_page, video, "?t=5.5")
    shown = calm_page.locator("[data-captions]")
    expect(shown).to_be_empty()
    calm_page.get_by_role("button", name="Settings").click()
    calm_page.locator("[data-subtitles]").select_option(label="Deutsch")
    expect(shown).to_have_text("Ein Leuchtturmwärter winkt der Fähre.")
    calm_page.locator("[data-subtitles]").select_option(label="English")
    expect(shown).to_contain_text("lighthouse keeper")


def test_chapters_and_times_in_the_description_seek(calm_page: Page, video: str) -> None:
    open_at(calm_page, video)
    calm_page.get_by_role("tab", name="Chapters").click()
    calm_page.get_by_role("tabpanel", name="Chapters").get_by_text("Green").click()
    wait_until_shown(calm_page)
    assert colour_shown(calm_page) == "green"
    calm_page.get_by_role("link", name="0:05", exact=True).click()
    assert seconds_now(calm_page) == pytest.approx(5, abs=0.4)
    expect(calm_page.get_by_role("link", name="https://example.org/harbour")).to_have_attribute(
        "rel", "nofollow noopener ugc"
    )


def test_the_seek_bar_shows_a_picture_of_the_second_pointed_at(calm_page: Page, video: str) -> None:
    open_at(calm_page, video)
    bar = calm_page.locator("[data-range]")
    box = bar.bounding_box()
    assert box is not None
    calm_page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    picture = calm_page.locator("[data-preview-picture]")
    expect(picture).to_be_visible()
    assert "scrub/sprite-0.jpg" in picture.evaluate("element => element.style.backgroundImage")
    expect(calm_page.locator("[data-preview-chapter]")).to_have_text("Green")
    calm_page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    wait_until_shown(calm_page)
    assert colour_shown(calm_page) == "blue"


def test_sharing_gives_a_link_to_this_second(calm_page: Page, video: str, server: Server) -> None:
    open_at(calm_page, video, "?t=7")
    calm_page.get_by_role("button", name="Share", exact=True).click()
    calm_page.get_by_label("Start at").check()
    expect(calm_page.get_by_role("textbox", name="Link")).to_have_value(f"{server.url}/watch/{video}?t=7")


def test_look_alikes_of_the_frame_are_other_moments(calm_page: Page, video: str) -> None:
    open_at(calm_page, video, "?t=2")
    calm_page.keyboard.press("s")
    panel = calm_page.get_by_role("tabpanel", name="Look-alikes")
    expect(panel.locator(":scope > *").first).not_to_contain_text("Looking for", timeout=30_000)
    for moment in panel.locator("[data-moment]").all():
        address = moment.get_attribute("href") or ""
        assert not (video in address and float(moment.get_attribute("data-start") or "0") < 4), "the frame itself"


def test_a_signed_in_person_goes_on_where_they_stopped(page: Page, video: str, sign_in: Callable[..., None]) -> None:
    sign_in(page, "bob")
    open_at(page, video, "?t=6")
    page.wait_for_function("() => document.querySelector('[data-player] video').currentTime > 6.5")
    with page.expect_request(lambda request: request.url.endswith("/progress")) as sent:
        page.keyboard.press("k")
    response = sent.value.response()
    assert response is not None and response.status == 204
    stopped = seconds_now(page)
    open_at(page, video)
    assert seconds_now(page) == pytest.approx(stopped, abs=0.3)


def test_a_private_video_is_to_others_as_if_it_were_not_there(
    page: Page, private_video: str, sign_in: Callable[..., None]
) -> None:
    sign_in(page, "bob")
    pages = ["", "/status", "/transcript", "/screen-text", "/look-alikes?t=1"]
    for address in [f"/watch/{private_video}{rest}" for rest in pages]:
        response = page.goto(address)
        assert response is not None and response.status == 404, address
        assert "Unseen" not in response.text()


def test_a_broken_connection_is_said_and_can_be_tried_again(calm_page: Page, video: str) -> None:
    calm_page.route("**/media/**/original", lambda route: route.abort())
    calm_page.route("**/media/**/*.m3u8", lambda route: route.abort())
    calm_page.goto(f"/watch/{video}")
    alert = calm_page.locator("[data-error]")
    expect(alert).to_be_visible(timeout=30_000)
    calm_page.unroute("**/media/**/original")
    calm_page.unroute("**/media/**/*.m3u8")
    alert.get_by_role("button", name="Try again").click()
    wait_until_shown(calm_page)
    expect(alert).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_serious_fault_and_nothing_sticks_out(
    new_page: Callable[..., Page], axe: Callable[[Page], list[str]], video: str, scheme: Any, viewport: Any
) -> None:
    page = new_page(color_scheme=scheme, viewport=viewport, reduced_motion="reduce")
    open_at(page, video, "?t=2")
    expect(page.locator(".cue").first).to_be_attached()
    assert axe(page) == []
    assert width_overflow(page) == 0


def test_without_scripts_the_video_and_its_transcript_are_there(new_page: Callable[..., Page], video: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"/watch/{video}")
    assert page.locator("video[controls]").count() == 1
    page.get_by_role("link", name="Read the transcript").click()
    expect(page.get_by_text("Goodbye, old whale.")).to_be_visible()
