"""The upload page in a browser: to a playable and findable video, resumed after a closed tab and a killed server."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server

SRT = "1\n00:00:01,000 --> 00:00:03,000\nThe lighthouse keeper waves\n"
SLOW = 60_000  # milliseconds that reading a clip may take on a busy machine


@pytest.fixture
def upload_page(new_page: Callable[..., Page], sign_in: Callable[..., None]) -> Page:
    page = new_page()
    sign_in(page, "alice")
    page.goto("/upload")
    return page


def choose(page: Page, *files: Any) -> None:
    page.set_input_files("#file-input", list(files))


def copy_of(clip: Path, folder: Path, name: str, tail: bytes = b"") -> Path:
    """Return the clip under another name; bytes behind its end make it another file, still playable."""
    path = folder / name
    path.write_bytes(clip.read_bytes() + tail)
    return path


def bytes_called(folder: Path, name: str, num_bytes: int) -> Path:
    """Return a file that is no video, for tests of the journey alone: the worker is done with it at once."""
    path = folder / name
    path.write_bytes(name.encode() * (num_bytes // len(name)))
    return path


def card_of(page: Page, name: str) -> Any:
    return page.locator(".upload-card", has_text=name)


def test_many_files_with_subtitles_become_watchable_and_findable(
    upload_page: Page, clip: Path, tmp_path: Path, server: Server
) -> None:
    first = copy_of(clip, tmp_path, "keeper.mp4", b"first")
    second = copy_of(clip, tmp_path, "other.mp4", b"second")
    subtitles = tmp_path / "keeper.en.srt"
    subtitles.write_text(SRT)
    choose(upload_page, first, subtitles, second)
    card = card_of(upload_page, "keeper.mp4")
    expect(card).to_contain_text("keeper.en.srt: added")
    expect(card.get_by_role("link", name="Watch")).to_be_visible(timeout=SLOW)
    expect(card).to_contain_text("Ready to be found", timeout=SLOW)
    expect(card_of(upload_page, "other.mp4")).to_contain_text("Ready to be found", timeout=SLOW)
    card.get_by_role("link", name="Watch").click()
    upload_page.wait_for_url(re.compile(r"/watch/\w+$"))
    expect(upload_page.locator("#content")).to_contain_text("Keeper")
    found = server.ask(
        "SELECT c.text FROM library_cue c JOIN library_subtitletrack t ON c.track_id = t.id"
        " JOIN library_video v ON t.video_id = v.id WHERE v.original_name = ?",
        "keeper.mp4",
    )
    assert found == [("The lighthouse keeper waves",)]


def test_title_and_visibility_typed_on_the_way_are_kept(
    upload_page: Page, clip: Path, tmp_path: Path, server: Server
) -> None:
    choose(upload_page, copy_of(clip, tmp_path, "typed.mp4", b"typed"))
    card = card_of(upload_page, "typed.mp4")
    card.get_by_label("Title").fill("A title of my own")
    card.get_by_label("Visibility").select_option("unlisted")
    expect(card).to_contain_text("Saved")
    card.get_by_role("link", name="Edit details of typed.mp4").click()
    expect(upload_page.get_by_role("textbox", name="Title")).to_have_value("A title of my own")
    expect(upload_page.get_by_label("Who sees it", exact=True)).to_have_value("unlisted")


def test_refusals_are_sentences_beside_their_file(upload_page: Page, clip: Path, tmp_path: Path) -> None:
    empty, lonely = tmp_path / "nothing.mp4", tmp_path / "stranger.srt"
    empty.touch()
    lonely.write_text(SRT)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"this is a letter, not a film" * 50)
    subtitles = tmp_path / "broken.srt"
    subtitles.write_bytes(b"\x00\x01\x02")
    choose(upload_page, empty, lonely, broken, subtitles)
    complaints = upload_page.locator("#upload-complaints")
    expect(complaints).to_contain_text("nothing.mp4 is empty")
    expect(complaints).to_contain_text("stranger.srt has no video of the same name")
    card = card_of(upload_page, "broken.mp4")
    expect(card.get_by_role("alert")).to_contain_text("no video or sound file", timeout=SLOW)
    expect(card.locator("[data-part=subtitles]")).to_contain_text("broken.srt: ")
    assert not any(text in upload_page.content() for text in ("Traceback", "KinoraError"))


class SlowNetwork:
    """Holds the browser's upload speed down, by Chromium's own switch."""

    def __init__(self, page: Page, bytes_per_second: int) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second},
        )


@pytest.fixture
def big_file(tmp_path: Path) -> Path:
    return bytes_called(tmp_path, "journey.mp4", 4_000_000)


def received(server: Server, name: str) -> int:
    """Return how many bytes of an unfinished upload lie on the server's disk."""
    ((public_id,),) = server.ask("SELECT public_id FROM library_upload WHERE name = ?", name)
    return (server.home / "uploads" / public_id).stat().st_size


def wait_for_progress(page: Page, name: str, least: float) -> None:
    page.wait_for_function(
        "([name, least]) => [...document.querySelectorAll('.upload-card')].some(card =>"
        " card.textContent.includes(name) && card.querySelector('[data-part=progress]').value > least)",
        arg=[name, least],
    )


