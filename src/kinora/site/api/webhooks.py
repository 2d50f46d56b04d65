"""Webhooks: a person's own, and for administrators the site's."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Query

from kinora.library.models import User
from kinora.library.notify_models import Webhook
from kinora.library.webhooks import hooks
from kinora.library.webhooks.events import LABELS
from kinora.site.api.auth import SIGNED_IN, caller, require_staff
from kinora.site.api.saved import DeliveriesOut, DeliveryOut
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 422), ErrorOut)
Event = Literal["video.published", "video.processed", "video.failed", "moment.found", "report.made"]
_MOST_ID = 2**63 - 1


class WebhookFields(Schema):
    """What may be said of a webhook; what is left out stays as it is."""

    name: str | None = Field(None, max_length=hooks.MAX_NAME)
    is_active: bool | None = None


class WebhookIn(WebhookFields):
    url: str = Field(..., max_length=500, description="A public address; redirects are not followed")
    events: list[Event] = Field(..., min_length=1, max_length=len(LABELS))


class WebhookChangeIn(WebhookFields):
    url: str | None = Field(None, max_length=500)
    events: list[Event] | None = Field(None, max_length=len(LABELS))


class WebhookFullOut(Schema):
    """`secret` signs every body: `Kinora-Signature: t=TIME,v1=HMAC-SHA256(secret, "TIME.BODY")` in hexadecimal."""

    id: int
    is_of_site: bool
    name: str
    url: str
    events: list[str]
    is_active: bool
    secret: str
    num_saved_searches: int
    created_at: datetime


class WebhooksOut(Schema):
    webhooks: list[WebhookFullOut]


Whose = Query(False, description="The site's instead of one's own; for administrators")


def _owner(request: HttpRequest, site: bool) -> User | None:
    if site:
        require_staff(request)
        return None
    user: User = caller(request)
    return user


def _hook(request: HttpRequest, hook_id: int) -> Webhook:
    return hooks.webhook_for(caller(request), min(hook_id, _MOST_ID))


@router.get("/webhooks", response={200: WebhooksOut, **REFUSALS}, summary="List webhooks")
def list_webhooks(request: HttpRequest, site: bool = Whose) -> dict[str, Any]:
    """Return the caller's own, or the site's, newest first."""
    return {"webhooks": [hooks.webhook_to_json(row) for row in hooks.webhooks_of(_owner(request, site))]}


@router.post("/webhooks", response={201: WebhookFullOut, **REFUSALS}, summary="Make a webhook")
def make_webhook(request: HttpRequest, body: WebhookIn, site: bool = Whose) -> Status[dict[str, Any]]:
    """Have a program told of events from now on."""
    changes = hooks.HookChanges(**body.dict())
    made = hooks.make_webhook(_owner(request, site), changes, by=caller(request))
    return Status(201, hooks.webhook_to_json(made))


@router.get("/webhooks/{int:hook_id}", response={200: WebhookFullOut, **REFUSALS}, summary="Read a webhook")
def read_webhook(request: HttpRequest, hook_id: int) -> dict[str, Any]:
    return hooks.webhook_to_json(_hook(request, hook_id))


@router.patch("/webhooks/{int:hook_id}", response={200: WebhookFullOut, **REFUSALS}, summary="Change a webhook")
def change_webhook(request: HttpRequest, hook_id: int, body: WebhookChangeIn) -> dict[str, Any]:
    """Change what is given; `is_active` switches it off and on."""
    changed = hooks.change_webhook(_hook(request, hook_id), hooks.HookChanges(**body.dict()), by=caller(request))
    return hooks.webhook_to_json(changed)


@router.delete("/webhooks/{int:hook_id}", response={204: None, **REFUSALS}, summary="Delete a webhook")
def delete_webhook(request: HttpRequest, hook_id: int) -> Status[None]:
    """Delete it with its log; saved searches that named it tell no program any more."""
    hooks.delete_webhook(_hook(request, hook_id), by=caller(request))
    return Status(204, None)


@router.post("/webhooks/{int:hook_id}/secret", response={200: WebhookFullOut, **REFUSALS}, summary="A new secret")
def renew_secret(request: HttpRequest, hook_id: int) -> dict[str, Any]:
    """Sign with another secret from now on."""
    return hooks.webhook_to_json(hooks.new_secret(_hook(request, hook_id), by=caller(request)))


@router.post("/webhooks/{int:hook_id}/test", response={202: DeliveryOut, **REFUSALS}, summary="Send a test")
def test_webhook(request: HttpRequest, hook_id: int) -> Status[DeliveryOut]:
    """Queue an event `webhook.test`, whether the webhook is on or off; the log says how it went."""
    return Status(202, DeliveryOut.of(hooks.send_test(_hook(request, hook_id))))


@router.get("/webhooks/{int:hook_id}/deliveries", response={200: DeliveriesOut, **REFUSALS}, summary="What was sent")
def webhook_log(request: HttpRequest, hook_id: int, limit: int = Query(50, ge=1, le=200)) -> DeliveriesOut:
    """Return what was sent to it and how it went, newest first."""
    rows = hooks.log_of(_hook(request, hook_id))[:limit]
    return DeliveriesOut(deliveries=[DeliveryOut.of(row) for row in rows])


@router.post(
    "/webhooks/{int:hook_id}/deliveries/{delivery_id}/again", response={202: DeliveryOut, **REFUSALS},
    summary="Send a message again",
)  # fmt: skip
def send_again(request: HttpRequest, hook_id: int, delivery_id: str) -> Status[DeliveryOut]:
    """Send one message of the log again: with what may be told of it now."""
    return Status(202, DeliveryOut.of(hooks.send_again(_hook(request, hook_id), delivery_id)))
