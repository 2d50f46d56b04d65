"""Alice owns the videos, Bob is somebody else, Charlie never signed in. Rows only: nothing here reads files."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora import config
from kinora.cli.main import main
from kinora.library.accounts import channel_of
from kinora.library.handle import Library
from kinora.library.keys import make_key
from kinora.library.models import User, Video, VideoState


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create(username="alice")


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
def as_program() -> Callable[[User], Client]:
    """Return a client of the API with the person's key."""
    return lambda user: Client(headers={"Authorization": f"Bearer {make_key(user, 'test')[1]}"})


@pytest.fixture
def make_video(alice: User) -> Callable[..., Video]:
    """Return a maker of videos that are ready and public, Alice's unless another owner is given."""
    counter = iter(range(1000))

    def make(owner: User | None = None, **fields: Any) -> Video:
        owner, number = owner or alice, next(counter)
        values: dict[str, Any] = {
            "title": f"Film {number}", "sha256": f"{number:064x}", "size_bytes": 1, "original_name": "film.mp4",
            "original_suffix": ".mp4", "state": VideoState.READY, "playback": "original", "visibility": "public",
            "duration_seconds": 120.0, "facts": {"format_name": "mp4"}, "has_poster": True, **fields,
        }  # fmt: skip
        return Video.objects.create(owner=owner, channel=values.pop("channel", None) or channel_of(owner), **values)

    return make


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Return a runner of commands in this test's own library: its connection stays, so that its rows do."""
    monkeypatch.setattr("kinora.open", lambda home: Library(config.current()))
    monkeypatch.setattr(Library, "close", lambda self: None)

    def command(*arguments: str) -> Any:
        main([*arguments, "--json"])
        return json.loads(capsys.readouterr().out)

    return command
