"""The create page in a browser, with a tiny model of the true classes: from words to a published video."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import PASSWORD, Server, free_port
from tests.integration.generate.conftest import tiny_model  # noqa: F401  (a fixture)

SLOW = 240_000  # milliseconds: a busy machine loads the networks' libraries for long


@pytest.fixture(scope="module")
def maker(
    built_pages: None,
    tmp_path_factory: pytest.TempPathFactory,
    tiny_model: Path,  # noqa: F811
) -> Iterator[Server]:
    """Return a site with a worker that makes clips."""
    started = Server(tmp_path_factory.mktemp("home"), free_port(), {"video_model": str(tiny_model)})
    started.make_people()
    started.start_site()
    started.start_worker()
    yield started
    started.stop()


def enter(page: Page, username: str = "alice") -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username or email").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")


@pytest.mark.timeout(900)
def test_words_become_takes_and_one_is_published(
    new_page: Callable[..., Page], maker: Server, axe: Callable[[Page], list[str]]
) -> None:
    page = new_page(base_url=maker.url)
    enter(page)
    page.get_by_role("link", name="Create").click()
    expect(page.get_by_text("Nothing made yet")).to_be_visible()
    page.get_by_label("What is to be seen").fill("a red ball rolls left")
    page.get_by_label("Length").fill("1")
    page.get_by_label("Takes", exact=False).first.fill("2")
    expect(page.locator("#bill")).to_contain_text("2 takes, one after the other")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".take")).to_have_count(2)
    expect(page.get_by_text("Nothing made yet")).to_be_hidden()
    waiting = page.locator('.take[data-state="queued"]').last
    waiting.get_by_role("button", name="Pause").click()
    expect(page.locator('.take[data-state="paused"]')).to_have_count(1)
    assert axe(page) == []
    done = page.locator('.take[data-state="done"]')
    expect(done).to_have_count(1, timeout=SLOW)
    expect(done.locator("video")).to_have_js_property("readyState", 4)
    done.get_by_role("button", name="Publish").click()
    expect(done.get_by_role("link", name="Watch")).to_be_visible()
    assert maker.ask("SELECT is_made_by_machine, origin FROM library_video") == [(1, "generated")]
    page.locator('.take[data-state="paused"]').get_by_role("button", name="Delete").click()
    expect(page.locator(".take")).to_have_count(1)
    page.reload()
    expect(page.locator(".take")).to_have_count(1)
    assert axe(page) == []


def test_a_refusal_is_said_and_pictures_and_cards_come_and_go(
    new_page: Callable[..., Page], maker: Server, tmp_path: Path
) -> None:
    from PIL import Image

    page = new_page(base_url=maker.url)
    enter(page, "bob")
    page.goto("/create")
    expect(page.locator(".take")).to_have_count(0)  # Alice's are hers
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("alert")).to_contain_text("a clip needs words")
    Image.new("RGB", (80, 60), (30, 90, 200)).save(tmp_path / "blue.png")
    page.set_input_files("[data-picture]", tmp_path / "blue.png")
    expect(page.locator(".create-picture img")).to_have_js_property("naturalWidth", 80)
    (tmp_path / "no.png").write_bytes(b"no picture")
    page.set_input_files("[data-picture]", tmp_path / "no.png")
    expect(page.get_by_role("alert")).to_contain_text("can't be read")
    page.get_by_role("button", name="Remove this picture").click()
    expect(page.locator(".create-picture")).to_have_count(0)
    page.get_by_text("Storyboard", exact=True).click()
    page.get_by_role("button", name="Add a card").click()
    expect(page.locator(".create-card")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone(
    new_page: Callable[..., Page], maker: Server, axe: Callable[[Page], list[str]], scheme: str
) -> None:
    page = new_page(base_url=maker.url, viewport=PHONE, color_scheme=scheme)
    enter(page)
    page.goto("/create")
    assert width_overflow(page) == 0
    assert axe(page) == []


def test_a_search_without_an_answer_leads_to_making(new_page: Callable[..., Page], maker: Server) -> None:
    page = new_page(base_url=maker.url)
    enter(page, "bob")
    page.goto("/search?q=title:zebras")
    page.get_by_role("link", name="make it").click()
    expect(page.get_by_label("What is to be seen")).to_have_value("title:zebras")
