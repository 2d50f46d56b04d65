"""People and videos of the library's tests. Alice owns, Bob is somebody else, Ada administers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kinora.library.accounts import channel_of
from kinora.library.models import User, Video


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords cheaply: how well they are kept is Django's matter."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", is_staff=True)


@pytest.fixture
def make_video(alice: User) -> Callable[..., Video]:
    """Return a maker of rows without files."""
    made = 0

    def make(**values: Any) -> Video:
        nonlocal made
        made += 1
        owner = values.pop("owner", alice)
        row = {"sha256": f"{made:064x}", "size_bytes": 10, "original_name": f"{made}.mp4", "original_suffix": ".mp4"}
        return Video.objects.create(
            **{"owner": owner, "channel": channel_of(owner), "title": f"Video {made}", **row, **values}
        )

    return make
