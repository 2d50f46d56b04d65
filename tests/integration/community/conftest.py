"""Alice owns a channel and videos, Bob and Carol talk there, Ada administers, Charlie never signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.accounts import channel_of
from kinora.library.keys import make_key
from kinora.library.models import User, Video

Headers = dict[str, str]


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create(username="alice")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create(username="bob")


@pytest.fixture
def carol(db: None) -> User:
    return User.objects.create(username="carol")


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create(username="ada", is_staff=True)


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
def with_key() -> Callable[[User | None], Client]:
    """Return a program that sends the person's API key; `None` sends none."""

    def client(user: User | None) -> Client:
        headers = {} if user is None else {"Authorization": f"Bearer {make_key(user, 'test')[1]}"}
        return Client(headers=headers)

    return client


@pytest.fixture
def make_video(alice: User) -> Callable[..., Video]:
    """Return a maker of rows without files."""
    counter = iter(range(1000))

    def make(owner: User | None = None, **fields: Any) -> Video:
        owner, number = owner or alice, next(counter)
        values: dict[str, Any] = {
            "title": f"Film {number}", "sha256": f"{number:064x}", "size_bytes": 1000, "original_name": "film.mp4",
            "original_suffix": ".mp4", "state": "ready", "playback": "original", "visibility": "public",
            "duration_seconds": 120.0, "facts": {"video": {"codec": "h264"}}, "indexed_revision": 1, **fields,
        }  # fmt: skip
        return Video.objects.create(owner=owner, channel=channel_of(owner), **values)

    return make
