"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from kinora import config


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the shell's own values; no database question is asked here."""
    settings = config.current()
    return {"is_sign_up_open": settings.sign_up == "open", "site_url": settings.site_url}
