"""Moments made up for the benchmark: clustered vectors, words by Zipf's law; the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DIMENSION = 384
NUM_WORDS = 50_000
WORDS_A_MOMENT = 12
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "or")]


@dataclass(frozen=True)
class Size:
    num_moments: int
    num_videos: int

    @property
    def moments_a_video(self) -> int:
        return self.num_moments // self.num_videos


SIZES = {"10k": Size(10_000, 100), "100k": Size(100_000, 500), "1M": Size(1_000_000, 500)}


class Data:
    """Makes one video at a time, so that a million moments need not lie in memory as Python objects."""

    def __init__(self, size: Size, *, seed: int = 1) -> None:
        self.size = size
        dice = np.random.default_rng(seed)
        self.words = np.array(_words(dice))
        self.centres = dice.standard_normal((max(64, size.num_moments // 200), DIMENSION)).astype(np.float32)
        chances = 1.0 / np.arange(1, NUM_WORDS + 1) ** 1.05
        self.cumulative = np.cumsum(chances / chances.sum())

    def video(self, number: int) -> tuple[list[str], np.ndarray]:
        """Return a video's texts and its unit vectors (N, 384) float16."""
        dice = np.random.default_rng((77, number))
        count = self.size.moments_a_video
        places = np.searchsorted(self.cumulative, dice.random((count, WORDS_A_MOMENT)))
        texts = [" ".join(row) for row in self.words[np.minimum(places, NUM_WORDS - 1)]]
        near = self.centres[dice.integers(0, len(self.centres), count)]
        vectors = near + 0.9 * dice.standard_normal((count, DIMENSION)).astype(np.float32)
        return texts, unit(vectors).astype(np.float16)

    def visibility(self, number: int) -> str:
        return "private" if number % 10 == 0 else "public"


@dataclass(frozen=True)
class Queries:
    """Off-centre vectors and words of four kinds, asked of every engine."""

    vectors: np.ndarray
    texts: list[str]
    kinds: list[str]


def make_queries(data: Data, count: int) -> Queries:
    dice = np.random.default_rng(5)
    near = data.centres[dice.integers(0, len(data.centres), count)]
    vectors = unit(near + 1.1 * dice.standard_normal((count, DIMENSION)).astype(np.float32))
    ranks = {
        "rare word": (2_000, 20_000, 1),
        "common word": (0, 50, 1),
        "two words": (20, 5_000, 2),
        "four words": (5, 5_000, 4),
    }
    kinds = [list(ranks)[number % len(ranks)] for number in range(count)]
    texts = [" ".join(data.words[dice.integers(*ranks[kind][:2], ranks[kind][2])]) for kind in kinds]
    return Queries(vectors, texts, kinds)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _words(dice: np.random.Generator) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < NUM_WORDS:
        found["".join(dice.choice(_SYLLABLES, size=dice.integers(2, 5)))] = None
    return list(found)
