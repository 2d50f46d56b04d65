"""Alice owns, Bob may not, Charlie is anonymous, the operator administers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.accounts import channel_of
from kinora.library.keys import make_key
from kinora.library.models import User, Video, VideoState


def _person(name: str, *, is_staff: bool = False) -> User:
    return User.objects.create_user(username=name, password="a long password 1", is_staff=is_staff)


@pytest.fixture
def alice(db: None) -> User:
    return _person("alice")


@pytest.fixture
def bob(db: None) -> User:
    return _person("bob")


@pytest.fixture
def operator(db: None) -> User:
    return _person("operator", is_staff=True)


@pytest.fixture
def calls() -> Callable[[User | None], Client]:
    """Return a client that sends the person's API key, or none."""

    def client(user: User | None) -> Client:
        if user is None:
            return Client()
        _, secret = make_key(user, "test")
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return client


@pytest.fixture
def make_video(db: None) -> Callable[..., Video]:
    """Return a maker of rows as they are when everything was read."""
    counter = iter(range(1000))

    def make(owner: User, **fields: Any) -> Video:
        number = next(counter)
        values: dict[str, Any] = {
            "title": f"Film {number}", "sha256": f"{number:064x}", "size_bytes": 10, "original_name": "film.mp4",
            "original_suffix": ".mp4", "state": VideoState.READY, "playback": "original", "visibility": "public",
            "duration_seconds": 20.0, "indexed_revision": 1, **fields,
        }  # fmt: skip
        return Video.objects.create(owner=owner, channel=channel_of(owner), **values)

    return make
