"""When whose digest is due, and the job that sends them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from kinora.library.queue import enqueue
from kinora.library.watching.models import DigestRhythm, WatchingChoices

PERIODS = {DigestRhythm.DAILY.value: timedelta(days=1), DigestRhythm.WEEKLY.value: timedelta(days=7)}


def due_digests(now: datetime) -> QuerySet[WatchingChoices]:
    """Return whose digest is due: whose last one told until a period ago."""
    is_due = Q()
    for rhythm, period in PERIODS.items():
        is_due |= Q(digest=rhythm) & Q(digest_at__lte=now - period)
    return WatchingChoices.objects.filter(is_due, user__is_active=True).select_related("user").order_by("pk")


def plan_digest(choices: WatchingChoices) -> None:
    """Have the digest of somebody who chose one sent when its period is over; it tells of what comes from now on."""
    if choices.digest and choices.digest_at is None:
        choices.digest_at = timezone.now()
        choices.save()
    plan_next()


def plan_next() -> None:
    """Queue the job for the earliest digest that is to come; none where nobody wants one.

    Its key names the hour: the job that runs now holds its own key still.
    """
    at = _earliest()
    if at is not None:
        delay_seconds = max(0.0, (at - timezone.now()).total_seconds())
        enqueue("digest", dedupe_key=f"digest:{at:%Y%m%d%H}", delay_seconds=delay_seconds)


def _earliest() -> datetime | None:
    rows = WatchingChoices.objects.filter(user__is_active=True)
    times = []
    for rhythm, period in PERIODS.items():
        last = rows.filter(digest=rhythm).aggregate(last=Min("digest_at"))["last"]
        if last is not None:
            times.append(last + period)
    return min(times, default=None)
