"""What is watched most, part by part: counted honestly, kept as sums alone, told where enough people watched.

A video is divided into `NUM_BINS` parts. A viewer counts in a part as often as they watched it that day, at most
`MAX_A_DAY` times; what one viewer watched is known for a day, under a name that is no name, in the file of counters
that nothing else reads. Only sums are stored, and below `MIN_VIEWERS` nobody is shown them.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from collections.abc import Sequence

from django.conf import settings as django_settings
from django.db import transaction

from kinora.errors import InputError
from kinora.library.models import Video
from kinora.library.moderation.counters import counters
from kinora.library.patience import patient
from kinora.library.watching.models import Replays

NUM_BINS = 100
MIN_VIEWERS = 5
MAX_A_DAY = 3  # that one viewer counts in one part
MAX_STRETCHES = 200
_DAY_SECONDS = 86_400.0
_MIN_FLATNESS = 0.02  # where every part is watched alike, there is nothing to show


def parse_stretches(text: str) -> list[tuple[float, float]]:
    """Return the stretches `[start, end)` in seconds that a player tells it has played, as `0-12.5,30-41`.

    Raises:
        InputError: it is no such list, or a longer one than a player makes.
    """
    parts = [part for part in text.split(",") if part]
    if len(parts) > MAX_STRETCHES:
        raise InputError(f"{len(parts)} stretches were given; accepted: at most {MAX_STRETCHES}")
    stretches = []
    for part in parts:
        start, _, end = part.partition("-")
        try:
            times = float(start), float(end)
        except ValueError as error:
            raise InputError(f"{part[:40]!r} is no stretch; accepted: such as 0-12.5") from error
        if not (0 <= times[0] <= times[1] < 10**7):  # also refuses "nan"
            raise InputError(f"{part[:40]!r} is no stretch; accepted: such as 0-12.5")
        stretches.append(times)
    return stretches


def record(video: Video, viewer: str, stretches: Sequence[tuple[float, float]]) -> bool:
    """Add what somebody played; return whether it counted. `viewer` names them for a day only, as a hash."""
    played = _bins_of(stretches, video.duration_seconds)
    if not any(played):
        return False
    name = f"replays:{_hidden(viewer, video)}"
    is_held, known = counters().get(name)
    before = known if is_held else [0] * NUM_BINS
    after = [min(MAX_A_DAY, had + more) for had, more in zip(before, played, strict=True)]
    added = [now - had for now, had in zip(after, before, strict=True)]
    if not any(added):
        return False
    counters().put(name, after, time.time() + _DAY_SECONDS)
    _add(video, added, is_new_viewer=not is_held)
    return True


def curve_of(video: Video) -> list[float]:
    """Return how often each part was watched, in [0, 1] of the most watched; empty where too few watched to tell."""
    row = Replays.objects.filter(video=video, of_sha256=video.sha256).first()
    if row is None or row.num_viewers < MIN_VIEWERS:
        return []
    most, least = max(row.counts), min(row.counts)
    if most <= 0 or (most - least) / most < _MIN_FLATNESS:
        return []
    return [round(count / most, 3) for count in row.counts]


@patient
def _add(video: Video, added: Sequence[int], *, is_new_viewer: bool) -> None:
    with transaction.atomic():
        Replays.objects.get_or_create(video=video, defaults={"of_sha256": video.sha256, "counts": [0] * NUM_BINS})
        row = Replays.objects.select_for_update().get(video=video)
        if row.of_sha256 != video.sha256:
            row.of_sha256, row.num_viewers, row.counts = video.sha256, 0, [0] * NUM_BINS
        row.num_viewers += is_new_viewer
        row.counts = [count + more for count, more in zip(row.counts, added, strict=True)]
        row.save()


def _bins_of(stretches: Sequence[tuple[float, float]], duration_seconds: float) -> list[int]:
    """Return how often each part was played: a stretch plays the parts whose middle it holds."""
    played = [0] * NUM_BINS
    if duration_seconds <= 0:
        return played
    for start, end in stretches:
        first = math.ceil(NUM_BINS * start / duration_seconds - 0.5)
        last = math.ceil(NUM_BINS * end / duration_seconds - 0.5)
        for place in range(max(0, first), min(NUM_BINS, last)):
            played[place] += 1
    return played


def _hidden(viewer: str, video: Video) -> str:
    words = f"replays\0{viewer}\0{video.public_id}\0{video.sha256}"
    return hmac.new(django_settings.SECRET_KEY.encode(), words.encode(), hashlib.sha256).hexdigest()[:32]
