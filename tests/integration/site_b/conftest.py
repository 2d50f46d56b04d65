"""Alice owns the videos, Bob is somebody else, Charlie never signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.accounts import channel_of
from kinora.library.models import User, Video, VideoState

FACTS = {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "video": {"codec": "h264", "frame_rate": "25/1"}}
FILES = (
    "poster.jpg", "covers/0.jpg", "samples/000000.jpg", "scrub/sprite-0.jpg", "scrub/scrub.vtt", "hls/main.m3u8",
    "hls/240p/media.m3u8", "hls/240p/init.mp4", "hls/240p/00001.m4s", "hls/0p/init.mp4",
)  # fmt: skip
ORIGINAL = bytes(range(256)) * 8  # 2,048 bytes, each telling its place


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create(username="alice")  # signed in by `force_login`: no slow hashing


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create(username="bob")


@pytest.fixture
def as_user() -> Callable[[User | None], Client]:
    """Return a browser in which the person is signed in; `None` is Charlie."""

    def client(user: User | None) -> Client:
        browser = Client()
        if user is not None:
            browser.force_login(user)
        return browser

    return client


@pytest.fixture
def make_video(alice: User) -> Callable[..., Video]:
    """Return a maker of videos with their files on disk."""
    counter = iter(range(1000))

    def make(owner: User | None = None, **fields: Any) -> Video:
        owner, number = owner or alice, next(counter)
        values: dict[str, Any] = {
            "title": f"Film {number}", "sha256": f"{number:064x}", "size_bytes": len(ORIGINAL),
            "original_name": "film.mp4", "original_suffix": ".mp4", "state": VideoState.READY, "playback": "original",
            "visibility": "public",
            "duration_seconds": 120.0, "facts": FACTS, "has_poster": True, "has_scrub": True, **fields,
        }  # fmt: skip
        video = Video.objects.create(owner=owner, channel=channel_of(owner), **values)
        for name in FILES:
            path = video.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode())
        video.original_path.write_bytes(ORIGINAL)
        return video

    return make
