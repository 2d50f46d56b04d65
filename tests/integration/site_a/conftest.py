"""People and their clients: Alice owns, Bob is somebody else, the administrator is staff, nobody is anonymous."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.accounts import channel_of
from kinora.library.models import Job, User, Video

PASSWORD = "correct horse battery"


def make_person(name: str, *, is_staff: bool = False) -> User:
    person = User(username=name, is_staff=is_staff, is_superuser=is_staff)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None) -> User:
    return make_person("alice")


@pytest.fixture
def bob(db: None) -> User:
    return make_person("bob")


@pytest.fixture
def admin(db: None) -> User:
    return make_person("admin", is_staff=True)


def client_of(person: User | None, **options: Any) -> Client:
    client = Client(**options)
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def as_alice(alice: User) -> Client:
    return client_of(alice)


@pytest.fixture
def as_bob(bob: User) -> Client:
    return client_of(bob)


@pytest.fixture
def as_admin(admin: User) -> Client:
    return client_of(admin)


@pytest.fixture
def as_nobody(db: None) -> Client:
    return Client()


@pytest.fixture
def make_video() -> Callable[..., Video]:
    """Return a maker of rows as the stages leave them, without files."""

    def make(owner: User, title: str = "The harbour at dawn", **values: Any) -> Video:
        number = Video.objects.count()
        digest = hashlib.sha256(f"{owner.pk}/{number}/{title}".encode()).hexdigest()
        fields: dict[str, Any] = {
            "state": "ready", "visibility": "public", "duration_seconds": 61.0, "size_bytes": 1000,
            "playback": "original", "original_name": "harbour.mp4", "original_suffix": ".mp4", "indexed_revision": 1,
        }  # fmt: skip
        return Video.objects.create(
            owner=owner, channel=channel_of(owner), title=title, sha256=digest, **{**fields, **values}
        )

    return make


@pytest.fixture
def make_job() -> Callable[..., Job]:
    def make(video: Video | None = None, kind: str = "probe", **values: Any) -> Job:
        return Job.objects.create(kind=kind, video=video, **values)

    return make
