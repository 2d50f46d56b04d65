"""How e-mail leaves: by the mail server of the settings in force, so that a changed one needs no restart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as Console
from django.core.mail.backends.smtp import EmailBackend as Smtp

from kinora import config
from kinora.config import Settings


class Backend(BaseEmailBackend):
    """Sends by the mail server that is set now; without one it prints, as Django's console does."""

    def __init__(self, fail_silently: bool = False, **ignored: Any) -> None:
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        settings = config.current()
        for message in email_messages:
            if message.from_email == django_settings.DEFAULT_FROM_EMAIL:
                message.from_email = sender_of(settings)
        return int(_backend(settings, fail_silently=self.fail_silently).send_messages(list(email_messages)) or 0)


def sender_of(settings: Settings) -> str:
    """Return whom e-mail comes from."""
    host = settings.site_url.split("://", 1)[-1].split("/")[0].rsplit(":", 1)[0]
    return settings.email_from or f"{settings.site_name} <kinora@{host}>"


def _backend(settings: Settings, *, fail_silently: bool) -> BaseEmailBackend:
    if not settings.email_host:
        return Console(fail_silently=fail_silently)
    return Smtp(
        host=settings.email_host, port=settings.email_port, username=settings.email_user,
        password=settings.email_password, use_tls=settings.email_uses("starttls"), use_ssl=settings.email_uses("tls"),
        timeout=django_settings.EMAIL_TIMEOUT, fail_silently=fail_silently,
    )  # fmt: skip
