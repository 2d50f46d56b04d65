"""Watching on in a real browser: playlists in order and in a row, saving, the mini-player, the look of subtitles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.browser.watching import add_coloured_video, wait_until_shown

_FILL = """
from kinora.library.models import User, Video
from kinora.library.watching.playlists import PlaylistChanges, make_playlist, put_in
playlist = make_playlist(User.objects.get(username="alice"), given["title"], PlaylistChanges(visibility="public"))
for public_id in given["videos"]:
    put_in(playlist, Video.objects.get(public_id=public_id))
print(playlist.public_id)
"""


@pytest.fixture(scope="module")
def videos(server: Server, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return [
        add_coloured_video(server, tmp_path_factory.mktemp("row"), title=title)
        for title in ("First of the row", "Second of the row")
    ]


@pytest.fixture
def playlist(server: Server, videos: list[str]) -> str:
    return server.run_python(_FILL, title="A row", videos=videos)


def test_a_list_is_put_in_order_by_keys_and_played_in_a_row(
    new_page: Callable[..., Page], sign_in: Callable[..., None], axe: Callable[[Page], list[str]],
    videos: list[str], playlist: str,
) -> None:  # fmt: skip
    page = new_page()
    sign_in(page, "alice")
    page.goto(f"/playlists/{playlist}")
    assert axe(page) == []
    titles = page.locator(".playlist-title")
    expect(titles).to_have_text(["First of the row", "Second of the row"])
    with page.expect_response(lambda answer: answer.url.endswith("/order")):
        page.locator("[data-handle]").nth(1).press("ArrowUp")
    page.reload()
    expect(titles).to_have_text(["Second of the row", "First of the row"])
    page.set_viewport_size(PHONE)
    assert width_overflow(page) == 0
    page.get_by_role("link", name="Play in a row").click()
    wait_until_shown(page)
    expect(page.locator(".queue-item[aria-current]")).to_contain_text("Second of the row")
    page.evaluate("document.querySelector('[data-player] video').currentTime = 11.8")
    page.evaluate("document.querySelector('[data-player] video').play()")
    expect(page.locator("[data-next]")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-next]")).to_be_hidden()
    page.keyboard.press("Shift+N")
    page.wait_for_url(f"**/watch/{videos[0]}?list={playlist}")
    page.wait_for_function("() => !document.querySelector('[data-player] video').paused")


def test_a_video_is_saved_without_leaving_the_page(
    new_page: Callable[..., Page], sign_in: Callable[..., None], axe: Callable[[Page], list[str]], videos: list[str]
) -> None:
    page = new_page()
    sign_in(page, "bob")
    page.goto(f"/watch/{videos[0]}")
    page.get_by_role("link", name="Save", exact=True).click()
    later = page.get_by_role("checkbox", name="Watch later")
    expect(later).to_have_attribute("aria-checked", "false")
    assert axe(page) == []
    later.click()
    expect(later).to_have_attribute("aria-checked", "true")
    page.get_by_label("A new playlist").fill("Harbours")
    page.get_by_role("button", name="Make it with this video").click()
    expect(page.get_by_role("checkbox", name="Harbours")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Like", exact=True).click()
    expect(page.locator("#like-button")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Follow", exact=False).first.click()
    expect(page.locator("#follow-button")).to_have_attribute("aria-pressed", "true")
    page.goto("/subscriptions")
    expect(page.get_by_role("link", name="First of the row", exact=True)).to_be_visible()


def test_what_plays_goes_on_in_the_corner_of_other_pages(
    new_page: Callable[..., Page], axe: Callable[[Page], list[str]], videos: list[str]
) -> None:
    page = new_page()
    page.goto("/")
    page.goto(f"/watch/{videos[0]}?t=2")
    wait_until_shown(page)
    page.evaluate("document.querySelector('[data-player] video').play()")
    page.wait_for_function("() => document.querySelector('[data-player] video').currentTime > 2.3")
    page.get_by_role("link", name="Kinora, home").click()
    mini = page.locator(".mini")
    expect(mini).to_be_visible()
    page.wait_for_function("() => document.querySelector('.mini video').currentTime > 2.5")
    assert axe(page) == []
    page.goto("/search?q=harbour")
    expect(mini).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    page.keyboard.press("i")
    page.wait_for_url(f"**/watch/{videos[0]}?t=*")
    expect(mini).to_have_count(0)
    page.keyboard.press("i")
    expect(mini).to_be_visible()
    page.get_by_role("button", name="Close the mini-player").click()
    page.reload()
    expect(mini).to_have_count(0)


def test_subtitles_look_as_a_person_chose_and_a_clip_is_marked_by_keys(
    new_page: Callable[..., Page], videos: list[str], server: Server
) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(f"/watch/{videos[0]}?t=5.5")
    wait_until_shown(page)
    page.keyboard.press("c")
    line = page.locator("[data-captions] span")
    expect(line).to_be_visible()
    before = line.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("Look of subtitles").click()
    page.locator("[data-caption-size]").select_option("huge")
    page.locator("[data-caption-colour]").select_option("yellow")
    page.reload()
    wait_until_shown(page)
    assert line.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") > before * 1.5
    assert line.evaluate("element => getComputedStyle(element).color") == "rgb(255, 225, 77)"
    page.keyboard.press("[")
    page.keyboard.press("l")
    page.keyboard.press("]")
    expect(page.locator("[data-share-link]")).to_have_value(f"{server.url}/watch/{videos[0]}?t=5.5&end=11.9")
