"""Every request gets a name, is counted, and is logged where the operator wishes; and the door of maintenance."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from kinora import config
from kinora.errors import ResourceError
from kinora.library.operating.counts import requests
from kinora.library.operating.logs import request_id
from kinora.library.operating.maintenance import maintenance_sentence
from kinora.site.error_pages import wants_json

_log = logging.getLogger("kinora.requests")
_NAME = re.compile(r"[A-Za-z0-9_-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OPEN = ("/healthz", "/readyz", "/metrics", "/static/", "/accounts/login/", "/accounts/2fa/", "/accounts/logout/")
_RETRY_SECONDS = 300


class RequestLogMiddleware:
    """Names requests (`X-Request-ID`, a proxy's own name is kept) and counts them by route, never by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if _NAME.fullmatch(given) else secrets.token_hex(8)
        token, started = request_id.set(name), time.perf_counter()
        try:
            response = self.get_response(request)
            self._note(request, response.status_code, time.perf_counter() - started)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = name
        return response

    def _note(self, request: HttpRequest, status: int, seconds: float) -> None:
        match = request.resolver_match
        route = f"/{match.route}" if match is not None else "unknown"
        method = request.method if request.method in _METHODS else "other"
        requests.add(method or "other", route, status, seconds)
        if config.current().log_requests:
            told = {"method": method, "route": route, "status": status, "milliseconds": round(seconds * 1000, 1)}
            _log.info("%s %s %s in %.1f ms", method, route, status, seconds * 1000, extra={"told": told})


class MaintenanceMiddleware:
    """Answers 503 with the operator's sentence while the site is closed; administrators go on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sentence = maintenance_sentence(config.current())
        if sentence is None or request.path.startswith(_OPEN) or request.user.is_staff:
            return self.get_response(request)
        error = ResourceError(sentence or "This site is closed for maintenance.", hint="Come back in a few minutes.")
        response = (
            JsonResponse(error.to_json(), status=503)
            if wants_json(request)
            else render(request, "error.html", {"error": error, "status": 503}, status=503)
        )
        response["Retry-After"] = str(_RETRY_SECONDS)
        return response
