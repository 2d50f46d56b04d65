"""Alice owns the videos, Bob is somebody else, Charlie never signed in (None)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.accounts import channel_of
from kinora.library.keys import make_key
from kinora.library.models import User, Video, VideoState

FACTS = {
    "format_name": "mov,mp4,m4a,3gp,3g2,mj2", "size_bytes": 2048, "duration_seconds": 120.0, "video": None,
}  # fmt: skip
ORIGINAL = bytes(range(256)) * 8


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create(username="alice")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create(username="bob")


@pytest.fixture
def as_user() -> Callable[[User | None], Client]:
    """Return a browser in which the person is signed in."""

    def client(user: User | None) -> Client:
        browser = Client()
        if user is not None:
            browser.force_login(user)
        return browser

    return client


@pytest.fixture
def calls() -> Callable[[User | None], Client]:
    """Return a client that sends the person's API key, or none."""

    def client(user: User | None) -> Client:
        return Client(headers={"Authorization": f"Bearer {make_key(user, 'test')[1]}"}) if user else Client()

    return client


@pytest.fixture
def make_video(alice: User) -> Callable[..., Video]:
    """Return a maker of videos as they are when everything was read, with the file and the poster on disk."""
    counter = iter(range(1000))

    def make(owner: User | None = None, **fields: Any) -> Video:
        owner, number = owner or alice, next(counter)
        values: dict[str, Any] = {
            "title": f"Film {number}", "sha256": f"{number:064x}", "size_bytes": len(ORIGINAL),
            "original_name": "film.mp4", "original_suffix": ".mp4", "state": VideoState.READY, "playback": "original",
            "visibility": "public", "duration_seconds": 120.0, "facts": FACTS, "has_poster": True,
            "indexed_revision": 1, **fields,
        }  # fmt: skip
        video = Video.objects.create(owner=owner, channel=channel_of(owner), **values)
        video.folder.mkdir(parents=True, exist_ok=True)
        video.original_path.write_bytes(ORIGINAL)
        (video.folder / "poster.jpg").write_bytes(b"poster")
        return video

    return make
