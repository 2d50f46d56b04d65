"""Tell people things: on the site, by e-mail, by webhook. One mechanism, whatever the event is.

A message on its way out is a `Delivery` and a job `deliver`, so that it is tried again and logged. What it says is made
when it is sent, by the event's own function in `messages.py`, from what its receiver may know of by then.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.utils import timezone

from kinora import config
from kinora.engine.outbound import check_address
from kinora.errors import InputError, NotFound
from kinora.library.access import is_visible_to
from kinora.library.models import Job, User
from kinora.library.notify_models import Delivery, DeliveryState, Notification, Webhook
from kinora.library.people.sign_up import Policy, policy
from kinora.library.queue import enqueue

MAX_WEBHOOKS = 20
MAX_URL_CHARACTERS = 500
DELIVERY_ATTEMPTS = 8  # over about ten minutes
_KEPT_DELIVERIES = 500  # a webhook, and a person's e-mails


def notifications_of(user: User) -> QuerySet[Notification]:
    """Return what a person was told, newest first; nothing of videos that they may not see any more."""
    of_visible = Q(video=None) | is_visible_to(user, "video")
    return Notification.objects.filter(of_visible, owner=user).select_related("video").order_by("-id")


def num_unread(user: User) -> int:
    """Return how many notifications a person has not read; what the bell shows."""
    return notifications_of(user).filter(read_at=None).count()


def mark_read(user: User, ids: list[int] | None = None) -> int:
    """Mark a person's notifications as read, all of them or those named; return how many were not."""
    rows = Notification.objects.filter(owner=user, read_at=None)
    return (rows if ids is None else rows.filter(pk__in=ids)).update(read_at=timezone.now())


def email_of(user: User) -> str:
    """Return where a person gets e-mail.

    Raises:
        InputError: the site sends none, or the person has no address; where anybody may sign up, an unconfirmed one.
    """
    settings = config.current()
    if not settings.email_host:
        raise InputError("this site sends no e-mail", hint="its operator sets KINORA_EMAIL_HOST")
    if not user.email:
        raise InputError("your account has no e-mail address", hint="add one at /accounts/email/")
    is_confirmed = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    if policy() != Policy.CLOSED and not is_confirmed.exists():
        raise InputError("your e-mail address is not confirmed", hint="confirm it at /accounts/email/")
    return user.email


def webhook_at(user: User, url: str) -> Webhook:
    """Return this person's webhook at an address, switched on; made when there is none.

    Raises:
        AddressRefused: no address of the web. InputError: it is too long, or there are too many.
    """
    address = webhook_address(url)
    existing = Webhook.objects.filter(owner=user, url=address).first()
    if existing is None:
        refuse_too_many(user)
    webhook = existing or Webhook.objects.create(owner=user, url=address)
    if not webhook.is_active:
        webhook.is_active = True
        webhook.save()
    return webhook


def webhook_address(url: str) -> str:
    """Return an address that a webhook may have.

    Raises:
        AddressRefused: no address of the web. InputError: it is too long.
    """
    address = check_address(url)
    if len(address) > MAX_URL_CHARACTERS:
        raise InputError(f"the address has {len(address)} characters; accepted: at most {MAX_URL_CHARACTERS}")
    return address


def refuse_too_many(owner: User | None) -> None:
    """Refuse one more webhook of a person, or of the site, over the most; those that nothing uses don't count.

    Raises:
        InputError: there are as many as there may be.
    """
    is_used = Q(saved_searches__isnull=False) | ~Q(events=[])
    if Webhook.objects.filter(is_used, owner=owner).distinct().count() >= MAX_WEBHOOKS:
        raise InputError(f"there are {MAX_WEBHOOKS} webhooks, which is the most", hint="delete one, or take it off")


def deliver(owner: User | None, event: str, about: dict[str, Any], *, webhook: Webhook | None = None) -> Delivery:
    """Queue one message, to a webhook or by e-mail; call it in the transaction that stores what it tells.

    `owner` is None for the site's own webhooks.
    """
    target = webhook.url if webhook else owner.email if owner else ""
    delivery = Delivery.objects.create(
        owner=owner, event=event, about=about, channel="webhook" if webhook else "email", webhook=webhook, target=target
    )
    job = enqueue("deliver", payload={"delivery": delivery.pk}, dedupe_key=f"deliver:{delivery.pk}")
    Job.objects.filter(pk=job.pk).update(max_attempts=DELIVERY_ATTEMPTS)
    delivery.job = job
    delivery.save()
    _forget_old(delivery)
    return delivery


def deliveries_of(user: User) -> QuerySet[Delivery]:
    """Return the log of what was sent for a person, newest first."""
    return Delivery.objects.filter(owner=user).order_by("-id")


def delivery_of(user: User, public_id: str) -> Delivery:
    """Return one of a person's deliveries.

    Raises:
        NotFound: there is none of that name of theirs.
    """
    row = deliveries_of(user).filter(public_id=public_id[:16]).first()
    if row is None:
        raise NotFound(f"there is no delivery {public_id[:16]!r}")
    return row


def _forget_old(delivery: Delivery) -> None:
    log = Delivery.objects.filter(owner=delivery.owner, webhook=delivery.webhook).exclude(state=DeliveryState.QUEUED)
    old = log.order_by("-id").values_list("pk", flat=True)[_KEPT_DELIVERIES:]
    Delivery.objects.filter(pk__in=list(old)).delete()
