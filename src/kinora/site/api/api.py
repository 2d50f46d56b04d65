"""The API object, its routes, and the one error shape for everything that goes wrong."""

from __future__ import annotations

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from kinora.errors import Bug, InputError, KinoraError, NotFound, TooManyRequests
from kinora.site.api import (
    community,
    copies,
    figures,
    history,
    imports,
    jobs,
    lightboxes,
    people,
    playlists,
    saved,
    search,
    settings,
    sharing,
    studio,
    takes,
    videos,
)
from kinora.site.api.auth import NotSignedIn
from kinora.site.api.recommendations import router as recommendations_router
from kinora.site.api.watching import router as watching_router
from kinora.site.api.webhooks import router as webhooks_router

_log = logging.getLogger(__name__)

api = NinjaAPI(
    title="Kinora",
    version="1",
    description="Find any moment in any video you hold. Errors always have the shape "
    '`{"error": {"kind", "message", "hint"}}`. Keys are made at `/settings/keys` and sent as '
    "`Authorization: Bearer KEY`.",
    urls_namespace="api-v1",
)
api.add_router("", search.router, tags=["find"])
api.add_router("", imports.router, tags=["studio"])
api.add_router("", studio.router, tags=["studio"])
api.add_router("/videos", videos.router, tags=["videos"])
api.add_router("/takes", takes.router, tags=["making"])
api.add_router("/lightboxes", lightboxes.router, tags=["light-boxes"])
api.add_router("", saved.router, tags=["saved searches"])
api.add_router("", history.router, tags=["history"])
api.add_router("/playlists", playlists.router, tags=["watching"])
api.add_router("", watching_router, tags=["watching"])
api.add_router("", recommendations_router, tags=["recommendations"])
api.add_router("", people.router, tags=["people"])
api.add_router("", sharing.router, tags=["sharing"])
api.add_router("", copies.router, tags=["copies"])
api.add_router("", community.router)
api.add_router("", figures.router, tags=["figures"])
api.add_router("", webhooks_router, tags=["webhooks"])
api.add_router("", settings.router, tags=["operating"])
api.add_router("", jobs.router, tags=["operating"])


def _answer(request: HttpRequest, error: KinoraError, status: int | None = None) -> HttpResponse:
    response = api.create_response(request, error.to_json(), status=status or error.http_status)
    if isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


@api.exception_handler(KinoraError)
def _on_kinora_error(request: HttpRequest, error: KinoraError) -> HttpResponse:
    if error.http_status >= 500:
        _log.error("%s %s: %s", request.method, request.path, error, exc_info=error)
    return _answer(request, error)


@api.exception_handler(ValidationError)
def _on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first: dict[str, Any] = error.errors[0] if error.errors else {}
    place = ".".join(str(part) for part in first.get("loc", ())[1:]) or "the request"
    return _answer(request, InputError(f"{place}: {first.get('msg', 'not understood')}", hint="see /api/v1/docs"))


@api.exception_handler(AuthenticationError)
def _on_not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _answer(request, NotSignedIn("this needs a key or a session", hint="make a key at /settings/keys"))


@api.exception_handler(Http404)
def _on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return _answer(request, NotFound("there is no such thing, or it is not for you to see"))


@api.exception_handler(HttpError)
def _on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _answer(request, InputError(str(error)), status=error.status_code)


@api.exception_handler(Exception)
def _on_bug(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _answer(request, Bug("something in Kinora broke", hint="the server's log has the details"))
