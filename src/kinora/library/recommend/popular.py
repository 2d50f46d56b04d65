"""What many watch lately: views by day, older ones worth less; without who watched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

NUM_POPULAR = 48  # are kept, and may be recommended for that alone
HALF_LIFE_DAYS = 14.0  # a view this old is worth half of today's
MAX_AGE_DAYS = 90
MIN_VIEWS = 5.0  # worth of them; fewer is not many


def strengths(views: Iterable[tuple[int, float, float]]) -> Mapping[int, float]:
    """Return the most watched videos and how much so, in (0, 1]: as a share of the first one's views.

    Logarithm and root were tried and recommend everybody the same: benchmarks/recommendations.

    Args:
        views: (video, age in days, number of views).
    """
    worth: dict[int, float] = defaultdict(float)
    for video, age_days, number in views:
        if age_days <= MAX_AGE_DAYS:
            worth[video] += number * 0.5 ** (max(0.0, age_days) / HALF_LIFE_DAYS)
    first = sorted(((number, video) for video, number in worth.items() if number >= MIN_VIEWS), reverse=True)
    most = first[0][0] if first else 0.0
    return {video: number / most for number, video in first[:NUM_POPULAR]}
