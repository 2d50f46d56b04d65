"""`deliver`: one message to one person's e-mail or webhook; tried again while the other side does not answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import time
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext

from kinora import config
from kinora.engine.outbound import post
from kinora.errors import InputError, Unreachable
from kinora.library.messages import Message, message_of
from kinora.library.notify import email_of
from kinora.library.notify_models import Delivery, DeliveryState, Webhook
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work
from kinora.library.webhooks.events import TEST

WEBHOOK_SECONDS = 15.0
_TRY_AGAIN = (408, 425, 429)
_GONE = 410


def run(work: Work) -> Outcome:
    """Send it, or drop it when nothing is left that its receiver may know of."""
    delivery = Delivery.objects.select_related("owner", "webhook").filter(pk=work.job.payload["delivery"]).first()
    if delivery is None or delivery.state == DeliveryState.SENT:
        return Outcome(write=lambda: ())
    is_closed = delivery.owner is not None and not delivery.owner.is_active
    with translation.override(_language_of(delivery)):
        return _send(delivery, None if is_closed else message_of(delivery))


def _language_of(delivery: Delivery) -> str:
    """Return the receiver's language for an e-mail; programs are told in English."""
    person = delivery.owner if delivery.webhook is None else None
    return person.language if person and person.language else "en"


def _send(delivery: Delivery, message: Message | None) -> Outcome:
    if message is None or _is_off(delivery):
        return _ended(delivery, DeliveryState.DROPPED)
    Delivery.objects.filter(pk=delivery.pk).update(attempts=F("attempts") + 1)
    if delivery.webhook is None:
        _send_email(delivery, message)
    else:
        _call(delivery, delivery.webhook, message)
    return _ended(delivery, DeliveryState.SENT)


def _is_off(delivery: Delivery) -> bool:
    webhook = delivery.webhook
    return webhook is not None and not webhook.is_active and delivery.event != TEST


def signature_of(secret: str, timestamp: int, body: bytes) -> str:
    """Return the `Kinora-Signature` of a body: HMAC-SHA256 over `TIMESTAMP.BODY` with the webhook's secret."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def _call(delivery: Delivery, webhook: Webhook, message: Message) -> None:
    told = {"event": delivery.event, "delivery": delivery.public_id, "site": config.current().site_url, **message.body}
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Kinora",
        "Kinora-Event": delivery.event,
        "Kinora-Delivery": delivery.public_id,
        "Kinora-Signature": signature_of(webhook.secret, int(time.time()), body),
    }
    answer = post(webhook.url, body, headers, seconds=WEBHOOK_SECONDS)
    Delivery.objects.filter(pk=delivery.pk).update(status_code=answer.status)
    if 200 <= answer.status < 300:
        return
    if answer.status >= 500 or answer.status in _TRY_AGAIN:
        raise Unreachable(f"{webhook.url} answered {answer.status}")
    if answer.status == _GONE:
        Webhook.objects.filter(pk=webhook.pk).update(is_active=False)
    hint = "give its final address: redirects are not followed" if 300 <= answer.status < 400 else ""
    raise InputError(f"{webhook.url} refused it: {answer.status}", hint=hint)


def _send_email(delivery: Delivery, message: Message) -> None:
    assert delivery.owner is not None  # an e-mail goes to a person
    address, page = email_of(delivery.owner), message.stop_url or f"{config.current().site_url}/saved"
    why = gettext("To get no more of these:") if message.stop_url else gettext("You asked for this at")
    text = f"{message.text}\n\n{why} {page}\n"
    headers = {"List-Unsubscribe": f"<{page}>", "Auto-Submitted": "auto-generated"}
    if message.stop_url:
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    subject = " ".join(message.subject.split())[:200]
    try:
        EmailMessage(subject, text, to=[address], headers=headers).send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
        raise InputError(f"the mail server refused it: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(f"the mail server did not take it: {error}") from error


def _ended(delivery: Delivery, state: DeliveryState) -> Outcome:
    def write() -> Sequence[Next]:
        Delivery.objects.filter(pk=delivery.pk).update(state=state, error_message="", finished_at=timezone.now())
        return ()

    return Outcome(write=write, result={"state": state})
