"""A cosine between two sentences → how surely they mean the same, in [0, 1].

The constants are fitted by `benchmarks/search/fit_meaning.py`; its README says on what.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Calibration:
    """A logistic curve over the cosine; below `cut_off` two sentences have nothing to do with each other."""

    slope: float
    middle: float
    cut_off: float

    def score(self, cosine: float) -> float:
        """Return the calibrated score, 0 below the cut-off."""
        if cosine < self.cut_off:
            return 0.0
        return 1.0 / (1.0 + math.exp(-self.slope * (cosine - self.middle)))


MINILM_WORD = Calibration(slope=12.0, middle=0.45, cut_off=0.35)
MINILM_SENTENCE = Calibration(slope=12.0, middle=0.50, cut_off=0.40)


def calibration_for(meaning: str) -> Calibration:
    """Return the curve for a query: single words lie farther from sentences than sentences do."""
    return MINILM_WORD if len(meaning.split()) <= 2 else MINILM_SENTENCE
