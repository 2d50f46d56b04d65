"""The words that the index holds: what a mistyped or unfinished word may have meant."""

from __future__ import annotations

import bisect
from collections.abc import Iterable

import numpy as np

from kinora.index.entry import Vectors
from kinora.index.terms import WHOLE_WORD

MAX_WORD_CHARACTERS = 24
_MAX_FOUND = 8


def allowed_edits(word: str) -> int:
    """Return how many letters may be wrong: none below 4 letters, 1 below 9, else 2."""
    return 0 if len(word) < 4 else 1 if len(word) < 9 else 2


def is_mistyped(typed: str, word: str) -> bool:
    """Return whether a word may have been meant: the first letter stands, and few others are wrong.

    A word of four letters has too many neighbours: letters may be swapped or left out, not changed.
    """
    if typed[:1] != word[:1] or edit_distance(typed, word) > allowed_edits(typed):
        return False
    return len(typed) > 4 or len(word) > len(typed) or sorted(word) == sorted(typed)


class Vocabulary:
    """A sorted list of the index's distinct words, searched by nearness and by beginning."""

    def __init__(self, terms: Iterable[str]) -> None:
        words = {term.removeprefix(WHOLE_WORD) for term in terms}
        self._sorted = sorted(word for word in words if 1 < len(word) <= MAX_WORD_CHARACTERS)
        self._lengths = np.array([len(term) for term in self._sorted], np.int16)
        flat = np.array(self._sorted, dtype=f"<U{MAX_WORD_CHARACTERS}")
        self._letters = flat.view(np.uint32).reshape(len(flat), -1) if len(flat) else np.zeros((0, 1), np.uint32)

    def __len__(self) -> int:
        return len(self._sorted)

    def starting_with(self, beginning: str, *, limit: int = _MAX_FOUND) -> list[str]:
        """Return the shortest terms that begin so."""
        start = bisect.bisect_left(self._sorted, beginning)
        end = bisect.bisect_right(self._sorted, beginning + "\U0010ffff")
        return sorted(self._sorted[start:end], key=len)[:limit]

    def near(self, word: str, *, limit: int = _MAX_FOUND) -> list[str]:
        """Return the words that may have been meant (swapping two neighbours is one edit), nearest first."""
        max_edits = allowed_edits(word)
        if not max_edits or len(word) > MAX_WORD_CHARACTERS:
            return []
        places = np.flatnonzero(np.abs(self._lengths - len(word)) <= max_edits)
        letters = self._letters[places, : len(word) + max_edits]
        distances = edit_distances(word, letters, self._lengths[places])
        order = [at for at in np.argsort(distances, kind="stable") if distances[at] <= max_edits]
        return [near for at in order if is_mistyped(word, near := self._sorted[places[at]])][:limit]


def edit_distances(word: str, letters: Vectors, lengths: Vectors) -> Vectors:
    """Return the optimal string alignment distance of a word to each of N words, at once.

    Args:
        letters: code points (N, L), padded with zeros.
        lengths: (N,).
    """
    count, width = letters.shape
    before, last = np.zeros((width + 1, count), np.int16), np.tile(np.arange(width + 1, dtype=np.int16)[:, None], count)
    codes = [ord(letter) for letter in word]
    for i, code in enumerate(codes):
        row = np.empty_like(last)
        row[0] = i + 1
        for j in range(width):
            wrong = (letters[:, j] != code).astype(np.int16)
            row[j + 1] = np.minimum(np.minimum(last[j + 1] + 1, row[j] + 1), last[j] + wrong)
            if i and j:
                is_swap = (letters[:, j] == codes[i - 1]) & (letters[:, j - 1] == code)
                row[j + 1] = np.where(is_swap, np.minimum(row[j + 1], before[j - 1] + 1), row[j + 1])
        before, last = last, row
    distances: Vectors = last[lengths, np.arange(count)]
    return distances


def edit_distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance of two words."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        row = [i + 1]
        for j, other_letter in enumerate(other):
            row.append(min(last[j + 1] + 1, row[j] + 1, last[j] + (letter != other_letter)))
            if i and j and letter == other[j - 1] and one[i - 1] == other_letter:
                row[-1] = min(row[-1], before[j - 1] + 1)
        before, last = last, row
    return last[-1]
