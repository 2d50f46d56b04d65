"""People: the first administrator, the owner of what commands add, and each person's channel."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from kinora.errors import Conflict, InputError, NotAllowed, NotFound
from kinora.library.models import Channel, Note, User, new_token

SYSTEM_USERNAME = "library"
_TOKEN_KEY = "first_run_token"


def has_administrator() -> bool:
    """Return whether somebody can administer this installation already."""
    return User.objects.filter(is_staff=True, is_active=True).exists()


def first_run_token() -> str | None:
    """Return the token that lets the first administrator be made, or None once there is one."""
    if has_administrator():
        Note.objects.filter(key=_TOKEN_KEY).delete()
        return None
    note, _ = Note.objects.get_or_create(key=_TOKEN_KEY, defaults={"value": {"token": new_token()}})
    return str(note.value["token"])


def is_first_run_token(given: str) -> bool:
    """Return whether this is the token of an installation that has no administrator yet."""
    expected = first_run_token()
    return expected is not None and _is_same(expected, given)


def _is_same(expected: str, given: str) -> bool:
    return secrets.compare_digest(expected.encode(), given.encode("utf-8", errors="replace"))


def create_administrator(username: str, password: str, *, email: str = "", token: str | None = None) -> User:
    """Make an administrator; with `token`, only when it is the valid first-run token, which is then spent.

    Raises:
        NotAllowed: the token is wrong or spent.
        InputError: the password is too weak, or the name can't be used.
        Conflict: the name is taken.
    """
    user = User(username=username.strip(), email=email, is_staff=True, is_superuser=True)
    _check_person(user, password)
    with transaction.atomic():
        if token is not None:
            _spend(token)
        if User.objects.filter(username__iexact=user.username).exists():
            raise Conflict(f"the name {user.username!r} is taken", hint="choose another")
        user.save()
    return user


def _check_person(user: User, password: str) -> None:
    try:
        user.set_password(password)
        user.clean_fields(exclude={field.name for field in User._meta.fields} - {"username", "email", "password"})
        validate_password(password, user)
    except ValidationError as error:
        raise InputError(" ".join(error.messages)) from error


def _spend(token: str) -> None:
    """Delete the first-run token in this transaction; of two requests at once, one finds it gone."""
    note = Note.objects.select_for_update().filter(key=_TOKEN_KEY).first()
    if has_administrator() or note is None or not _is_same(str(note.value["token"]), token):
        raise NotAllowed("this set-up address is not valid any more", hint="sign in, or start Kinora again to see it")
    note.delete()


def system_owner() -> User:
    """Return the owner of what commands add: a person who can't sign in."""
    user = User.objects.filter(username=SYSTEM_USERNAME).first()
    if user is None:
        user = User(username=SYSTEM_USERNAME, first_name="Library", is_active=True)
        user.set_unusable_password()
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError:
            user = User.objects.get(username=SYSTEM_USERNAME)
    return user


def person_named(username: str) -> User:
    """Return the person of that name, or the owner of what commands add when none is named.

    Raises:
        NotFound: there is nobody of that name.
    """
    if not username:
        return system_owner()
    user = User.objects.filter(username__iexact=username, is_active=True).first()
    if user is None:
        raise NotFound(f"there is nobody called {username!r}", hint="give the name that the person signs in with")
    return user


def channel_of(user: Any) -> Channel:
    """Return the person's channel, made on first use."""
    channel = Channel.objects.filter(owner=user).order_by("id").first()
    while channel is None:
        try:
            with transaction.atomic():
                name = user.first_name or user.username
                channel = Channel.objects.create(owner=user, handle=_free_handle(user.username), name=name[:120])
        except IntegrityError:
            channel = Channel.objects.filter(owner=user).order_by("id").first()
    return channel


def _free_handle(username: str) -> str:
    wanted = re.sub(r"[^a-z0-9_-]+", "-", username.lower()).strip("-")[:30] or "channel"
    handle = wanted
    while Channel.objects.filter(handle=handle).exists():
        handle = f"{wanted}-{secrets.token_hex(3)}"
    return handle
