"""What every browser test shares: a server with people, a headless Chromium, sign-in, axe, pictures of failures."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.browser.server import PASSWORD, Server, free_port

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a headless Chromium: the system's, else the one that Playwright installed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        if program is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium on this machine")
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def built_pages() -> None:
    """Build the pages' scripts when their sources have changed."""
    done = subprocess.run([sys.executable, str(ROOT / "web" / "build.py")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def server(built_pages: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running site with its worker, and with admin, alice and bob (password `PASSWORD`)."""
    started = Server(tmp_path_factory.mktemp("home"), free_port())
    started.make_people()
    started.start_site()
    started.start_worker()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a 6 s clip, web-playable, with a test picture and a tone."""
    import imageio_ffmpeg

    path = tmp_path_factory.mktemp("clips") / "harbour walk.mp4"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=6",
            "-f", "lavfi", "-i", "sine=f=440:d=6", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
            "-g", "25", "-c:a", "aac", "-movflags", "+faststart", "-shortest", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


@pytest.fixture
def new_page(
    request: pytest.FixtureRequest, chromium: Browser, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Page]]:
    """Return a maker of pages, each in a context of its own; options are those of Playwright's `new_context`.

    A script error or a refusal by the content security policy fails the test; a failed test leaves pictures.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(**options: Any) -> Page:
        options = {"base_url": server.url, "viewport": DESKTOP, **options}
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("console", lambda line: _note_policy_refusal(line.text, faults))
        return page

    yield make
    if request.node.stash.get(_FAILED, False):
        folder = tmp_path_factory.getbasetemp() / "pictures"
        folder.mkdir(exist_ok=True)
        for number, page in enumerate(page for context in contexts for page in context.pages):
            path = folder / f"{request.node.name}-{number}.png"
            page.screenshot(path=str(path))
            request.node.add_report_section("call", "picture", str(path))
    for context in contexts:
        context.close()
    assert not faults, faults


def _note_policy_refusal(text: str, faults: list[str]) -> None:
    if "Content Security Policy" in text:
        faults.append(text)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """Return a page in a fresh browser context, nobody signed in."""
    return new_page()


_sessions: dict[tuple[str, str], list[Any]] = {}


@pytest.fixture
def sign_in(server: Server) -> Callable[..., None]:
    """Return a function that signs somebody in on a page: `sign_in(page, "alice")`."""

    def by_form(page: Page, username: str = "alice") -> None:
        known = _sessions.get((server.url, username))
        if known:
            page.context.add_cookies(known)
            return
        page.goto("/accounts/login/")
        page.get_by_label("Username or email").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/")
        _sessions[(server.url, username)] = page.context.cookies()

    return by_form


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Return a function that gives the serious and critical faults which axe finds on a page."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run web/build.py --force")

    def faults(page: Page) -> list[str]:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in result["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"]
        ]

    return faults


def width_overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"))
