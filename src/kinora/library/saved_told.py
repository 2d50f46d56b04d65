"""The moments that a saved search told of, as its owner may know of them now: for feeds, e-mail, webhooks and pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from kinora import config
from kinora.library.access import is_visible_to
from kinora.library.messages import Message
from kinora.library.notify_models import Delivery
from kinora.library.saved_models import SavedMatch, SavedSearch
from kinora.timebase import format_timecode

SHOWN_IN_EMAIL = 20


def told_of(saved: SavedSearch) -> QuerySet[SavedMatch]:
    """Return what was told, newest first, of videos that the owner may still find."""
    rows = SavedMatch.objects.filter(is_visible_to(saved.owner, "video"), saved=saved)
    return rows.select_related("video", "video__channel").order_by("-id")


def url_of(match: SavedMatch) -> str:
    """Return the watch page at the moment."""
    return f"{config.current().site_url}/watch/{match.video.public_id}?t={match.start_seconds:.2f}"


def match_to_json(match: SavedMatch) -> dict[str, Any]:
    return {
        "video": {"id": match.video.public_id, "title": match.video.title},
        "start_seconds": round(match.start_seconds, 3),
        "end_seconds": round(match.end_seconds, 3),
        "reason": match.reason,
        "url": url_of(match),
        "found_at": match.found_at.isoformat(),
    }


def message_of_matches(delivery: Delivery) -> Message | None:
    """Return the message of a delivery's moments, without those that its receiver may not see any more."""
    saved = SavedSearch.objects.filter(public_id=delivery.about["saved"], owner=delivery.owner).first()
    if saved is None or saved.is_paused:
        return None
    matches = list(told_of(saved).filter(pk__in=delivery.about["matches"]))[::-1]
    if not matches:
        return None
    number = f"{len(matches)} new moment{'' if len(matches) == 1 else 's'}"
    lines = [
        f"{match.video.title} at {format_timecode(int(match.start_seconds))}\n  {match.reason}\n  {url_of(match)}"
        for match in matches[:SHOWN_IN_EMAIL]
    ]
    if len(matches) > SHOWN_IN_EMAIL:
        lines.append(f"… and {len(matches) - SHOWN_IN_EMAIL} more")
    text = f"{number} for “{saved.name}” ({saved.query}):\n\n" + "\n\n".join(lines)
    search = {"id": saved.public_id, "name": saved.name, "query": saved.query}
    body = {"search": search, "moments": [match_to_json(match) for match in matches]}
    return Message(f"{saved.name}: {number}", text, body)
