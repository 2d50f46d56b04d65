"""Sharing in a real browser: the dialog, a moment that plays alone, the player in somebody else's page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.browser.watching import add_coloured_video, seconds_now, wait_until_shown

NOW = "document.querySelector('[data-player] video').currentTime"


@pytest.fixture(scope="module")
def video(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    return add_coloured_video(server, tmp_path_factory.mktemp("shared"), title="A shared harbour")


@pytest.fixture(scope="module")
def foreign(server: Server, video: str) -> Iterator[str]:
    """Return the address of a page on another site that embeds the video."""
    body = f'<!doctype html><title>Elsewhere</title><iframe src="{server.url}/embed/{video}?t=4&end=5" '
    body += 'title="film" width="640" height="360" allow="autoplay"></iframe>'

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *values: object) -> None:
            return None

    elsewhere = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    yield f"http://localhost:{elsewhere.server_address[1]}/"
    elsewhere.shutdown()


def test_the_dialog_makes_links_to_a_moment(
    new_page: Callable[..., Page], video: str, server: Server, axe: Callable[[Page], list[str]]
) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(f"/watch/{video}?t=4")
    wait_until_shown(page)
    page.get_by_role("button", name="Share", exact=True).click()
    link, code = page.locator("[data-share-link]"), page.locator("[data-share-code]")
    expect(link).to_have_value(f"{server.url}/watch/{video}")
    page.get_by_label("Start at").check()
    expect(link).to_have_value(f"{server.url}/watch/{video}?t=4")
    page.get_by_label("End time").fill("0:06.5")
    expect(link).to_have_value(f"{server.url}/watch/{video}?t=4&end=6.5")
    expect(page.locator("[data-share-say]")).to_have_text("Plays 0:04 to 0:06.5 and stops.")
    page.get_by_text("Embed in a page").click()
    assert f'src="{server.url}/embed/{video}?t=4&amp;end=6.5"' in code.input_value()
    assert axe(page) == []
    page.get_by_label("End time").fill("0:03")
    expect(page.locator("[data-share-say]")).to_have_text("The end comes before the start.")
    page.keyboard.press("Escape")
    expect(page.locator("#share-dialog")).to_be_hidden()


def test_a_shared_moment_plays_alone_and_says_so(page: Page, video: str) -> None:
    page.goto(f"/watch/{video}?t=4&end=4.6")
    bar = page.locator("[data-moment]")
    expect(bar).to_contain_text("only 0:04–0:04 plays")
    page.wait_for_function(f"() => {NOW} > 4.3 && document.querySelector('[data-player] video').paused")
    assert seconds_now(page) == pytest.approx(4.58, abs=0.05), "the last frame of [start, end)"
    page.get_by_role("button", name="Play the whole video").click()
    page.wait_for_function(f"() => {NOW} > 4.8")
    expect(bar.get_by_role("button", name="Play the moment")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_dialog_fits(
    new_page: Callable[..., Page], video: str, axe: Callable[[Page], list[str]], scheme: str
) -> None:
    page = new_page(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"/watch/{video}?t=4&end=6")
    wait_until_shown(page)
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("[data-share-link]")).to_have_value(f"{page.url.split('?')[0]}?t=4&end=6")
    assert width_overflow(page) == 0
    assert axe(page) == []


def test_another_site_embeds_the_player_until_its_owner_forbids_it(
    new_page: Callable[..., Page], video: str, foreign: str, server: Server, axe: Callable[[Page], list[str]]
) -> None:
    page = new_page()
    page.goto(foreign)
    frame = page.frame_locator("iframe")
    expect(frame.locator("[data-moment]")).to_contain_text("only 0:04–0:05 plays")
    frame.locator("[data-toggle]").click()
    expect(frame.locator("[data-moment]")).to_have_class("moment-bar is-over", timeout=15_000)
    expect(frame.locator("[data-embed-out]")).to_have_text("A shared harbour")
    alone = new_page()
    alone.goto(f"/embed/{video}")
    wait_until_shown(alone)
    assert axe(alone) == []
    server.run_python(
        "from kinora.library.models import Video\nfrom kinora.library.sharing import set_embed_rule\n"
        "set_embed_rule(Video.objects.get(public_id=given['id']), 'listed', 'example.org')",
        id=video,
    )
    refused: list[str] = []
    other = page.context.new_page()
    other.on("console", lambda line: refused.append(line.text))
    other.goto(foreign)
    expect(other.frame_locator("iframe").locator("[data-embed]")).to_have_count(0)
    assert any("frame-ancestors" in text for text in refused)
