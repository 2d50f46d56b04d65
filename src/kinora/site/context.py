"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kinora import config
from kinora.library.people.sign_up import may_sign_up
from kinora.site.accounts import invitation_of
from kinora.site.script_words import words_for_scripts


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the shell's own values; no database question is asked here."""
    settings = config.current()
    is_open = SimpleLazyObject(lambda: may_sign_up(invitation_of(request)))  # asked on the pages that say it
    return {
        "is_sign_up_open": is_open, "site_url": settings.site_url, "site_name": settings.site_name,
        "site_description": settings.site_description, "script_words": words_for_scripts,
    }  # fmt: skip