def test_an_upload_goes_on_after_the_server_was_killed(upload_page: Page, big_file: Path, server: Server) -> None:
    network = SlowNetwork(upload_page, 1_000_000)
    choose(upload_page, big_file)
    wait_for_progress(upload_page, "journey.mp4", 0.3)
    server.kill_site()
    expect(card_of(upload_page, "journey.mp4")).to_contain_text("Trying again by itself")
    held = received(server, "journey.mp4")
    assert 500_000 < held < big_file.stat().st_size
    server.start_site()
    expect(card_of(upload_page, "journey.mp4")).to_contain_text("Received", timeout=SLOW)
    network.session.detach()
    assert server.ask("SELECT size_bytes FROM library_video WHERE original_name = 'journey.mp4'") == [
        (big_file.stat().st_size,)
    ]


@pytest.mark.parametrize("keeps_storage", [True, False], ids=["same_browser", "another_browser"])
def test_an_upload_goes_on_after_a_closed_tab(
    keeps_storage: bool,
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    tmp_path: Path,
    server: Server,
) -> None:
    name = f"tab-{keeps_storage}.mp4"
    file = bytes_called(tmp_path, name, 20_000_000)
    page = new_page()
    sign_in(page, "alice")
    page.goto("/upload")
    SlowNetwork(page, 1_500_000)
    choose(page, file)
    wait_for_progress(page, name, 0.1)
    page.close()  # a few megabytes may still go out at full speed, not all of them
    held = received(server, name)
    assert 0 < held < file.stat().st_size
    again = page.context.new_page() if keeps_storage else new_page()
    sign_in(again, "alice")
    sent: list[int] = []
    again.on(
        "request", lambda request: sent.append(1) if request.method == "POST" and "/uploads/" in request.url else None
    )
    again.goto("/upload")
    expect(again.locator(".waiting-line", has_text=name)).to_contain_text("received")
    choose(again, file)
    expect(card_of(again, name)).to_contain_text("Received", timeout=SLOW)
    assert sent == []  # no new upload was begun
    assert server.ask("SELECT count(*) FROM library_upload WHERE name = ?", name) == [(1,)]


def test_cancelling_takes_the_upload_away_from_page_and_server(
    upload_page: Page, tmp_path: Path, server: Server
) -> None:
    SlowNetwork(upload_page, 300_000)
    choose(upload_page, bytes_called(tmp_path, "unwanted.mp4", 2_000_000))
    wait_for_progress(upload_page, "unwanted.mp4", 0.1)
    card_of(upload_page, "unwanted.mp4").get_by_role("button", name="Cancel the upload of unwanted.mp4").click()
    expect(card_of(upload_page, "unwanted.mp4")).to_have_count(0)
    assert server.ask("SELECT count(*) FROM library_upload WHERE name = 'unwanted.mp4'") == [(0,)]


def test_files_may_be_dropped_anywhere(upload_page: Page) -> None:
    content = base64.b64encode(b"dropped" * 1000).decode()
    transfer = upload_page.evaluate_handle(
        """(content) => {
            const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], "dropped.mp4", {type: "video/mp4"}));
            return transfer;
        }""",
        content,
    )
    upload_page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    expect(upload_page.get_by_text("Drop to upload")).to_be_visible()
    upload_page.dispatch_event("footer, body", "drop", {"dataTransfer": transfer})
    expect(card_of(upload_page, "dropped.mp4")).to_contain_text("Received", timeout=SLOW)
    expect(upload_page.get_by_text("Drop to upload")).to_be_hidden()


def test_the_page_with_an_upload_on_it_has_no_serious_fault_on_a_phone(
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    axe: Callable[[Page], list[str]],
    clip: Path,
    tmp_path: Path,
) -> None:
    page = new_page(viewport=PHONE)
    sign_in(page, "alice")
    page.goto("/upload")
    choose(
        page,
        copy_of(clip, tmp_path, "a-very-long-file-name-without-any-space-that-would-not-fit-a-phone.mp4", b"phone"),
    )
    expect(page.locator(".stage").first).to_be_visible(timeout=SLOW)
    assert axe(page) == []
    assert width_overflow(page) == 0
    page.get_by_role("link", name="Edit details").click()
    expect(page.get_by_role("heading", name="Details")).to_be_visible()
    assert axe(page) == []
    assert width_overflow(page) == 0


def test_a_file_can_be_replaced_on_its_edit_page(upload_page: Page, clip: Path, tmp_path: Path, server: Server) -> None:
    public_id = server.add_video(copy_of(clip, tmp_path, "old.mp4", b"old"))
    new = tmp_path / "new.mp4"
    import imageio_ffmpeg

    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clip), "-t", "2", "-c", "copy", str(new)], check=True
    )
    upload_page.goto(f"/videos/{public_id}/edit")
    choose(upload_page, new)
    expect(card_of(upload_page, "new.mp4")).to_contain_text("Received", timeout=SLOW)
    upload_page.reload()
    expect(upload_page.locator("#content")).to_contain_text("new.mp4")
