"""A person's webhooks, and the site's: make one, change it, try it, read what was sent and send it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from kinora.errors import Conflict, InputError, NotAllowed, NotFound
from kinora.library.files import printable
from kinora.library.models import User, new_token
from kinora.library.moderation.audit import note
from kinora.library.moderation.standing import require_standing
from kinora.library.notify import deliver, refuse_too_many, webhook_address
from kinora.library.notify_models import Delivery, DeliveryState, Webhook
from kinora.library.queue import retry
from kinora.library.webhooks.events import OF_A_PERSON, OF_THE_SITE, TEST

MAX_NAME = 120
TESTS_WAITING = 3  # of one webhook; a button pressed again and again sends no flood


@dataclass(frozen=True)
class HookChanges:
    """What changes of a webhook; what is None stays."""

    url: str | None = None
    name: str | None = None
    events: Sequence[str] | None = None
    is_active: bool | None = None


def webhooks_of(owner: User | None) -> QuerySet[Webhook]:
    """Return a person's webhooks, or the site's for None, newest first, with how many saved searches name each."""
    rows = Webhook.objects.filter(owner=owner).select_related("owner")
    return rows.annotate(num_searches=Count("saved_searches")).order_by("-id")


def webhook_for(user: User, hook_id: int) -> Webhook:
    """Return a webhook that a person may read and change: their own, and for administrators the site's.

    Raises:
        NotFound: there is none of that number for them.
    """
    row = Webhook.objects.select_related("owner").filter(pk=hook_id).first()
    is_theirs = row is not None and (row.owner_id == user.pk or (row.owner_id is None and user.is_staff))
    if row is None or not is_theirs:
        raise NotFound(f"there is no webhook {hook_id} of yours", hint="/settings/webhooks lists them")
    return row


@transaction.atomic
def make_webhook(owner: User | None, changes: HookChanges, *, by: User | None) -> Webhook:
    """Make a webhook of a person's own, or the site's (owner None); `by` is None for commands.

    Raises:
        NotAllowed: the site's by somebody who is no administrator, or a suspended person.
        AddressRefused, InputError: no usable address, name or event, or too many.
    """
    if owner is None and by is not None and not by.is_staff:
        raise NotAllowed("the site's webhooks are for administrators", hint="make one of your own")
    if owner is not None:
        require_standing(owner)
    if not changes.events:
        raise InputError("no event was chosen", hint=f"accepted: {', '.join(accepted_events(owner))}")
    refuse_too_many(owner)
    made = Webhook(owner=owner)
    _apply(made, HookChanges(changes.url or "", changes.name, changes.events, changes.is_active))
    made.save()
    _note(by, made, "webhook.make")
    return made


@transaction.atomic
def change_webhook(hook: Webhook, changes: HookChanges, *, by: User | None) -> Webhook:
    """Change what is given.

    Raises:
        AddressRefused, InputError: as `make_webhook`.
    """
    if changes.events is not None and not changes.events and not hook.saved_searches.exists():
        raise InputError("no event was chosen", hint="choose one, or delete the webhook")
    _apply(hook, changes)
    hook.save()
    _note(by, hook, "webhook.change")
    return hook


@transaction.atomic
def delete_webhook(hook: Webhook, *, by: User | None) -> None:
    """Delete a webhook with its log; saved searches tell no program then."""
    _note(by, hook, "webhook.delete")
    hook.delete()


def new_secret(hook: Webhook, *, by: User | None) -> Webhook:
    """Give a webhook another secret; what is sent from now on is signed with it."""
    hook.secret = new_token()
    hook.save(update_fields=["secret"])
    _note(by, hook, "webhook.secret")
    return hook


def send_test(hook: Webhook) -> Delivery:
    """Queue an event `webhook.test`, whether the webhook is on or off.

    Raises:
        Conflict: several tests wait already.
    """
    waiting = Delivery.objects.filter(webhook=hook, event=TEST, state=DeliveryState.QUEUED)
    if waiting.count() >= TESTS_WAITING:
        raise Conflict(f"{TESTS_WAITING} tests wait to be sent", hint="see the log; a worker must be running")
    with transaction.atomic():
        return deliver(hook.owner, TEST, {"at": timezone.now().isoformat()}, webhook=hook)


def log_of(hook: Webhook) -> QuerySet[Delivery]:
    """Return what was sent to a webhook, newest first."""
    return Delivery.objects.filter(webhook=hook).select_related("job").order_by("-id")


def send_again(hook: Webhook, delivery_id: str) -> Delivery:
    """Send a message again: one that failed goes on, one that was sent goes out a second time under a new number.

    Raises:
        NotFound: the webhook's log has no such delivery. Conflict: it waits to be sent already.
    """
    row = log_of(hook).filter(public_id=delivery_id[:16]).first()
    if row is None:
        raise NotFound(f"there is no delivery {delivery_id[:16]!r}")
    if row.state == DeliveryState.QUEUED:
        raise Conflict("this waits to be sent already", hint="see how it went in the log")
    if row.state == DeliveryState.FAILED and row.job is not None:
        retry(row.job)
        row.refresh_from_db()
        return row
    with transaction.atomic():
        return deliver(hook.owner, row.event, row.about, webhook=hook)


def accepted_events(owner: User | None) -> tuple[str, ...]:
    """Return what a webhook of this owner (None: the site) can be told of."""
    return OF_THE_SITE if owner is None else OF_A_PERSON


def webhook_to_json(hook: Webhook) -> dict[str, Any]:
    """Return the documented JSON, for those alone who may change it: the secret is in it."""
    return {
        "id": hook.pk, "is_of_site": hook.owner_id is None, "name": hook.name, "url": hook.url,
        "events": list(hook.events), "is_active": hook.is_active, "secret": hook.secret,
        "num_saved_searches": getattr(hook, "num_searches", None) or hook.saved_searches.count(),
        "created_at": hook.created_at.isoformat(),
    }  # fmt: skip


def delivery_to_json(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.public_id, "event": row.event, "channel": row.channel, "target": row.target, "state": row.state,
        "attempts": row.attempts, "status_code": row.status_code, "error": row.error_message,
        "created_at": row.created_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }  # fmt: skip


def _apply(hook: Webhook, changes: HookChanges) -> None:
    if changes.url is not None:
        address = webhook_address(changes.url)
        if Webhook.objects.filter(owner=hook.owner, url=address).exclude(pk=hook.pk).exists():
            raise InputError(f"there is a webhook for {address} already", hint="change the events of that one")
        hook.url = address
    if changes.name is not None:
        hook.name = " ".join(printable(changes.name.replace("\n", " ")).split())[:MAX_NAME]
    if changes.events is not None:
        hook.events = _events(hook.owner, changes.events)
    if changes.is_active is not None:
        hook.is_active = changes.is_active


def _events(owner: User | None, given: Sequence[str]) -> list[str]:
    accepted = accepted_events(owner)
    unknown = [name for name in given if name not in accepted]
    if unknown:
        raise InputError(f"{unknown[0][:40]!r} is no event for this; accepted: {', '.join(accepted)}")
    return [name for name in accepted if name in given]


def _note(by: User | None, hook: Webhook, verb: str) -> None:
    if hook.owner_id is None:  # what administrators do for the site is logged
        note(by, verb, kind="webhook", target=hook.pk, details={"url": hook.url, "events": list(hook.events)})
