"""Who calls the API: a key in `Authorization: Bearer …`, or the browser's session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from kinora.errors import NotAllowed
from kinora.library.keys import user_of_key
from kinora.library.models import User
from kinora.site.opened import with_marks_of


class NotSignedIn(NotAllowed):
    """The call needs a key or a session."""

    http_status = 401


class KeyAuth(HttpBearer):
    """A person's API key."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        user = user_of_key(token)
        if user is None:
            raise NotSignedIn("this API key is unknown or was deleted", hint="make one at /settings/keys")
        marked: User = with_marks_of(request, user)
        return marked


class AnyoneAuth(SessionAuth):
    """Lets everybody in; who is signed in counts as such."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user


class StaffOnly(NotAllowed):
    """The call is for administrators."""


SIGNED_IN = [KeyAuth(), SessionAuth()]
ANYONE = [KeyAuth(), AnyoneAuth(csrf=False)]


def caller(request: HttpRequest) -> Any:
    """Return the person who calls, maybe an anonymous one."""
    return request.auth  # type: ignore[attr-defined]


def require_staff(request: HttpRequest) -> None:
    """Refuse everybody but administrators."""
    if not caller(request).is_staff:
        raise StaffOnly("this is for administrators", hint="use the key of an administrator")
