"""Errors as people and programs see them: a page with one sentence and what to do, or the one JSON shape."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template

from kinora.errors import Bug, KinoraError, NotAllowed, NotFound, TooManyRequests

_JSON_PATHS = ("/api/", "/uploads/")
_log = logging.getLogger(__name__)

MISSING = NotFound(
    "This page does not exist, or it is not for you to see.", hint="Sign in, or look for it by its words."
)
REFUSED = NotAllowed("You may not do this.", hint="Sign in as somebody who may.")
STALE_FORM = NotAllowed(
    "The page was open too long, or came from elsewhere, so what you sent was not accepted.",
    hint="Go back, reload the page and send it again.",
)
BROKEN = Bug("Something in Kinora broke while it made this page.", hint="Try again; the server's log has the details.")


def wants_json(request: HttpRequest) -> bool:
    """Return whether the caller is a program."""
    accepted = request.headers.get("Accept", "")
    return request.path.startswith(_JSON_PATHS) or ("application/json" in accepted and "text/html" not in accepted)


def error_response(request: HttpRequest, error: KinoraError, *, status: int | None = None) -> HttpResponse:
    """Return the error as JSON, as a fragment for htmx, or as a page."""
    status = status or error.http_status
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse(error.to_json(), status=status)
    else:
        template = "parts/error_notice.html" if request.headers.get("HX-Request") else "error.html"
        response = render(request, template, {"error": error, "status": status}, status=status)
    if isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


class KinoraErrorMiddleware:
    """Turns a `KinoraError` raised by a view into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, KinoraError):
            if exception.http_status >= 500:
                _log.error("%s %s: %s", request.method, request.path, exception, exc_info=exception)
            return error_response(request, exception)
        if isinstance(exception, Http404) and wants_json(request):
            return error_response(request, MISSING)
        return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, NotAllowed("The browser sent something that can't be understood."), status=400)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, REFUSED)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, MISSING)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer without the shell: what broke may be the database or the shell itself."""
    if wants_json(request):
        return JsonResponse(BROKEN.to_json(), status=500)
    return HttpResponse(get_template("broken.html").render({"error": BROKEN}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "", **_: Any) -> HttpResponse:
    return error_response(request, STALE_FORM)
