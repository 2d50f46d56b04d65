"""Copies end to end: a mirrored, cropped cut of a clip, found on the page and by the command; private ones are not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.conftest import SHARED

REAL = SHARED / "media" / "city" / "london_rooftop_pan.mp4"
CUT = "hflip,crop=iw*0.85:ih*0.85,scale=426:-2"


def ffmpeg(*arguments: str) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments], check=True)


def film(folder: Path) -> Path:
    """Return a real clip where there is one, else a made one full of detail."""
    if REAL.exists():
        return REAL
    path = folder / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "mandelbrot=s=480x270:r=10", "-t", "15", "-pix_fmt", "yuv420p", str(path))
    return path


def cut(source: Path, target: Path, *, start: float, picture: str = CUT) -> Path:
    ffmpeg("-ss", str(start), "-t", "8", "-i", str(source), "-vf", picture, "-c:v", "libx264", "-crf", "32",
           "-preset", "veryfast", "-pix_fmt", "yuv420p", "-an", str(target))  # fmt: skip
    return target


@pytest.fixture(scope="module")
def videos(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the identifiers of Alice's film, Bob's public cut of it and Bob's private one, all of them compared."""
    folder = tmp_path_factory.mktemp("copies")
    source = film(folder)
    added = {
        "film": server.add_video(source, title="Roofs of a city"),
        "cut": server.add_video(cut(source, folder / "cut.mp4", start=4), owner="bob", title="Turned roofs"),
        "secret": server.add_video(
            cut(source, folder / "secret.mp4", start=3, picture="scale=400:-2"),
            owner="bob", title="Bob keeps this to himself", visibility="private",
        ),
    }  # fmt: skip
    give_up = time.monotonic() + 120
    compared = "select count(*) from library_job j join library_video v on v.id = j.video_id where j.kind = 'copies' and j.state = 'done' and v.public_id in (?, ?, ?)"  # noqa: E501
    while server.ask(compared, *added.values())[0][0] < 3:
        assert time.monotonic() < give_up, server.log("worker")[-3000:]
        time.sleep(0.3)
    return added


def test_an_owner_sees_where_a_film_reappears_and_plays_it_there(
    page: Page, videos: dict[str, str], sign_in: Callable[..., None], axe: Callable[[Page], list[str]]
) -> None:
    sign_in(page)
    page.goto(f"/videos/{videos['film']}/edit")
    copies = page.get_by_role("region", name="Also appears in")
    expect(copies.get_by_role("link", name="Turned roofs", exact=True)).to_be_visible()
    expect(copies).to_contain_text(re.compile(r"0:0[34]–0:1[0-2]\s+is there\s+0:00–0:0[678]"))
    expect(copies).to_contain_text("mirrored")
    expect(page.get_by_text("Bob keeps this to himself")).to_have_count(0)
    assert axe(page) == []
    copies.get_by_role("link", name="Play Turned roofs from").click()
    page.wait_for_url(f"**/watch/{videos['cut']}?t=*")
    expect(page.get_by_role("heading", name="Turned roofs")).to_be_visible()


def test_the_owner_of_a_private_cut_is_told_of_the_public_film_on_a_phone(
    new_page: Callable[..., Page], videos: dict[str, str], sign_in: Callable[..., None]
) -> None:
    page = new_page(viewport=PHONE)
    sign_in(page, "bob")
    page.goto(f"/videos/{videos['secret']}/edit")
    copies = page.get_by_role("region", name="Also appears in")
    expect(copies.get_by_role("link", name="Roofs of a city", exact=True)).to_be_visible()
    expect(copies).to_contain_text("picture alone")
    assert width_overflow(page) <= 0


def test_somebody_elses_private_copies_are_never_told(
    page: Page, videos: dict[str, str], sign_in: Callable[..., None]
) -> None:
    sign_in(page)
    answer = page.request.get(f"/api/v1/videos/{videos['film']}/copies")
    assert [one["video"]["id"] for one in answer.json()["copies"]] == [videos["cut"]]
    for address in (f"/videos/{videos['secret']}/copies", f"/api/v1/videos/{videos['secret']}/copies"):
        assert page.request.get(address).status == 404


def test_the_command_finds_the_film_from_a_cut_of_it(server: Server, videos: dict[str, str], tmp_path: Path) -> None:
    path = cut(film(tmp_path), tmp_path / "again.mp4", start=5)
    done = subprocess.run(
        [sys.executable, "-m", "kinora", "copies", str(path), "--json"],
        env=server.environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    found = {one["video"]["id"]: one for one in told["copies"]}
    assert told["is_complete"] and set(found) >= {videos["film"]}
    (stretch,) = found[videos["film"]]["stretches"]
    assert found[videos["film"]]["kind"] == "part_of"
    assert stretch["is_mirrored"] and stretch["by"] == "picture"
    assert stretch["other_start_seconds"] == pytest.approx(5.0, abs=1.0)
    assert stretch["other_end_seconds"] == pytest.approx(13.0, abs=1.0)
