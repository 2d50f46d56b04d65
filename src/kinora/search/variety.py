"""No page full of one video: what a video has beyond a row of moments makes room for others that answer as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kinora.search.hit import Hit

MOMENTS_IN_A_ROW = 6  # as many as a page shows of a video at once
FURTHER = 0.5  # a further row of the same video counts so much of its score, the next one half of that


def varied(hits: Sequence[Hit]) -> list[Hit]:
    """Return moments, given best first, with those of one video spread; scores stay what they are."""
    held: Counter[str] = Counter()
    placed = []
    for hit in hits:
        row = held[hit.video_id] // MOMENTS_IN_A_ROW
        held[hit.video_id] += 1
        placed.append((-hit.score * FURTHER**row, hit))
    if len(held) < 2:
        return list(hits)
    return [hit for _, hit in sorted(placed, key=lambda one: one[0])]
