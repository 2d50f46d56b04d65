"""Trying the e-mail settings: one message, sent now, and the mail server's own words when it is refused."""

from __future__ import annotations

import smtplib

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from kinora.config import Settings
from kinora.errors import InputError, Unreachable


def send_test_email(settings: Settings, address: str) -> None:
    """Send a message to an address.

    Raises:
        InputError: no address, no mail server set, or the server refused sender, receiver or password.
        Unreachable: the server did not answer.
    """
    try:
        validate_email(address)
    except ValidationError as error:
        raise InputError(f"{address[:100]!r} is no e-mail address") from error
    if not settings.email_host:
        raise InputError("no mail server is set", hint="set KINORA_EMAIL_HOST; docs/settings.md has the others")
    server = f"{settings.email_host}:{settings.email_port} ({settings.email_security})"
    try:
        EmailMessage(
            "Kinora can send e-mail", f"This came from {settings.site_url} by {server}.\n", to=[address]
        ).send()
    except smtplib.SMTPAuthenticationError as error:
        raise InputError(
            f"{server} refused the name or password: {_words(error.smtp_error)}",
            hint="check KINORA_EMAIL_USER and KINORA_EMAIL_PASSWORD",
        ) from error
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
        raise InputError(f"{server} refused it: {error}", hint="check KINORA_EMAIL_FROM") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(
            f"{server} did not take it: {error}",
            hint="check KINORA_EMAIL_HOST, KINORA_EMAIL_PORT, KINORA_EMAIL_SECURITY",
        ) from error


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
