"""Counting views: what a player tells it has played becomes sums, and nothing else is kept.

A view is one viewer's ten seconds or half of a video, once in half an hour; robots and those who run the video are left
out. Within that half hour a viewer is known by a hash with a salt of the day, in the file of counters that nothing else
reads: no cookie, no address stored, nothing told to others.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import F

from kinora.library.figures.models import DayTally, Tally
from kinora.library.models import Video
from kinora.library.moderation.counters import counters
from kinora.library.patience import patient

VIEW_SECONDS = 10.0
VIEW_SHARE = 0.5
WINDOW_SECONDS = 1800.0
MAX_NAMES_A_DAY = 500  # of sources and searches of one video: what comes later is counted as `other`
_MAX_SECONDS_A_WINDOW = 4 * WINDOW_SECONDS  # nobody watches faster than four times the speed
_ROBOT = re.compile(r"bot|crawl|spider|slurp|headless|preview|fetch|curl|wget|python|scrapy|monitor|http", re.I)
_PLACES = {
    "search": "search", "c": "channel", "watch": "watch", "playlists": "playlist", "subscriptions": "subscriptions",
    "history": "history", "likes": "likes", "notifications": "notifications", "embed": "embed", "videos": "owner",
}  # fmt: skip


@dataclass(frozen=True)
class Came:
    """Where a viewer came from: one of the site's own places or a host name; the words searched for, if any."""

    source: str
    search: str = ""
    at_seconds: int = 0


def is_robot(user_agent: str) -> bool:
    """Return whether a program rather than a person says this of itself; nothing said counts as one too."""
    return not user_agent.strip() or bool(_ROBOT.search(user_agent.removeprefix("Mozilla/5.0")))


def came_from(referrer: str, hosts: Iterable[str], at_seconds: float = 0.0) -> Came:
    """Return what the address of the page before tells; of other sites their host name alone is kept."""
    try:
        parts = urlsplit(referrer[:2000])
        host = (parts.hostname or "").lower().removeprefix("www.")[:120]
    except ValueError:
        return Came("direct")
    if parts.scheme not in ("http", "https") or not host:
        return Came("direct")
    if host not in {name.lower().removeprefix("www.") for name in hosts}:
        return Came(host)
    place = parts.path.strip("/").split("/")[0]
    if place == "search":
        words = " ".join(parse_qs(parts.query).get("q", [""])[0].split())[:120]
        return Came("search", words, max(0, int(at_seconds)))
    return Came("home" if not place else _PLACES.get(place, "site"))


def count_played(video: Video, viewer: str, stretches: Sequence[tuple[float, float]], came: Came) -> bool:
    """Add what somebody played to the sums; return whether it became a view just now."""
    played = min(sum(end - start for start, end in stretches), _MAX_SECONDS_A_WINDOW)
    if played <= 0:
        return False
    name, now = f"view:{_hidden(viewer, video)}", time.time()
    is_held, known = counters().get(name)
    before, is_counted, until = known if is_held else (0.0, False, now + WINDOW_SECONDS)
    after = min(before + played, _MAX_SECONDS_A_WINDOW)
    is_view = not is_counted and after >= _needed(video)
    counters().put(name, (after, is_counted or is_view, until), until)
    _add(video, int(after) - int(before), came if is_view else None)
    return is_view


def _needed(video: Video) -> float:
    return min(VIEW_SECONDS, VIEW_SHARE * video.duration_seconds) if video.duration_seconds > 0 else VIEW_SECONDS


@patient
def _add(video: Video, seconds: int, came: Came | None) -> None:
    today = datetime.now(UTC).date()
    with transaction.atomic():
        if seconds > 0:
            _raise(video, today, Tally.SECONDS, by=seconds)
        if came is None:
            return
        Video.objects.filter(pk=video.pk).update(num_views=F("num_views") + 1)
        _raise(video, today, Tally.VIEWS)
        _raise(video, today, Tally.SOURCE, came.source)
        if came.search:
            _raise(video, today, Tally.SEARCH, came.search, came.at_seconds)


def _raise(video: Video, day: date, kind: Tally, name: str = "", at_seconds: int = 0, *, by: int = 1) -> None:
    row: dict[str, Any] = {"video": video, "day": day, "kind": kind, "name": name, "at_seconds": at_seconds}
    if DayTally.objects.filter(**row).update(total=F("total") + by):
        return
    if name and DayTally.objects.filter(video=video, day=day, kind=kind).count() >= MAX_NAMES_A_DAY:
        row |= {"name": "other", "at_seconds": 0}
    DayTally.objects.get_or_create(**row)
    DayTally.objects.filter(**row).update(total=F("total") + by)


def _hidden(viewer: str, video: Video) -> str:
    """Return a name for a viewer of a video that is another one tomorrow and leads back to nobody."""
    words = f"view\0{datetime.now(UTC).date()}\0{viewer}\0{video.public_id}"
    return hmac.new(django_settings.SECRET_KEY.encode(), words.encode(), hashlib.sha256).hexdigest()[:32]
