"""Fit what `color:` asks of the look-alike descriptors: for each named colour a line over the descriptor's colours.

    python benchmarks/look_alikes/fit_colours.py ../shared/train --json benchmarks/look_alikes/colours.json

The truth is counted pixel by pixel (`share_of`); the line is a ridge regression on pictures of the split `train`, the
figures are of the split `heldout`. Writes `src/kinora/search/colour_lines.npy` (12, D + 2): weights, offset, threshold.
"""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from kinora.moments.descriptor import COLOURS_DIM, DESCRIPTOR_DIM, is_flat, picture_descriptor
from kinora.search.language.colour_names import COLOUR_NAMES

TARGET = Path(__file__).resolve().parents[2] / "src/kinora/search/colour_lines.npy"
NEUTRAL = ("black", "white", "gray", "brown")
RIDGE = 0.3


def names_of(rgb: np.ndarray) -> np.ndarray:
    """Return each pixel's colour as a place in `COLOUR_NAMES` (hue, saturation and value cut into named parts)."""
    values = rgb.reshape(-1, 3).astype(np.float32) / 255.0
    most, least = values.max(axis=1), values.min(axis=1)
    chroma = np.maximum(most - least, 1e-6)
    red, green, blue = values.T
    hue = np.where(most == red, (green - blue) / chroma % 6, (blue - red) / chroma + 2)
    hue = 60.0 * np.where((most == blue) & (most != red) & (most != green), (red - green) / chroma + 4, hue)
    saturation = (most - least) / np.maximum(most, 1e-6)
    edges = np.array([12, 42, 68, 165, 198, 255, 295, 345])
    place = COLOUR_NAMES.index
    around = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "red")
    named = np.array([place(name) for name in around])[np.digitize(hue, edges)]
    is_warm = (hue >= 10) & (hue < 45)
    named = np.where(is_warm & (most < 0.62), place("brown"), named)
    named = np.where((named == place("red")) & (saturation < 0.55) & (most > 0.7), place("pink"), named)
    named = np.where(saturation < 0.16, place("gray"), named)
    named = np.where((most > 0.82) & (saturation < 0.12), place("white"), named)
    return np.where(most < 0.18, place("black"), named)


def wanted_share(colour: str) -> float:
    """Return how much of a picture makes it one of that colour: neutral ones are everywhere a little."""
    return 0.4 if colour in NEUTRAL else 0.15


def examples(folder: Path, split: str, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return descriptors (N, D) and shares of each colour (N, 12)."""
    vectors, shares = [], []
    for path in sorted(folder.glob("images-*.parquet")):
        table = pq.read_table(path, columns=["split", "rights", "image"], filters=[("split", "=", split)])
        rows = table.filter(np.array([r == "open" for r in table.column("rights").to_pylist()], dtype=bool))
        step = max(1, rows.num_rows // number)
        for row in rows.column("image").to_pylist()[::step][:number]:
            data = row["bytes"] if isinstance(row, dict) else row
            rgb = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            if not is_flat(rgb):
                vectors.append(picture_descriptor(rgb).astype(np.float32))
                shares.append(np.bincount(names_of(rgb), minlength=len(COLOUR_NAMES)) / (rgb.size // 3))
    return np.array(vectors), np.array(shares)


def fit(vectors: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return weights, offset and threshold of each colour, (12, D + 2)."""
    colours = slice(DESCRIPTOR_DIM - 1 - COLOURS_DIM, DESCRIPTOR_DIM - 1)
    inputs = np.concatenate([vectors[:, colours], np.ones((len(vectors), 1), np.float32)], axis=1)
    gram = inputs.T @ inputs + RIDGE * np.diag([1.0] * COLOURS_DIM + [0.0])
    lines = np.linalg.solve(gram, inputs.T @ np.sqrt(shares)).T
    found = np.zeros((len(COLOUR_NAMES), DESCRIPTOR_DIM + 2), np.float32)
    found[:, colours], found[:, DESCRIPTOR_DIM] = lines[:, :-1], lines[:, -1]
    for at, colour in enumerate(COLOUR_NAMES):
        scores, truth = inputs @ lines[at], shares[:, at] >= wanted_share(colour)
        cuts = np.quantile(scores, np.linspace(0.3, 0.998, 300))
        found[at, -1] = max(cuts, key=lambda cut: _f(scores >= cut, truth, beta=0.7))
    return found


def _f(said: np.ndarray, truth: np.ndarray, *, beta: float) -> float:
    right = float((said & truth).sum())
    return (1 + beta**2) * right / max(1e-9, float(said.sum()) + beta**2 * float(truth.sum()))


def measure(lines: np.ndarray, vectors: np.ndarray, shares: np.ndarray) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for at, colour in enumerate(COLOUR_NAMES):
        scores = vectors @ lines[at, :DESCRIPTOR_DIM] + lines[at, DESCRIPTOR_DIM]
        truth, said = shares[:, at] >= wanted_share(colour), scores >= lines[at, -1]
        first = truth[np.argsort(-scores)[:20]]
        figures[colour] = {
            "share_of_pictures": round(float(truth.mean()), 3),
            "precision": round(float((said & truth).sum() / max(1, said.sum())), 3),
            "recall": round(float((said & truth).sum() / max(1, truth.sum())), 3),
            "right_among_first_20": round(float(first.mean()), 2),
        }
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--number", type=int, default=400, help="pictures of each file and split")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    lines = fit(*examples(given.folder, "train", given.number))
    np.save(TARGET, lines.astype(np.float32))
    vectors, shares = examples(given.folder, "heldout", given.number)
    figures = {"num_heldout": len(vectors), "colours": measure(lines, vectors, shares)}
    print(json.dumps(figures, indent=1))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
