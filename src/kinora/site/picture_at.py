"""The picture of a video at a second: the kept one nearest to it, else its shot's cover, else the poster."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path

from kinora.library.models import Video
from kinora.library.samples import LIST_NAME, load_samples

# The list of a longer video takes too long to read for one picture; its shots' covers do.
MAX_LISTED_SECONDS = 2 * 3600.0
_NUMBER = re.compile(r"samples/([0-9]{6})\.jpg")

Pictures = tuple["array[float]", "array[int]"]


def picture_at(video: Video, seconds: float) -> Path:
    """Return the file of the picture; it may be absent where the video has none."""
    number = _kept_picture(video, seconds)
    if number is not None:
        return video.folder / "samples" / f"{number:06d}.jpg"
    shot = video.shots.filter(start_seconds__lte=seconds).order_by("-index").values_list("index", flat=True).first()
    return video.folder / "poster.jpg" if shot is None else video.folder / "covers" / f"{shot}.jpg"


def _kept_picture(video: Video, seconds: float) -> int | None:
    if video.duration_seconds > MAX_LISTED_SECONDS:
        return None
    try:
        modified_ns = (video.folder / LIST_NAME).stat().st_mtime_ns
    except OSError:
        return None
    times, numbers = _pictures(video.folder, modified_ns)
    after = bisect_left(times, seconds)
    near = [place for place in (after - 1, after) if 0 <= place < len(times)]
    return numbers[min(near, key=lambda place: abs(times[place] - seconds))] if near else None


@lru_cache(maxsize=256)
def _pictures(folder: Path, modified_ns: int) -> Pictures:
    """Return the seconds and numbers of a video's kept pictures; `modified_ns` makes a new list be read anew."""
    times, numbers = array("d"), array("L")
    for sample in load_samples(folder):
        if found := _NUMBER.fullmatch(sample.path):
            times.append(sample.seconds)
            numbers.append(int(found[1]))
    return times, numbers
