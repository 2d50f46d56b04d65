"""Telling the figures of a video or a channel to those who run it: over time, by source, by search, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from kinora.errors import InputError
from kinora.library.figures.models import DayTally, Tally
from kinora.library.models import Channel, Video
from kinora.library.watching.models import Replays
from kinora.library.watching.replays import MIN_VIEWERS

MAX_DAYS = 3660
_MOST_NAMES = 50


@dataclass(frozen=True)
class Day:
    """One day's views and minutes watched."""

    day: date
    num_views: int
    watched_seconds: int

    def to_json(self) -> dict[str, Any]:
        told = {"day": self.day.isoformat(), "num_views": self.num_views}
        return {**told, "watched_seconds": self.watched_seconds}


@dataclass(frozen=True)
class Figures:
    """What may be told of a video or a channel in the last `num_days` days, today included."""

    num_days: int
    days: tuple[Day, ...]
    sources: tuple[tuple[str, int], ...]
    searches: tuple[tuple[str, int, str, int], ...]  # words, second, video, views
    videos: tuple[tuple[str, str, int], ...]  # id, title, views; of a channel
    retention: tuple[float, ...]  # how much of the viewers saw each part; empty where too few watched to tell

    @property
    def num_views(self) -> int:
        return sum(day.num_views for day in self.days)

    @property
    def watched_seconds(self) -> int:
        return sum(day.watched_seconds for day in self.days)

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON."""
        return {
            "num_days": self.num_days,
            "num_views": self.num_views,
            "watched_seconds": self.watched_seconds,
            "days": [day.to_json() for day in self.days],
            "sources": [{"source": name, "num_views": total} for name, total in self.sources],
            "searches": [
                {"query": query, "at_seconds": at, "video_id": video, "num_views": total}
                for query, at, video, total in self.searches
            ],
            "videos": [{"id": name, "title": title, "num_views": total} for name, title, total in self.videos],
            "retention": list(self.retention),
        }


def figures_of_video(video: Video, num_days: int = 28) -> Figures:
    """Return a video's figures; whoever asks must be allowed to edit it."""
    return _figures(DayTally.objects.filter(video=video), num_days, retention=_retention(video))


def figures_of_channel(channel: Channel, num_days: int = 28) -> Figures:
    """Return the figures of all videos of a channel; whoever asks must be of its editors."""
    rows = DayTally.objects.filter(video__channel=channel)
    viewed = rows.filter(_since(num_days), kind=Tally.VIEWS).values("video__public_id", "video__title")
    best = viewed.annotate(sum=Sum("total")).order_by("-sum", "video__public_id")[:_MOST_NAMES]
    videos = tuple((row["video__public_id"], row["video__title"], row["sum"]) for row in best)
    return _figures(rows, num_days, videos=videos)


def as_csv(figures: Figures) -> str:
    """Return all sums in one table: what, name, second, number."""
    return "".join(_csv_lines(figures))


def _csv_lines(figures: Figures) -> Iterator[str]:
    yield _line("figure", "name", "at_seconds", "number")
    for day in figures.days:
        yield _line("views", day.day.isoformat(), "", day.num_views)
        yield _line("watched_seconds", day.day.isoformat(), "", day.watched_seconds)
    for name, total in figures.sources:
        yield _line("source", name, "", total)
    for query, at, _, total in figures.searches:
        yield _line("search", query, at, total)
    for name, title, total in figures.videos:
        yield _line("video", f"{name} {title}", "", total)


def _line(*cells: object) -> str:
    """Return a line of CSV; what a spreadsheet would take for a formula is kept from being one."""
    text = io.StringIO()
    safe = [f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell for cell in cells]
    csv.writer(text).writerow(safe)
    return text.getvalue()


def _figures(
    rows: QuerySet[DayTally], num_days: int, *, videos: tuple[tuple[str, str, int], ...] = (),
    retention: tuple[float, ...] = (),
) -> Figures:  # fmt: skip
    if not 1 <= num_days <= MAX_DAYS:
        raise InputError(f"{num_days} days were asked for; accepted: 1 to {MAX_DAYS}")
    rows = rows.filter(_since(num_days))
    sources = rows.filter(kind=Tally.SOURCE).values("name").annotate(sum=Sum("total")).order_by("-sum", "name")
    found = rows.filter(kind=Tally.SEARCH).values("name", "at_seconds", "video__public_id").annotate(sum=Sum("total"))
    searches = found.order_by("-sum", "name", "at_seconds")[:_MOST_NAMES]
    return Figures(
        num_days, _days(rows, num_days), tuple((row["name"], row["sum"]) for row in sources[:_MOST_NAMES]),
        tuple((row["name"], row["at_seconds"], row["video__public_id"], row["sum"]) for row in searches), videos,
        retention,
    )  # fmt: skip


def _days(rows: QuerySet[DayTally], num_days: int) -> tuple[Day, ...]:
    summed = rows.filter(kind__in=[Tally.VIEWS, Tally.SECONDS]).values("day", "kind").annotate(sum=Sum("total"))
    sums = {(row["day"], row["kind"]): row["sum"] for row in summed.order_by()}
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(num_days - 1, -1, -1)]
    return tuple(Day(day, sums.get((day, Tally.VIEWS), 0), sums.get((day, Tally.SECONDS), 0)) for day in days)


def _since(num_days: int) -> Q:
    return Q(day__gt=datetime.now(UTC).date() - timedelta(days=min(num_days, MAX_DAYS)))


def _retention(video: Video) -> tuple[float, ...]:
    """Return the share of viewers who saw each hundredth; more than 1 where parts are watched again."""
    row = Replays.objects.filter(video=video, of_sha256=video.sha256).first()
    if row is None or row.num_viewers < MIN_VIEWERS:
        return ()
    return tuple(round(count / row.num_viewers, 3) for count in row.counts)
