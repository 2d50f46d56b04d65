"""The frame of every page: search shortcut, menu, colours, phone width, keyboard, script size, own origin only."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server

ANONYMOUS_PAGES = ["/", "/accounts/login/", "/accounts/signup/", "/nothing-here"]
SIGNED_IN_PAGES = [
    "/", "/upload", "/videos", "/channel", "/settings/keys", "/accounts/password/change/", "/accounts/2fa/", "/jobs",
]  # fmt: skip


@pytest.fixture
def some_videos(server: Server) -> None:
    """Put public videos into the home, straight into its tables: their looks are tested, not their reading."""
    server.run_python(
        """
from kinora.library.accounts import channel_of
from kinora.library.models import User, Video
owner = User.objects.get(username="alice")
for number in range(30):
    Video.objects.get_or_create(owner=owner, sha256=f"{number:064d}", defaults=dict(
        channel=channel_of(owner), title=f"A walk along the harbour at dawn, part {number} of a rather long title",
        visibility="public", state="ready", size_bytes=1, original_name="x.mp4", duration_seconds=61 + number))
"""
    )


@pytest.mark.parametrize("path", ANONYMOUS_PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_anonymous_pages_have_no_serious_fault(
    path: str, scheme: str, new_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(path)
    assert axe(page) == []


@pytest.mark.parametrize("path", SIGNED_IN_PAGES)
def test_signed_in_pages_have_no_serious_fault_and_fit_a_phone(
    path: str,
    some_videos: None,
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    axe: Callable[[Page], list[str]],
) -> None:
    page = new_page(viewport=PHONE, color_scheme="dark")
    sign_in(page, "admin")
    page.goto(path)
    assert axe(page) == []
    assert width_overflow(page) == 0
    page.emulate_media(color_scheme="light")
    assert axe(page) == []


def test_slash_goes_to_the_search_box(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("a/b")


def test_skip_link_is_the_first_stop_and_leads_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_menu_works_by_keyboard(page: Page, sign_in: Callable[..., None]) -> None:
    sign_in(page, "alice")
    page.goto("/")
    page.get_by_role("button", name="Your menu").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Your videos")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Your videos")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Your videos")).to_be_hidden()


def test_choice_of_colours_outlives_a_reload_and_sets_no_cookie(new_page: Callable[..., Page]) -> None:
    page = new_page(color_scheme="light")
    page.goto("/")
    light = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Look").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != light
    assert page.context.cookies() == []


def test_home_asks_only_its_own_origin_and_under_100_kb_of_script(page: Page, server: Server) -> None:
    scripts: dict[str, int] = {}
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("response", lambda answer: _note_script(answer, scripts))
    page.goto("/", wait_until="networkidle")
    assert hosts == {urlsplit(server.url).netloc}
    assert scripts
    assert sum(scripts.values()) < 100_000


def _note_script(answer: Response, scripts: dict[str, int]) -> None:
    if "javascript" in answer.headers.get("content-type", ""):
        scripts[answer.url] = len(answer.body())


def test_more_videos_come_as_the_page_is_scrolled(some_videos: None, page: Page, server: Server) -> None:
    """Other tests may have added public videos to the same server; all of them come."""
    page.goto("/")
    expect(page.locator(".card")).to_have_count(24)
    page.mouse.wheel(0, 20_000)
    public = "SELECT count(*) FROM library_video WHERE visibility = 'public' AND state = 'ready'"
    (num_public,) = server.ask(public)[0]
    assert 30 <= num_public <= 48, "the second page holds the rest"
    expect(page.locator(".card")).to_have_count(num_public)
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)


def test_a_page_that_is_not_there_says_what_to_do(page: Page) -> None:
    response = page.goto("/nothing-here")
    assert response is not None and response.status == 404
    expect(page.get_by_role("heading", name="This page does not exist")).to_be_visible()
    expect(page.get_by_role("link", name="Go home")).to_be_visible()
