"""What FFmpeg wrote plays in a browser: by hls.js and by the browser's own HLS, from 0, with sound, through a seek."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.integration.media_writing.playing import ffmpeg

from kinora.config import Settings
from kinora.media.joined import joined
from kinora.media.ladder import plan_ladder
from kinora.media.manifest import write_main_manifest
from kinora.media.probe import probe
from kinora.media.renditions import encode_rungs

pytestmark = pytest.mark.browser

HLS_JS = Path(__file__).resolve().parents[2] / "web/node_modules/hls.js/dist/hls.min.js"
_PAGE = """<!doctype html><video id="v" muted playsinline width="640" height="360"></video>
<script src="hls.min.js"></script>
<script>
const video = document.getElementById("v"); window.faults = [];
window.play = (withHlsJs, source) => {
  if (!withHlsJs) { video.src = source; }
  else {
    window.hls = new Hls(); hls.on(Hls.Events.ERROR, (_, fault) => { window.faults.push(fault.details); });
    hls.loadSource(source); hls.attachMedia(video);
  }
  video.addEventListener("error", () => window.faults.push("video " + video.error.message));
  video.play();
};
</script>"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        ".m3u8": "application/vnd.apple.mpegurl", ".m4s": "video/iso.segment", ".mp4": "video/mp4",
        ".js": "text/javascript", ".html": "text/html",
    }  # fmt: skip

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a folder with a ladder of 12 s and a page that plays it."""
    if not HLS_JS.exists():
        pytest.skip("needs the player's packages (make pages)")
    folder = tmp_path_factory.mktemp("hls")
    clip, settings = folder / "clip.mkv", Settings(home=folder / "home")
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=12", "-f", "lavfi", "-i", "sine=440:d=12", "-c:v", "libx264",
        "-preset", "ultrafast", "-c:a", "aac", clip,
    )  # fmt: skip
    facts = probe(clip, settings)
    made = encode_rungs(clip, facts, plan_ladder(facts, (180, 360)), folder, settings)
    write_main_manifest(folder, made)
    (folder / "hls.min.js").write_bytes(HLS_JS.read_bytes())
    (folder / "page.html").write_text(_PAGE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def page(address: str, chromium: Browser) -> Iterator[Page]:
    """Return a page that may go to the folder's server; the site is not needed here."""
    with chromium.new_context() as context:
        yield context.new_page()


def wait_for(page: Page, condition: str) -> None:
    page.wait_for_function(f"() => {{ const v = document.getElementById('v'); return {condition}; }}", timeout=40_000)


@pytest.mark.parametrize("with_hls_js", [True, False], ids=["hls.js", "native"])
def test_plays_from_zero_and_after_a_seek(page: Page, address: str, with_hls_js: bool) -> None:
    page.goto(f"{address}/page.html")
    page.evaluate("([withHlsJs, source]) => play(withHlsJs, source)", [with_hls_js, f"{address}/main.m3u8"])
    wait_for(page, "v.currentTime > 0.5 && v.videoWidth > 0")
    assert page.evaluate("document.getElementById('v').buffered.start(0)") == pytest.approx(0.0, abs=0.03)
    assert page.evaluate("document.getElementById('v').duration") == pytest.approx(12.0, abs=0.1)
    page.evaluate("document.getElementById('v').currentTime = 9.5")
    wait_for(page, "v.currentTime > 10.0 && !v.seeking")
    assert page.evaluate("window.faults") == []
    assert page.evaluate("document.getElementById('v').webkitAudioDecodedByteCount") > 0


def test_changes_rungs_without_a_gap(page: Page, address: str) -> None:
    page.goto(f"{address}/page.html")
    page.evaluate("source => play(true, source)", f"{address}/main.m3u8")
    wait_for(page, "v.currentTime > 0.3")
    assert page.evaluate("hls.levels.map(level => level.height)") == [180, 360]
    page.evaluate("hls.currentLevel = 0")
    wait_for(page, "v.videoHeight === 180 && v.currentTime > 1")
    page.evaluate("hls.currentLevel = 1")
    wait_for(page, "v.videoHeight === 360 && v.currentTime > 2")
    assert page.evaluate("window.faults") == []
    assert page.evaluate("document.getElementById('v').buffered.length") == 1


@pytest.fixture(scope="module")
def both_codecs(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a folder with H.264 and AV1 in one manifest, and the two tracks joined in one file."""
    folder = tmp_path_factory.mktemp("av1")
    clip, settings = folder / "clip.mkv", Settings(home=folder / "home")
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=9", "-f", "lavfi", "-i", "sine=440:d=9", "-c:v", "libx264",
        "-preset", "ultrafast", "-c:a", "aac", clip,
    )  # fmt: skip
    facts = probe(clip, settings)
    made = encode_rungs(clip, facts, plan_ladder(facts, (180,), ("h264", "av1")), folder, settings)
    write_main_manifest(folder, made)
    (folder / "joined.mp4").write_bytes(b"".join(joined([folder / "180p-av1", folder / "0p"]).blocks()))
    (folder / "hls.min.js").write_bytes(HLS_JS.read_bytes())
    (folder / "page.html").write_text(_PAGE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_av1_plays_beside_h264_and_as_one_file(page: Page, both_codecs: str) -> None:
    page.goto(f"{both_codecs}/page.html")
    page.evaluate("source => play(true, source)", f"{both_codecs}/main.m3u8")
    wait_for(page, "v.currentTime > 0.3")
    families = page.evaluate("hls.levels.map(level => level.videoCodec.slice(0, 4))")
    assert sorted(families) == ["av01", "avc1"]
    page.evaluate(f"hls.nextLevel = {families.index('av01')}")
    page.evaluate("document.getElementById('v').currentTime = 5")
    wait_for(page, "v.currentTime > 5.5 && !v.seeking")
    assert page.evaluate("hls.levels[hls.currentLevel].videoCodec.slice(0, 4)") == "av01"
    assert page.evaluate("window.faults") == []
    page.goto(f"{both_codecs}/page.html")
    page.evaluate("source => play(false, source)", f"{both_codecs}/joined.mp4")
    wait_for(page, "v.currentTime > 0.5 && v.videoWidth === 320")
    assert page.evaluate("document.getElementById('v').webkitAudioDecodedByteCount") > 0
