"""The picture that stands for a moment: the kept one nearest to it, else its shot's cover, else the poster."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_
from pathlib import Path

from django.db.models import Q

from kinora.library.models import Shot, Video
from kinora.library.samples import LIST_NAME, load_samples
from kinora.search.hit import Hit
from kinora.site.playing import media_url

# The list of a longer video takes too long to read for one picture; its shots' covers do.
MAX_LISTED_SECONDS = 2 * 3600.0
_NUMBER = re.compile(r"samples/([0-9]{6})\.jpg")

Pictures = tuple["array[float]", "array[int]"]


def covers_of(hits: Iterable[Hit], videos: dict[str, Video]) -> dict[Hit, str]:
    """Return the address of each hit's picture, "" where there is none; at most one question to the database."""
    covers: dict[Hit, str] = {}
    left: list[Hit] = []
    for hit in hits:
        number = _kept_picture(videos[hit.video_id], _shown_seconds(hit))
        if number is None:
            left.append(hit)
        else:
            covers[hit] = media_url(videos[hit.video_id], f"samples/{number:06d}.jpg")
    return covers | _shot_covers(left, videos)


def _shown_seconds(hit: Hit) -> float:
    """Return an instant just inside the moment, where what it is about has begun to be seen."""
    return hit.start_seconds + min(0.7, hit.span.duration_seconds / 2)


def _kept_picture(video: Video, seconds: float) -> int | None:
    if video.duration_seconds > MAX_LISTED_SECONDS:
        return None
    try:
        modified_ns = (video.folder / LIST_NAME).stat().st_mtime_ns
    except OSError:
        return None
    times, numbers = _pictures(video.folder, modified_ns)
    if not times:
        return None
    after = bisect_left(times, seconds)
    near = [place for place in (after - 1, after) if 0 <= place < len(times)]
    return numbers[min(near, key=lambda place: abs(times[place] - seconds))]


@lru_cache(maxsize=256)
def _pictures(folder: Path, modified_ns: int) -> Pictures:
    """Return the seconds and numbers of a video's kept pictures; `modified_ns` makes a new list be read anew."""
    times, numbers = array("d"), array("L")
    for sample in load_samples(folder):
        if found := _NUMBER.fullmatch(sample.path):
            times.append(sample.seconds)
            numbers.append(int(found[1]))
    return times, numbers


def _shot_covers(hits: list[Hit], videos: dict[str, Video]) -> dict[Hit, str]:
    if not hits:
        return {}
    places = {hit: (videos[hit.video_id].pk, _shown_seconds(hit)) for hit in hits}
    wanted = (Q(video_id=pk, start_seconds__lte=at, end_seconds__gt=at) for pk, at in set(places.values()))
    shots = Shot.objects.filter(reduce(or_, wanted)).order_by()
    rows = list(shots.values_list("video_id", "index", "start_seconds", "end_seconds"))
    covers = {}
    for hit, (pk, at) in places.items():
        video = videos[hit.video_id]
        index = next((i for video_pk, i, start, end in rows if video_pk == pk and start <= at < end), None)
        poster = media_url(video, "poster.jpg") if video.has_poster else ""
        covers[hit] = poster if index is None else media_url(video, f"covers/{index}.jpg")
    return covers
