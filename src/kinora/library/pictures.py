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
from kinora.moments.frame_encoder import slug_of


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


def kept_embeddings(folder: Path, encoder_name: str, *, num_samples: int) -> npt.NDArray[Any] | None:
    """Return what `keep_embeddings` kept of this encoder, None where it kept nothing of so many pictures."""
    kept = _embeddings_in(folder, encoder_name)
    if not kept.exists():
        return None
    vectors: npt.NDArray[Any] = np.load(kept, allow_pickle=False)
    return vectors if vectors.ndim == 2 and len(vectors) == num_samples else None


def keep_embeddings(folder: Path, encoder_name: str, vectors: npt.NDArray[Any]) -> None:
    """Keep a frame encoder's vectors beside the pictures, so that indexing again is quick."""
    _write_array(_embeddings_in(folder, encoder_name), vectors.astype(np.float16))


def _embeddings_in(folder: Path, encoder_name: str) -> Path:
    return folder / "samples" / f"frames_{slug_of(encoder_name)}.npy"


def _write_array(kept: Path, vectors: npt.NDArray[Any]) -> None:
    draft = kept.with_name(f"{kept.name}.{os.getpid()}")
    with draft.open("wb") as file:
        np.save(file, vectors)
    draft.replace(kept)


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
    _write_array(kept, vectors)
    return vectors
