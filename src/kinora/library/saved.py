"""Saved searches: keep one, change how it tells, pause it, delete it. Looking for what is new: `saved_check.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.library.files import printable
from kinora.library.models import User, new_token
from kinora.library.notify import email_of, webhook_at
from kinora.library.notify_models import Webhook
from kinora.library.saved_models import SavedSearch
from kinora.search.query import parse_query

MAX_SAVED = 200  # a person
MAX_QUERY_CHARACTERS = 1000


@dataclass(frozen=True)
class Changes:
    """What changes of a saved search; what is None stays. An empty webhook takes it off."""

    name: str | None = None
    query: str | None = None
    is_paused: bool | None = None
    by_site: bool | None = None
    by_email: bool | None = None
    by_feed: bool | None = None
    webhook: str | None = None


def save_search(owner: User, query: str, changes: Changes | None = None) -> SavedSearch:
    """Keep a search; told is what can be found from now on.

    Raises:
        QueryRefused: the query can't be understood. InputError: too many, no name, or a channel that can't be used.
    """
    changes = changes or Changes()
    if SavedSearch.objects.filter(owner=owner).count() >= MAX_SAVED:
        raise InputError(f"you have {MAX_SAVED} saved searches, which is the most", hint="delete one at /saved")
    saved = SavedSearch(owner=owner, query=_query(query))
    saved.name = _name(changes.name or saved.query[:120])
    _apply(saved, changes)
    saved.save()
    return saved


def saved_of(user: User) -> QuerySet[SavedSearch]:
    """Return a person's saved searches, newest first."""
    return SavedSearch.objects.filter(owner=user).select_related("owner", "webhook")


def saved_named(user: User, public_id: str) -> SavedSearch:
    """Return one of a person's saved searches.

    Raises:
        NotFound: there is none of theirs.
    """
    row = saved_of(user).filter(public_id=public_id[:16]).first()
    if row is None or len(public_id) > 16:
        raise NotFound(f"there is no saved search {public_id[:16]!r} of yours", hint="/saved lists them")
    return row


def change(saved: SavedSearch, changes: Changes) -> SavedSearch:
    """Change what is given. A search that goes on after a pause, or asks something else, looks from now on.

    Raises:
        QueryRefused, InputError: as `save_search`.
    """
    if changes.name is not None:
        saved.name = _name(changes.name)
    if changes.query is not None and changes.query.strip() != saved.query:
        saved.query, saved.since = _query(changes.query), timezone.now()
    _apply(saved, changes)
    saved.save()
    return saved


def new_feed_address(saved: SavedSearch) -> SavedSearch:
    """Give the feed another secret address; the earlier one is dead at once."""
    saved.feed_token = new_token()
    saved.save()
    return saved


def saved_by_feed(token: str) -> SavedSearch:
    """Return the search whose feed has this secret.

    Raises:
        NotFound: none has, or its owner's account is closed.
    """
    rows = SavedSearch.objects.select_related("owner").filter(owner__is_active=True)
    row = rows.filter(feed_token=token).first() if 40 <= len(token) <= 64 else None
    if row is None:
        raise NotFound("there is no such feed", hint="its owner may have taken the address back")
    return row


def feed_url(saved: SavedSearch) -> str:
    """Return the feed's secret address, empty where it has none."""
    return f"{config.current().site_url}/feeds/saved/{saved.feed_token}.atom" if saved.feed_token else ""


def saved_to_json(saved: SavedSearch) -> dict[str, Any]:
    """Return the documented JSON, for its owner alone: the feed's address and the webhook's secret are in it."""
    webhook: Webhook | None = saved.webhook
    return {
        "id": saved.public_id,
        "name": saved.name,
        "query": saved.query,
        "is_paused": saved.is_paused,
        "by_site": saved.by_site,
        "by_email": saved.by_email,
        "feed_url": feed_url(saved),
        "webhook": {"url": webhook.url, "secret": webhook.secret, "is_active": webhook.is_active} if webhook else None,
        "created_at": saved.created_at.isoformat(),
        "checked_at": saved.checked_at.isoformat() if saved.checked_at else None,
        "error": saved.error_message,
    }


def _apply(saved: SavedSearch, changes: Changes) -> None:
    if changes.is_paused is not None and saved.is_paused != changes.is_paused:
        saved.is_paused = changes.is_paused
        saved.since = saved.since if changes.is_paused else timezone.now()
    if changes.by_site is not None:
        saved.by_site = changes.by_site
    if changes.by_email is not None:
        if changes.by_email and not saved.by_email:
            email_of(saved.owner)
        saved.by_email = changes.by_email
    if changes.by_feed is not None and changes.by_feed != bool(saved.feed_token):
        saved.feed_token = new_token() if changes.by_feed else None
    if changes.webhook is not None:
        saved.webhook = webhook_at(saved.owner, changes.webhook) if changes.webhook.strip() else None


def _name(given: str) -> str:
    name = " ".join(printable(given.replace("\n", " ")).split())
    if not name or len(name) > 120:
        raise InputError("a saved search needs a name of 1 to 120 characters", hint="say what you look for")
    return name


def _query(given: str) -> str:
    query = " ".join(given.split())
    if not query or len(query) > MAX_QUERY_CHARACTERS:
        raise InputError(f"the search has {len(query)} characters; accepted: 1 to {MAX_QUERY_CHARACTERS}")
    parse_query(query)
    return query
