"""Landmarks of pictures: what has none, what stays through edits, what the mirror image has."""

from __future__ import annotations

import cv2
import numpy as np

from kinora.moments.copy_pictures import landmarks_of

RNG = np.random.default_rng(8)


def scene(seed: int, *, height: int = 240, width: int = 400) -> np.ndarray:
    """Draw a picture full of shapes."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 90, np.uint8)
    for _ in range(70):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        colour = tuple(int(value) for value in rng.integers(0, 255, 3))
        size = int(rng.integers(6, 40))
        if rng.random() < 0.5:
            cv2.rectangle(picture, (x, y), (x + size, y + int(size * rng.uniform(0.4, 1.6))), colour, -1)
        else:
            cv2.circle(picture, (x, y), size // 2, colour, -1)
    return cv2.GaussianBlur(picture, (0, 0), 0.8)


def share_found(original: np.ndarray, edited: np.ndarray, *, mirrored: bool = False) -> float:
    """Return the share of the edited picture's landmarks that the original has within 8 bits."""
    codes = landmarks_of(original).marks["code"]
    asked = landmarks_of(edited).marks["mirror" if mirrored else "code"]
    return float((np.bitwise_count(asked[:, None] ^ codes).min(axis=1) <= 8).mean())


def test_black_plain_and_nearly_empty_pictures_have_none() -> None:
    black = np.zeros((240, 400, 3), np.uint8)
    logo = black.copy()
    cv2.putText(logo, "LOGO", (150, 130), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (255, 255, 255), 2)
    gradient = np.repeat(np.linspace(0, 40, 400).astype(np.uint8)[None, :, None], 240, axis=0).repeat(3, axis=2)
    for picture in (black, np.full_like(black, 200), logo, gradient):
        assert len(landmarks_of(picture).marks) == 0


def test_landmarks_stay_through_size_light_lost_colour_and_jpeg() -> None:
    original = scene(1)
    small = cv2.resize(original, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    dark = np.clip(original * 0.7 + 10, 0, 255).astype(np.uint8)
    grey = np.repeat(cv2.cvtColor(original, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", original, [cv2.IMWRITE_JPEG_QUALITY, 25])[1], cv2.IMREAD_COLOR)
    for edited in (small, dark, grey, jpeg):
        assert share_found(original, edited) > 0.4
    assert share_found(original, scene(2)) < 0.25


def test_a_crop_and_bars_keep_what_they_show() -> None:
    original = scene(3)
    crop = original[40:220, 60:360]
    barred = cv2.copyMakeBorder(original, 50, 50, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    assert share_found(original, barred) > 0.5
    assert share_found(original, crop) > 0.2


def test_the_mirror_image_is_found_by_the_mirrored_codes_alone() -> None:
    original = scene(4)
    mirror = np.ascontiguousarray(original[:, ::-1])
    assert share_found(original, mirror, mirrored=True) > 0.5
    assert share_found(original, mirror) < 0.3


def test_places_are_in_heights_of_the_picture() -> None:
    marks = landmarks_of(scene(5)).marks
    assert marks["x"].min() > 0 and marks["x"].max() < 400 / 240
    assert marks["y"].min() > 0 and marks["y"].max() < 1
