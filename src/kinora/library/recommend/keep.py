"""Neighbours are stored: a video's own when it is indexed, those by viewers now and then."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from kinora.index.index import Index
from kinora.library.figures.models import DayTally, Tally
from kinora.library.models import Job, Video, VideoState, Visibility, WatchProgress
from kinora.library.moderation.counters import counters
from kinora.library.queue import enqueue
from kinora.library.recommend.co_watching import MAX_OF_VIDEO, together
from kinora.library.recommend.models import Neighbour, NeighbourKind, WatchedLately
from kinora.library.recommend.neighbours import neighbours_of
from kinora.library.recommend.popular import MAX_AGE_DAYS, strengths

VIEWERS_EVERY_SECONDS = 6 * 3600.0
WATCHED_SECONDS = 30.0  # or a third: who left before did not watch
WATCHED_SHARE = 1 / 3
_AT_ONCE = 500
MAX_MISSING_A_TURN = 500  # the others follow when the index is tidied next, or a worker starts


def keep_neighbours(video: Video, index: Index) -> int:
    """Store what is near to a video by content, in place of what was stored; return how many."""
    near = neighbours_of(index, video.public_id)
    others = dict(Video.objects.filter(public_id__in={one.video_id for one in near}).values_list("public_id", "pk"))
    rows = [
        Neighbour(
            video=video, other_id=others[one.video_id], kind=one.kind, score=min(1.0, max(0.0, one.score)),
            at_seconds=one.at_seconds, other_seconds=one.other_seconds,
        )
        for one in near
        if one.video_id in others
    ]  # fmt: skip
    with transaction.atomic():
        Neighbour.objects.filter(video=video).exclude(kind=NeighbourKind.VIEWERS).delete()
        Neighbour.objects.bulk_create(rows, batch_size=_AT_ONCE)
    return len(rows)


def queue_missing_neighbours() -> int:
    """Queue the looking for neighbours of videos indexed before there was any; return how many, newest first."""
    near = Neighbour.objects.filter(video=OuterRef("pk")).exclude(kind=NeighbourKind.VIEWERS)
    looked = Job.objects.filter(video=OuterRef("pk"), kind="relate")  # also those that found nothing
    ready = Video.objects.filter(state=VideoState.READY, indexed_revision__gt=0)
    missing = list(ready.filter(~Exists(near), ~Exists(looked)).order_by("-id")[:MAX_MISSING_A_TURN])
    with transaction.atomic():
        for video in missing:
            enqueue("relate", video=video)
    return len(missing)


def want_viewers_counted() -> None:
    """Have co-watching counted anew; asked at each progress that is told, done a few times a day."""
    if counters().add("co-watching", 1, time.time() + VIEWERS_EVERY_SECONDS):
        enqueue("relate", payload={"what": "viewers"}, dedupe_key="relate:viewers")


def keep_viewers() -> int:
    """Store which videos are watched by the same people, in place of what was stored; return how many pairs."""
    near: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    for (one, other), (score, number) in together(_watched()).items():
        near[one].append((score, number, other))
        near[other].append((score, number, one))
    rows = [
        Neighbour(video_id=video, other_id=other, kind=NeighbourKind.VIEWERS, score=score, num_people=number)
        for video, others in near.items()
        for score, number, other in sorted(others, reverse=True)[:MAX_OF_VIDEO]
    ]
    with transaction.atomic():
        Neighbour.objects.filter(kind=NeighbourKind.VIEWERS).delete()
        Neighbour.objects.bulk_create(rows, batch_size=_AT_ONCE)
    return len(rows)


def keep_popular() -> int:
    """Store what many watch lately, in place of what was stored; return how many videos."""
    today = datetime.now(UTC).date()
    tallies = DayTally.objects.filter(
        kind=Tally.VIEWS, day__gte=today - timedelta(days=MAX_AGE_DAYS),
        video__state=VideoState.READY, video__visibility=Visibility.PUBLIC,
    ).values_list("video_id", "day", "total")  # fmt: skip
    views = ((video, float((today - day).days), float(total)) for video, day, total in tallies.iterator())
    rows = [WatchedLately(video_id=video, strength=strength) for video, strength in strengths(views).items()]
    with transaction.atomic():
        WatchedLately.objects.all().delete()
        WatchedLately.objects.bulk_create(rows)
    return len(rows)


def _watched() -> Iterator[tuple[int, int]]:
    is_watched = Q(is_finished=True) | Q(position_seconds__gte=WATCHED_SECONDS)
    is_watched |= Q(position_seconds__gte=F("video__duration_seconds") * WATCHED_SHARE)
    rows = WatchProgress.objects.filter(is_watched, user__pauses_history=False).order_by("user_id", "-updated_at")
    yield from rows.values_list("user_id", "video_id").iterator(chunk_size=5_000)
