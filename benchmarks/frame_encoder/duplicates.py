"""Held-out pictures that stand in the training part too, at another size or from another publisher."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinora.moments.train_frames.pictures import CaptionedPictures

ALIKE = 0.985  # correlation of two pictures brought to 12×12 pixels; looked at: above it, nearly all are one photograph
_A_TURN = 4000


def duplicates(pictures: CaptionedPictures, cache: Path) -> np.ndarray:
    """Return the positions of held-out pictures that are near-equal to one of the training or validation part."""
    kept = cache / "duplicates.npy"
    if kept.is_file():
        return np.load(kept)
    small = np.concatenate([
        _small(pictures.pixels_NHWC[start : start + _A_TURN]) for start in range(0, len(pictures.ids), _A_TURN)
    ])  # fmt: skip
    heldout = pictures.positions("heldout")
    others = np.concatenate([pictures.positions("train"), pictures.positions("validation")])
    best = np.full(len(heldout), -1.0)
    for start in range(0, len(others), _A_TURN):
        best = np.maximum(best, (small[heldout] @ small[others[start : start + _A_TURN]].T).max(axis=1))
    found = heldout[best > ALIKE]
    np.save(kept, found)
    return found


def _small(squares_NHWC: np.ndarray) -> np.ndarray:
    """Return (N, 432) vectors of length 1: 12×12 means of 8×8 pixels without the picture's mean."""
    n = len(squares_NHWC)
    means = squares_NHWC.reshape(n, 12, 8, 12, 8, 3).mean(axis=(2, 4), dtype=np.float32).reshape(n, -1)
    means -= means.mean(axis=1, keepdims=True)
    return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
