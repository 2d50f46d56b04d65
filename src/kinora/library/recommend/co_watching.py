"""Which videos are watched by the same people: counted over what the site may remember, told of a handful only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, groupby, islice

MIN_PEOPLE = 5  # fewer would tell of somebody
MAX_VIDEOS = 60  # of one person, the last ones: somebody who watches everything says little
MAX_OF_VIDEO = 24


def together(
    watched: Iterable[tuple[int, int]], *, min_people: int = MIN_PEOPLE
) -> dict[tuple[int, int], tuple[float, int]]:
    """Return pairs of videos with how near they are (cosine of their watchers) and how many watched both.

    Args:
        watched: (person, video), each person's together and last watched first.
    """
    alone: Counter[int] = Counter()
    both: Counter[tuple[int, int]] = Counter()
    for videos in _by_person(watched):
        alone.update(videos)
        both.update(combinations(sorted(videos), 2))
    return {
        pair: (number / math.sqrt(alone[pair[0]] * alone[pair[1]]), number)
        for pair, number in both.items()
        if number >= min_people
    }


def _by_person(watched: Iterable[tuple[int, int]]) -> Iterator[set[int]]:
    for _, rows in groupby(watched, key=lambda row: row[0]):
        yield {video for _, video in islice(rows, MAX_VIDEOS)}
