"""Logs as lines for people or as JSON for programs, each with its request, none with a secret."""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from kinora import config

request_id: ContextVar[str] = ContextVar("request_id", default="")

_MASK = "***"
_SHORTEST_SECRET = 6  # a shorter one stands in too many words


def secrets_of(settings: config.Settings) -> tuple[str, ...]:
    """Return the values that no log may hold, longest first."""
    password = unquote(urlsplit(settings.database_url).password or "")
    of_providers = re.findall(r'"secret"\s*:\s*"([^"]+)"', settings.oidc_providers)
    named = {settings.secret_key, settings.email_password, settings.metrics_token, password, *of_providers}
    return tuple(sorted((text for text in named if len(text) >= _SHORTEST_SECRET), key=len, reverse=True))


class _Masking(logging.Formatter):
    def masked(self, text: str) -> str:
        for secret in secrets_of(config.current()):
            text = text.replace(secret, _MASK)
        return text


class LineFormatter(_Masking):
    """One line for people; the request's name at its end where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        about = f" [{request_id.get()}]" if request_id.get() else ""
        return self.masked(super().format(record)) + about


class JsonFormatter(_Masking):
    """One JSON object a line: time, level, logger, message, request, and what a caller adds as `told`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self.masked(record.getMessage()),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= getattr(record, "told", {})
        if record.exc_info:
            line["exception"] = self.masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)
