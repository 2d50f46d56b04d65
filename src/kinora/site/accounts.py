"""Who may create an account, and where people go after signing in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from kinora import config


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Closes sign-up unless `KINORA_SIGN_UP=open`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return config.current().sign_up == "open"
