"""The kept pictures of a video, made by this program: read again, and described for look-alikes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from kinora.library.samples import KeptSample
from kinora.moments.descriptor import DESCRIPTOR_DIM, DESCRIPTOR_NAME, picture_descriptor


def read_own_picture(path: Path) -> npt.NDArray[np.uint8]:
    """Return a picture that this program made, as RGB (H, W, 3)."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def keep_descriptors(folder: Path, raw: Path, *, num_samples: int) -> None:
    """Keep the descriptors that a confined child wrote as plain float16 rows; what has another size is left alone."""
    if num_samples and raw.is_file() and raw.stat().st_size == num_samples * DESCRIPTOR_DIM * 2:
        vectors = np.fromfile(raw, np.float16).reshape(num_samples, DESCRIPTOR_DIM)
        if np.isfinite(vectors).all():
            np.save(_kept_in(folder), vectors)


def _kept_in(folder: Path) -> Path:
    return folder / "samples" / f"{DESCRIPTOR_NAME}.npy"


def descriptors_of(
    folder: Path, samples: Sequence[KeptSample], *, on_progress: Callable[[float], None] | None = None
) -> npt.NDArray[Any]:
    """Return one descriptor a sample, float16 (M, D); kept beside the pictures, so that indexing again is quick."""
    kept = _kept_in(folder)
    if kept.exists():
        vectors: npt.NDArray[Any] = np.load(kept, allow_pickle=False)
        if vectors.shape == (len(samples), DESCRIPTOR_DIM):
            return vectors
    vectors = np.zeros((len(samples), DESCRIPTOR_DIM), np.float16)
    for number, sample in enumerate(samples):
        vectors[number] = picture_descriptor(read_own_picture(folder / sample.path))
        if on_progress:
            on_progress((number + 1) / len(samples))
    draft = kept.with_name(f"{kept.name}.{os.getpid()}")
    with draft.open("wb") as file:
        np.save(file, vectors)
    draft.replace(kept)
    return vectors
