"""Which seconds show a named colour: a line over the stored descriptors, fitted to counted pixels.

`benchmarks/look_alikes/fit_colours.py` makes `colour_lines.npy` (12, D + 2): weights, offset, threshold, in the order
of `COLOUR_NAMES`. A line's value is about the square root of the colour's share of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from kinora.index.entry import Vectors
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import PictureRow
from kinora.search.language.colour_names import COLOUR_NAMES

COLOUR_ROWS = 3_000
FULL = 0.8  # the root of the share at which a picture can't be more of a colour


@dataclass(frozen=True)
class ColourLine:
    """`weights` (D,) of a descriptor; with `offset` the root of the share; from `threshold` on it has the colour."""

    weights: Vectors
    offset: float
    threshold: float

    def score(self, cosine: float) -> float:
        """Return 0.5 at the threshold and 1 for a picture full of the colour, 0 below; from the weights' cosine."""
        value = cosine * float(np.linalg.norm(self.weights)) + self.offset
        if value < self.threshold:
            return 0.0
        return min(1.0, 0.5 + 0.5 * (value - self.threshold) / max(1e-6, FULL - self.threshold))


@cache
def line_of(name: str) -> ColourLine:
    """Return the line of one of `COLOUR_NAMES`."""
    lines = np.load(Path(__file__).with_name("colour_lines.npy"), allow_pickle=False)
    line = lines[COLOUR_NAMES.index(name)]
    return ColourLine(line[:-2], float(line[-2]), float(line[-1]))


def seconds_of_colour(index: Index, name: str, where: VideoFilter) -> list[tuple[PictureRow, float]]:
    """Return the seconds that show a colour, the fullest first, each with its score."""
    line = line_of(name)
    rows = index.look_alikes(line.weights, where, limit=COLOUR_ROWS)
    return [(row, score) for row in rows if (score := line.score(row.score)) > 0.0]
