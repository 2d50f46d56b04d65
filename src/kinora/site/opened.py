"""Which videos behind a password this visitor has opened: marks in the session, or sent as a header by programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from kinora.library.models import Video
from kinora.library.people.locks import with_mark

HEADER = "X-Video-Tokens"  # id=token, several separated by commas
_SESSION_KEY = "opened_videos"
_MAX_HEADER = 4000


class OpenedVideosMiddleware:
    """Gives `request.user` the marks of this visitor, read only when somebody asks who that is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.user = SimpleLazyObject(lambda: with_marks_of(request, user))  # type: ignore[assignment]
        return self.get_response(request)


def with_marks_of(request: HttpRequest, user: Any) -> Any:
    """Return the same user with what this visitor has opened."""
    kept = request.session.get(_SESSION_KEY)
    user.opened = {**(kept if isinstance(kept, dict) else {}), **_sent(request)}
    return user


def _sent(request: HttpRequest) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in request.headers.get(HEADER, "")[:_MAX_HEADER].split(","))
    return {name.strip()[:16]: mark.strip()[:64] for name, _, mark in pairs if mark}


def remember_opened(request: HttpRequest, video: Video) -> None:
    """Keep in the session that the visitor gave the video's password."""
    request.session[_SESSION_KEY] = with_mark(request.session.get(_SESSION_KEY) or {}, video)
