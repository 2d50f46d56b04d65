"""The picture descriptor: stable under edits, apart for other pictures, quiet on flat ones."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from kinora.moments.descriptor import DESCRIPTOR_DIM, LOOK_ALIKE_CUTOFF, is_flat, look_alike_score, picture_descriptor


def scene(seed: int, *, width: int = 426, height: int = 240) -> np.ndarray:
    """Draw rectangles and blobs of a seed's own colours."""
    random = np.random.default_rng(seed)
    rgb = np.empty((height, width, 3), dtype=np.float32)
    rgb[:] = random.uniform(40, 200, 3)
    rows, columns = np.mgrid[0:height, 0:width]
    for _ in range(12):
        top, left = random.uniform(0, height), random.uniform(0, width)
        inside = (np.abs(rows - top) < random.uniform(10, 70)) & (np.abs(columns - left) < random.uniform(10, 90))
        rgb[inside] = random.uniform(0, 255, 3)
    return rgb.astype(np.uint8)


def similarity(first: np.ndarray, second: np.ndarray) -> float:
    return float(picture_descriptor(first).astype(np.float32) @ picture_descriptor(second).astype(np.float32))


@pytest.mark.parametrize("shape", [(240, 426), (1, 1), (7, 900), (720, 1280), (63, 65), (1080, 608)])
def test_any_shape_gives_a_finite_unit_vector(shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    vector = picture_descriptor(rgb)
    assert vector.shape == (DESCRIPTOR_DIM,) and vector.dtype == np.float16
    assert np.isfinite(vector).all() and np.linalg.norm(vector.astype(np.float32)) == pytest.approx(1, abs=2e-3)


def test_edited_copies_stay_above_the_cutoff_and_other_pictures_below() -> None:
    pictures = [scene(seed) for seed in range(12)]
    for rgb in pictures:
        image = Image.fromarray(rgb)
        width, height = image.size
        edits = [
            image.resize((160, 90)),
            image.crop((20, 10, width - 15, height - 12)),
            ImageEnhance.Brightness(image).enhance(0.75),
            ImageEnhance.Contrast(image).enhance(0.7),
        ]
        assert min(similarity(rgb, np.asarray(edit)) for edit in edits) > 0.8
    others = [similarity(pictures[i], pictures[j]) for i in range(12) for j in range(i)]
    assert np.quantile(others, 0.95) < LOOK_ALIKE_CUTOFF


def test_black_bars_do_not_count() -> None:
    rgb = scene(3)
    boxed = np.zeros((320, 426, 3), dtype=np.uint8)
    boxed[40:280] = rgb
    pillared = np.zeros((240, 600, 3), dtype=np.uint8)
    pillared[:, 80:506] = rgb
    assert similarity(rgb, boxed) > 0.97 and similarity(rgb, pillared) > 0.97


def test_flat_pictures_are_told_from_pictures() -> None:
    random = np.random.default_rng(2)
    flats = [np.full((240, 426, 3), level, dtype=np.uint8) for level in (0, 128, 255)]
    flats.append(random.integers(0, 6, (240, 426, 3)).astype(np.uint8))
    assert all(is_flat(flat) for flat in flats)
    assert not any(is_flat(scene(seed)) for seed in range(8))
    red_and_green = np.zeros((240, 426, 3), dtype=np.uint8)
    red_and_green[:, :213, 0], red_and_green[:, 213:, 1] = 120, 61  # of the same light
    assert not is_flat(red_and_green)


def test_flat_pictures_resemble_only_flat_pictures() -> None:
    random = np.random.default_rng(1)
    flats = [np.full((240, 426, 3), level, dtype=np.uint8) for level in (0, 128, 255)]
    flats.append(random.integers(0, 6, (240, 426, 3)).astype(np.uint8))
    for flat in flats:
        assert max(similarity(flat, scene(seed)) for seed in range(8)) < LOOK_ALIKE_CUTOFF
    assert similarity(flats[0], flats[3]) > 0.95
    assert similarity(flats[0], flats[2]) < 0.9


def test_the_score_rises_from_unrelated_to_copy() -> None:
    scores = [look_alike_score(value) for value in (-1, 0.3, 0.5, LOOK_ALIKE_CUTOFF, 0.8, 0.96, 1.0)]
    assert scores == sorted(scores) and scores[0] == 0 and scores[3] == 0.5 and scores[-1] == 1
