"""A clip whose colour tells the second, with subtitles, in the library of the browser tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright.sync_api import Page
from tests.browser.server import Server

# Four seconds each: what the middle of the picture is at a second.
COLOURS = {"red": (254, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 254)}
SUBTITLES = """WEBVTT

00:00:01.000 --> 00:00:03.000
The harbour sleeps under the snow.

00:00:05.000 --> 00:00:07.000
A lighthouse keeper waves at the ferry.

00:00:09.000 --> 00:00:11.500
Goodbye, old whale.
"""
SUBTITLES_DE = """WEBVTT

00:00:05.000 --> 00:00:07.000
Ein Leuchtturmwärter winkt der Fähre.
"""
_ADD = """
import time
from pathlib import Path
from kinora.library.add import add_file
from kinora.library.models import Chapter, User, Video
sidecars = tuple((Path(path), language) for path, language in given["sidecars"])
owner = User.objects.get(username=given["owner"])
details = {"owner": owner, "title": given["title"], "visibility": given["visibility"]}
video = add_file(given["path"], sidecars=sidecars, **details).video
give_up = time.monotonic() + 90
while time.monotonic() < give_up:
    video.refresh_from_db()
    if video.state != "processing" and video.indexed_revision == video.revision:
        break
    time.sleep(0.2)
assert video.state == "ready", (video.state, video.error_message)
for start, end, title in given["chapters"]:
    Chapter.objects.create(video=video, start_seconds=start, end_seconds=end, title=title)
Video.objects.filter(pk=video.pk).update(description=given["description"])
print(video.public_id)
"""


def make_coloured_clip(path: Path, *, comment: str) -> Path:
    """Make 12 s of red, green and blue, 4 s each, web-playable; another comment makes another file of the same."""
    import imageio_ffmpeg

    sources: list[str] = []
    for name in COLOURS:
        sources += ["-f", "lavfi", "-i", f"color={name}:s=640x360:r=25:d=4"]
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *sources,
            "-f", "lavfi", "-i", "sine=f=300:d=12",
            "-filter_complex", "[0:v][1:v][2:v]concat=n=3:v=1:a=0[v]", "-map", "[v]", "-map", "3:a",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac",
            "-movflags", "+faststart", "-metadata", f"comment={comment}", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


def add_coloured_video(
    server: Server, folder: Path, *, title: str, visibility: str = "public", owner: str = "alice"
) -> str:
    """Add the clip with its subtitles, wait until it can be found, and return its public identifier.

    Each title has a file of its own, so that tests which share a library get their own videos.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clip = make_coloured_clip(folder / "colours.mp4", comment=title)
    english, german = folder / "colours.en.vtt", folder / "colours.de.vtt"
    english.write_text(SUBTITLES, encoding="utf-8")
    german.write_text(SUBTITLES_DE, encoding="utf-8")
    return server.run_python(
        _ADD,
        path=str(clip),
        owner=owner,
        title=title,
        visibility=visibility,
        sidecars=[(str(english), "en"), (str(german), "de")],
        chapters=[(0, 4, "Red"), (4, 8, "Green"), (8, 12, "Blue")],
        description="The keeper waves at 0:05.\nhttps://example.org/harbour",
    )


def add_clip(server: Server, clip: Path, *, title: str, owner: str = "alice") -> str:
    """Add a public clip as it is, wait until it can be found, and return its public identifier."""
    return server.run_python(
        _ADD, path=str(clip), owner=owner, title=title, visibility="public", sidecars=[], chapters=[], description=""
    )


def colour_shown(page: Page) -> str:
    """Return the name of the colour in the middle of the player's picture, "" when it is none of them.

    A picture that is there may not be painted yet on a busy machine: then it is black, and is waited for.
    """
    for _ in range(20):
        rgb = page.evaluate(_MIDDLE)
        if max(rgb) > _BLACK:
            break
        page.wait_for_timeout(100)
    near = [name for name, colour in COLOURS.items() if max(abs(a - b) for a, b in zip(rgb, colour, strict=True)) < 40]
    return near[0] if near else ""


_BLACK = 8
_MIDDLE = """() => {
  const video = document.querySelector("[data-player] video"), canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  context.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


def seconds_now(page: Page) -> float:
    return float(page.evaluate("document.querySelector('[data-player] video').currentTime"))


def wait_until_shown(page: Page) -> None:
    """Wait until the player has a picture of where it is."""
    page.wait_for_function(
        """() => {
          const video = document.querySelector("[data-player] video");
          return video.readyState >= 2 && !video.seeking && !document.querySelector(".player.is-loading");
        }"""
    )
