"""Training crops: random windows of the stored squares, mirrored and recoloured, seeded by the step."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt
import torch

from kinora.moments.kinora_frames.encoder import squashed, to_pixels

_SMALLEST_AREA = 0.35
_ASPECT = 4 / 3


def random_crops(squares_BHWC: npt.NDArray[np.uint8], side: int, rng: np.random.Generator) -> torch.Tensor:
    """Return (B, 3, side, side) in about [-1, 1], channels last in memory."""
    crops = np.empty((len(squares_BHWC), side, side, 3), dtype=np.uint8)
    for position, square in enumerate(squares_BHWC):
        crops[position] = _one_crop(square, side, rng)
    return _recoloured(to_pixels(crops), rng)


def whole_squares(squares_BHWC: npt.NDArray[np.uint8], side: int) -> torch.Tensor:
    """Return (B, 3, side, side) of the whole pictures, as the encoder sees them in use."""
    return to_pixels(np.stack([squashed(square, side) for square in squares_BHWC]))


def _one_crop(square: npt.NDArray[np.uint8], side: int, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    whole = square.shape[0]
    area = rng.uniform(_SMALLEST_AREA, 1.0)
    aspect = math.exp(rng.uniform(-math.log(_ASPECT), math.log(_ASPECT)))
    height = min(whole, max(8, round(whole * math.sqrt(area / aspect))))
    width = min(whole, max(8, round(whole * math.sqrt(area * aspect))))
    top, left = rng.integers(0, whole - height + 1), rng.integers(0, whole - width + 1)
    window = square[top : top + height, left : left + width]
    is_smaller = height >= side and width >= side
    how = cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR
    crop: npt.NDArray[np.uint8] = np.asarray(cv2.resize(window, (side, side), interpolation=how), dtype=np.uint8)
    return crop[:, ::-1] if rng.random() < 0.5 else crop


def _recoloured(pixels_BCHW: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Change brightness, contrast and saturation of each picture a little."""
    draws = rng.uniform(-1.0, 1.0, (3, len(pixels_BCHW), 1, 1, 1)).astype(np.float32)
    brightness, contrast, saturation = torch.from_numpy(draws)
    grey = pixels_BCHW.mean(dim=1, keepdim=True)
    mean = grey.mean(dim=(2, 3), keepdim=True)
    pixels_BCHW = grey + (pixels_BCHW - grey) * (1.0 + 0.4 * saturation)
    pixels_BCHW = mean + (pixels_BCHW - mean) * (1.0 + 0.3 * contrast)
    recoloured: torch.Tensor = pixels_BCHW + 0.25 * brightness
    return recoloured.contiguous(memory_format=torch.channels_last)
