"""Saved searches, what they told, and notifications; for the person whose they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Query

from kinora.library import saved as searches
from kinora.library.models import User
from kinora.library.notify import deliveries_of, delivery_of, mark_read, notifications_of, num_unread
from kinora.library.notify_models import Delivery, DeliveryState
from kinora.library.queue import retry
from kinora.library.saved_check import check
from kinora.library.saved_told import match_to_json, told_of
from kinora.site.api.auth import SIGNED_IN, caller
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 404, 409, 422), ErrorOut)


class SavedChannels(Schema):
    """How a search tells; what is left out stays as it is."""

    name: str | None = Field(None, min_length=1, max_length=120)
    is_paused: bool | None = None
    by_site: bool | None = Field(None, description="Notifications on the site; on unless switched off")
    by_email: bool | None = Field(None, description="E-mail to the account's address")
    by_feed: bool | None = Field(None, description="An Atom feed at a secret address; off and on gives a new one")
    webhook: str | None = Field(None, max_length=500, description="A public address; empty takes it off")


class SavedIn(SavedChannels):
    query: str = Field(..., min_length=1, max_length=1000)


class SavedChangeIn(SavedChannels):
    query: str | None = Field(None, min_length=1, max_length=1000)


class WebhookOut(Schema):
    """`secret` signs every body: `Kinora-Signature: t=TIME,v1=HMAC-SHA256(secret, "TIME.BODY")` in hexadecimal."""

    url: str
    secret: str
    is_active: bool


class SavedOut(Schema):
    id: str
    name: str
    query: str
    is_paused: bool
    by_site: bool
    by_email: bool
    feed_url: str
    webhook: WebhookOut | None
    created_at: datetime
    checked_at: datetime | None
    error: str


class SavedListOut(Schema):
    saved_searches: list[SavedOut]


class MatchVideo(Schema):
    id: str
    title: str


class MatchOut(Schema):
    """A moment `[start_seconds, end_seconds)` that was told."""

    video: MatchVideo
    start_seconds: float
    end_seconds: float
    reason: str
    url: str
    found_at: datetime


class MatchesOut(Schema):
    moments: list[MatchOut]


class DeliveryOut(Schema):
    """One message and how it went."""

    id: str
    event: str
    channel: str
    target: str
    state: str
    attempts: int
    status_code: int | None
    error: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Delivery) -> DeliveryOut:
        return cls(
            id=row.public_id, event=row.event, channel=row.channel, target=row.target, state=row.state,
            attempts=row.attempts, status_code=row.status_code, error=row.error_message, created_at=row.created_at,
            finished_at=row.finished_at,
        )  # fmt: skip


class DeliveriesOut(Schema):
    deliveries: list[DeliveryOut]


class NotificationOut(Schema):
    id: int
    kind: str
    title: str
    text: str
    path: str
    is_read: bool
    created_at: datetime


class NotificationsOut(Schema):
    notifications: list[NotificationOut]
    num_unread: int


class ReadIn(Schema):
    ids: list[int] | None = Field(None, max_length=1000, description="Left out: all of them")


@router.get("/saved-searches", response={200: SavedListOut, **REFUSALS}, summary="List your saved searches")
def list_saved(request: HttpRequest) -> dict[str, Any]:
    """Return the caller's own, newest first."""
    return {"saved_searches": [searches.saved_to_json(row) for row in searches.saved_of(caller(request))]}


@router.post("/saved-searches", response={201: SavedOut, **REFUSALS}, summary="Save a search")
def save(request: HttpRequest, body: SavedIn) -> Status[dict[str, Any]]:
    """Keep a search and tell of moments that can be found from now on."""
    made = searches.save_search(caller(request), body.query, searches.Changes(**body.dict(exclude={"query"})))
    return Status(201, searches.saved_to_json(made))


@router.get("/saved-searches/{saved_id}", response={200: SavedOut, **REFUSALS}, summary="Read a saved search")
def read_saved(request: HttpRequest, saved_id: str) -> dict[str, Any]:
    """Return one of the caller's own."""
    return searches.saved_to_json(searches.saved_named(caller(request), saved_id))


