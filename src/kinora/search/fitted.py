"""The fitted numbers of the ranking: one small file, `ranking.json`, with the origin of each group.

`benchmarks/search_quality/fit_ranking.py` makes it anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PLACE = Path(__file__).with_name("ranking.json")


@dataclass(frozen=True)
class PassageFit:
    """How the sentences round one another make a passage; `words`, `mean` and `best` sum to 1."""

    half_seconds: tuple[float, ...]  # to each side of a sentence's middle: the windows it is looked at in
    words: float
    mean: float  # of the cosines in the window
    best: float
    saturation: float  # a word said n times counts n / (n + saturation)
    edge_share: float  # a passage goes on while its sentences' windows reach this share of the peak
    least_seconds: float
    most_seconds: float
    others: float  # what a lone sentence's score counts where passages answer


@cache
def passage_fit() -> PassageFit:
    """Return the fit that ships."""
    return passage_fit_of(json.loads(PLACE.read_text(encoding="utf-8"))["passages"])


def passage_fit_of(values: dict[str, Any]) -> PassageFit:
    """Return a fit from its JSON object."""
    return PassageFit(**{**values, "half_seconds": tuple(values["half_seconds"])})
