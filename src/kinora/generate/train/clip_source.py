"""What training asks of the place where clips come from; `generate` knows no renderer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch


@dataclass(frozen=True)
class ClipShape:
    """The size of the clips of one batch."""

    num_frames: int
    height: int
    width: int
    fps: float


@dataclass(frozen=True)
class Clips:
    """Clips with everything that may be said of each."""

    pixels_BTHWC: torch.Tensor  # uint8
    captions: tuple[tuple[str, ...], ...]  # for each clip, sentences that are all true of it


class ClipSource(Protocol):
    """Gives the clips of seeds: the same seed, the same clip."""

    def __call__(self, seeds: Sequence[int], shape: ClipShape, device: str) -> Clips: ...


def to_network(pixels_BTHWC: torch.Tensor) -> torch.Tensor:
    """Return pixels as the autoencoder takes them: float32 (B, 3, T, H, W) in [-1, 1]."""
    return pixels_BTHWC.permute(0, 4, 1, 2, 3).float().div(127.5).sub(1.0)
