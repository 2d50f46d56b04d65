"""A run of reduced frames with what every test on them asks for: steps, contrast and all inner products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinora.shots.likeness import Floats, halved, unlikeness

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Block:
    """N frames: `luma_NHW` (N, 36, 64) and `chroma_NHWC` (N, 9, 16, 2), both uint8."""

    luma_NHW: NDArray[np.uint8]
    chroma_NHWC: NDArray[np.uint8]
    frame_rate: float = 25.0

    def __len__(self) -> int:
        return len(self.luma_NHW)

    @cached_property
    def small_NHW(self) -> Floats:
        """The luma at 18x32."""
        return halved(self.luma_NHW)

    @cached_property
    def pixels_ND(self) -> Floats:
        """Every frame as one row: luma at 18x32, then chroma."""
        chroma = self.chroma_NHWC.reshape(len(self), -1).astype(np.float32) - 128.0
        return np.concatenate([self.small_NHW.reshape(len(self), -1), chroma], axis=1)

    @cached_property
    def steps_N(self) -> Floats:
        """Mean absolute change from the frame before, luma plus chroma; 0 for the first."""
        luma = np.abs(np.diff(self.small_NHW, axis=0)).mean(axis=(1, 2))
        chroma = np.abs(np.diff(self.chroma_NHWC.astype(np.float32), axis=0)).mean(axis=(1, 2, 3))
        return np.concatenate([[0.0], luma + chroma]).astype(np.float32)

    @cached_property
    def contrast_N(self) -> Floats:
        """Standard deviation of the luma within each frame; 0 for a frame of one colour."""
        contrast: Floats = self.luma_NHW.std(axis=(1, 2), dtype=np.float32)
        return contrast

    @cached_property
    def brightness_N(self) -> Floats:
        brightness: Floats = self.luma_NHW.mean(axis=(1, 2), dtype=np.float32)
        return brightness

    @cached_property
    def products_NN(self) -> NDArray[np.float64]:
        """All inner products between frames, per pixel: distances and projections are sums of four of them."""
        centred = self.pixels_ND - self.pixels_ND.mean(axis=0)
        products: NDArray[np.float64] = (centred @ centred.T).astype(np.float64) / centred.shape[1]
        return products

    def distance(self, first: Indices, second: Indices) -> NDArray[np.float64]:
        """Return the mean squared difference of pairs of frames."""
        products = self.products_NN
        squared = products[first, first] + products[second, second] - 2 * products[first, second]
        return np.maximum(squared, 0.0)

    def unlikeness(self, first: Indices, second: Indices) -> Floats:
        """Return how much of one frame is not in the other, the worse of both directions; see `likeness`."""
        small = self.small_NHW
        there, back = unlikeness(small[first], small[second]), unlikeness(small[second], small[first])
        return np.maximum(there, back)

    def quick_unlikeness(self, first: Indices, second: Indices) -> Floats:
        """Return how much of the first frame is not in the second, at half the cost."""
        return unlikeness(self.small_NHW[first], self.small_NHW[second])

    def palette_change(self, first: int, second: int) -> tuple[float, float]:
        """Return how far apart two frames' tones (earth mover's, in 32nds of the range) and mean colours are."""
        before, after = (np.bincount(self.luma_NHW[at].ravel() >> 3, minlength=32) for at in (first, second))
        tones = float(np.abs(np.cumsum(before - after)).sum()) / self.luma_NHW[0].size
        colours = self.chroma_NHWC[[first, second]].mean(axis=(1, 2), dtype=np.float32)
        return tones, float(np.abs(colours[1] - colours[0]).sum())
