"""Fit the 64 directions of the landmarks' codes: what editing changes little and other patches change much.

    python benchmarks/copies/fit_codes.py FOLDER_OF_PICTURES OUT.npy

FOLDER holds Parquet files with a column `image`. Patches of a picture and of its edited copy (size, blur, JPEG, light,
contrast, a shift of a pixel) are pairs; linear discriminant analysis gives the directions, a random rotation (seeded)
spreads what they tell over the bits.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as parquet
import scipy.linalg
from PIL import Image

from kinora.moments import copy_pictures
from kinora.moments.copy_prints import CODE_BITS

_NUM_PICTURES = 2500
_DIMENSIONS = 40


def main(folder: Path, out: Path) -> None:
    rng = np.random.default_rng(4)
    one, other = [], []
    for gray in _pictures(folder):
        first, second = _pairs(gray, rng)
        one.append(first)
        other.append(second)
    a, b = (copy_pictures.described(np.concatenate(rows)) for rows in (one, other))
    close = np.linalg.norm(a - b, axis=1) < 0.75
    a, b = a[close], b[close]
    mean = np.concatenate([a, b]).mean(axis=0)
    total = np.cov(np.concatenate([a, b]).T)
    within = (a - b).T @ (a - b) / (2 * len(a))
    _, vectors = scipy.linalg.eigh(total, within + 1e-3 * np.trace(within) / 128 * np.eye(128))
    best = vectors[:, ::-1][:, :_DIMENSIONS]
    best = best / np.sqrt(np.einsum("di,de,ei->i", best, within, best))
    mixed = best @ rng.standard_normal((_DIMENSIONS, CODE_BITS))
    mixed[:, :_DIMENSIONS] = best @ np.linalg.qr(rng.standard_normal((_DIMENSIONS, _DIMENSIONS)))[0]
    bits_a, bits_b = (a - mean) @ mixed > 0, (b - mean) @ mixed > 0
    apart = (bits_a != bits_b).sum(axis=1)
    strangers = (bits_a != np.roll(bits_b, 97, axis=0)).sum(axis=1)
    print(
        len(a),
        "pairs; bits apart",
        np.percentile(apart, [10, 50, 90]),
        "strangers",
        np.percentile(strangers, [0.1, 1, 50]),
    )
    np.save(out, np.concatenate([mean[None], mixed.T]).astype(np.float32))


def _pictures(folder: Path) -> Any:
    files = sorted(folder.glob("*.parquet"))
    for file in files:
        table = parquet.read_table(file, columns=["image", "split"]).slice(0, 6000)
        for row in table.to_pylist()[:: max(1, 6000 * len(files) // _NUM_PICTURES)]:
            if row["split"] != "train":
                continue
            data = row["image"]["bytes"] if isinstance(row["image"], dict) else row["image"]
            gray = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
            if min(gray.shape) >= 84:
                yield gray


def _pairs(gray: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return patches of a picture and the same places of its edited copy."""
    small = cv2.resize(gray, None, fx=160 / min(gray.shape), fy=160 / min(gray.shape)).astype(np.float32)
    edited = _edited(small, rng)
    firsts, seconds = [], []
    for size in (1.0, 0.5):
        patches, places = copy_pictures._level(small, size, 16)
        grow = 2 ** rng.uniform(-0.25, 0.25)
        level = cv2.GaussianBlur(
            cv2.resize(edited, None, fx=size * grow, fy=size * grow, interpolation=cv2.INTER_AREA), (0, 0), 1.2
        )
        for patch, (x, y, _) in zip(patches, places, strict=True):
            column, row = (np.array([x, y]) * size * grow).round().astype(int) + rng.integers(-1, 2, 2) - 9
            if row >= 0 and column >= 0 and row + 18 <= level.shape[0] and column + 18 <= level.shape[1]:
                firsts.append(patch)
                seconds.append(level[row : row + 18, column : column + 18])
    empty = np.zeros((0, 18, 18), np.float32)
    return (np.array(firsts), np.array(seconds)) if firsts else (empty, empty)


def _edited(small: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    picture = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.1, 1.5))
    picture = np.clip((picture - 128) * rng.uniform(0.6, 1.4) + 128 + rng.uniform(-30, 30), 0, 255)
    picture = 255 * (picture / 255) ** rng.uniform(0.7, 1.4)
    _, data = cv2.imencode(".jpg", picture.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 70))])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(np.float32)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
