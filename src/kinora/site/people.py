"""The signed-in person of a request, typed."""

from __future__ import annotations

from django.http import HttpRequest

from kinora.errors import NotAllowed
from kinora.library.models import User


def person(request: HttpRequest) -> User:
    """Return who is signed in.

    Raises:
        NotAllowed: nobody is.
    """
    if not isinstance(request.user, User):
        raise NotAllowed("Nobody is signed in here.", hint="Sign in first.")
    return request.user


def administrator(request: HttpRequest) -> User:
    """Return the signed-in administrator.

    Raises:
        NotAllowed: nobody is signed in, or somebody without that right.
    """
    user = person(request)
    if not user.is_staff:
        raise NotAllowed("This page is for administrators.", hint="Sign in as one.")
    return user