@router.patch("/saved-searches/{saved_id}", response={200: SavedOut, **REFUSALS}, summary="Change a saved search")
def change_saved(request: HttpRequest, saved_id: str, body: SavedChangeIn) -> dict[str, Any]:
    """Change what is given; another query, or the end of a pause, looks from now on."""
    saved = searches.saved_named(caller(request), saved_id)
    return searches.saved_to_json(searches.change(saved, searches.Changes(**body.dict())))


@router.delete("/saved-searches/{saved_id}", response={204: None, **REFUSALS}, summary="Delete a saved search")
def delete_saved(request: HttpRequest, saved_id: str) -> Status[None]:
    """Delete it and the list of what it told; its feed is gone."""
    searches.saved_named(caller(request), saved_id).delete()
    return Status(204, None)


@router.post("/saved-searches/{saved_id}/check", response={200: MatchesOut, **REFUSALS}, summary="Look now")
def check_saved(request: HttpRequest, saved_id: str) -> dict[str, Any]:
    """Look at once and return what is told by that; the worker looks by itself after each new video."""
    found = check(searches.saved_named(caller(request), saved_id))
    return {"moments": [match_to_json(match) for match in found]}


@router.get("/saved-searches/{saved_id}/moments", response={200: MatchesOut, **REFUSALS}, summary="What it told")
def moments_of_saved(
    request: HttpRequest, saved_id: str, limit: int = Query(50, ge=1, le=200), offset: int = Query(0, ge=0, le=100_000)
) -> dict[str, Any]:
    """Return the moments that were told, newest first."""
    rows = told_of(searches.saved_named(caller(request), saved_id))
    return {"moments": [match_to_json(row) for row in rows[offset : offset + limit]]}


@router.post("/saved-searches/{saved_id}/feed", response={200: SavedOut, **REFUSALS}, summary="A new feed address")
def renew_feed(request: HttpRequest, saved_id: str) -> dict[str, Any]:
    """Give the feed a new secret address; the one it had is dead at once."""
    saved = searches.saved_named(caller(request), saved_id)
    return searches.saved_to_json(searches.new_feed_address(saved))


@router.get("/deliveries", response={200: DeliveriesOut, **REFUSALS}, summary="What was sent, and how it went")
def list_deliveries(request: HttpRequest, limit: int = Query(50, ge=1, le=200)) -> DeliveriesOut:
    """Return the log of e-mails and webhooks for the caller, newest first."""
    return DeliveriesOut(deliveries=[DeliveryOut.of(row) for row in deliveries_of(caller(request))[:limit]])


@router.post("/deliveries/{delivery_id}/retry", response={200: DeliveryOut, **REFUSALS}, summary="Send it again")
def retry_delivery(request: HttpRequest, delivery_id: str) -> DeliveryOut:
    """Queue a message again that could not be delivered."""
    row = delivery_of(caller(request), delivery_id)
    if row.job is not None and row.state == DeliveryState.FAILED:
        retry(row.job)
    return DeliveryOut.of(delivery_of(caller(request), delivery_id))


@router.get("/notifications", response={200: NotificationsOut, **REFUSALS}, summary="List your notifications")
def list_notifications(request: HttpRequest, limit: int = Query(50, ge=1, le=200)) -> NotificationsOut:
    """Return what the caller was told, newest first."""
    return _notifications(caller(request), limit)


def _notifications(user: User, limit: int = 50) -> NotificationsOut:
    rows = [
        NotificationOut(
            id=row.pk, kind=row.kind, title=row.title, text=row.text, path=row.path, is_read=row.read_at is not None,
            created_at=row.created_at,
        )
        for row in notifications_of(user)[:limit]
    ]  # fmt: skip
    return NotificationsOut(notifications=rows, num_unread=num_unread(user))


@router.post("/notifications/read", response={200: NotificationsOut, **REFUSALS}, summary="Mark as read")
def read_notifications(request: HttpRequest, body: ReadIn) -> NotificationsOut:
    """Mark notifications as read, all of them or those named."""
    mark_read(caller(request), body.ids)
    return _notifications(caller(request))
