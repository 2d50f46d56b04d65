"""Liveness, readiness and figures for Prometheus."""

from __future__ import annotations

import hmac
import ipaddress

from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kinora import config
from kinora.errors import WorkerLost
from kinora.library.operating.counts import exposition
from kinora.library.operating.readiness import is_ready, readiness

_FORWARDING = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        problem = WorkerLost("the database does not answer", hint="the server's log has the details")
        return JsonResponse({**problem.to_json(), "reason": type(error).__name__}, status=503)
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the site can do its work, else 503, with what holds by name."""
    checks = readiness(config.current())
    return JsonResponse({"is_ready": is_ready(checks), "checks": checks}, status=200 if is_ready(checks) else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell Prometheus, to whoever has the token; without one, to this machine alone where the site is not public."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(exposition(config.current()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    settings = config.current()
    if settings.metrics_token:
        given = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {settings.metrics_token}".encode())
    # Behind a proxy everybody comes from this machine: then nobody is believed to.
    if settings.base_url or any(name in request.headers for name in _FORWARDING):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
