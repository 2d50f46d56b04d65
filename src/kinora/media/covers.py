"""Covers: one picture as a JPEG."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

COVER_HEIGHT = 360
_JPEG_QUALITY = 82


def write_cover(rgb: NDArray[np.uint8], path: Path, *, height: int = COVER_HEIGHT) -> Path:
    """Write an RGB picture (HxWx3) as a JPEG of at most `height` rows, the smaller picture kept as it is; by rename."""
    picture = Image.fromarray(np.ascontiguousarray(rgb), "RGB")
    if picture.height > height:
        width = max(1, round(picture.width * height / picture.height))
        picture = picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return save_jpeg(picture, path)


def save_jpeg(picture: Image.Image, path: Path, *, quality: int = _JPEG_QUALITY) -> Path:
    """Write a progressive JPEG beside its place, then rename it: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    picture.save(unfinished, "JPEG", quality=quality, progressive=True, optimize=False)
    os.replace(unfinished, path)
    return path


def save_picture(rgb: NDArray[np.uint8], path: Path, size: tuple[int, int]) -> Path:
    """Write an RGB picture cut to the middle and scaled to `(width, height)`, as a JPEG without what came with it."""
    picture = Image.fromarray(np.ascontiguousarray(rgb), "RGB")
    return save_jpeg(ImageOps.fit(picture, size, Image.Resampling.LANCZOS), path, quality=86)
