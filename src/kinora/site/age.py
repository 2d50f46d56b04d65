"""The question before an age-restricted video: asked once, then remembered with the account or the session."""

from __future__ import annotations

from django.http import HttpRequest

from kinora.library.models import User, Video
from kinora.library.studio.age import confirm_age, needs_gate

_SESSION_KEY = "is_of_age"


def is_gated(request: HttpRequest, video: Video) -> bool:
    """Return whether this visitor must say first that they are of age; reads the session only where it matters."""
    return needs_gate(request.user, video) and not request.session.get(_SESSION_KEY)


def remember_age(request: HttpRequest) -> None:
    """Keep the answer: with the account of whoever is signed in, else in the session."""
    if isinstance(request.user, User):
        confirm_age(request.user)
    else:
        request.session[_SESSION_KEY] = True
