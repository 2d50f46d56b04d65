"""Liveness: the process answers and its database can be read."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from kinora.errors import WorkerLost


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        problem = WorkerLost("the database does not answer", hint="the server's log has the details")
        return JsonResponse({**problem.to_json(), "reason": type(error).__name__}, status=503)
    return JsonResponse({"status": "ok"})
