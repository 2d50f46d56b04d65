"""What a family of models can do, and the one call that every adapter answers.

Letters: B clips, C channels, F latent frames, H and W latent rows and columns, T frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.uint8]  # (T, H, W, 3)


@dataclass(frozen=True)
class FamilyFacts:
    """What a family takes, its latent's ratios, and the window it was trained for."""

    name: str
    takes: frozenset[str]  # keys of `table.CONDITION_WORDS`
    spatial_ratio: int
    temporal_ratio: int
    size_multiple: int
    longest_window: int  # latent frames
    overlap: int = 2  # latent frames that a following window is given
    needs: frozenset[str] = frozenset()  # of `takes`: it makes nothing without
    takes_pixels: bool = False  # its pipeline takes pictures, not latents
    fixed_size: tuple[int, int] | None = None  # width and height, where it can make no other
    largest_size: tuple[int, int] | None = None  # width and height, where its places end there
    shown: str = ""  # as a person reads it
    pipeline: str = ""  # the diffusers class
    is_small: bool = False  # it knows a small world only


@dataclass(frozen=True)
class Given:
    """What a window shows: latents from latent frame `at` on, a picture's latents at frame `at_frame` between latent
    frames, or, for families that take pictures, `frames_THWC` from frame `at_frame` on.
    """

    latents_CFHW: Any
    at: int | None
    at_frame: float | None
    strength: float
    frames_THWC: Frames | None = None


@dataclass(frozen=True)
class WindowRequest:
    """One denoising of a stretch of latents."""

    prompt: str
    negative_prompt: str
    shape_CFHW: tuple[int, int, int, int]
    fps: float
    has_first_frame: bool  # its first latent frame holds one frame (the clip's own first), not `temporal_ratio`
    given: tuple[Given, ...]
    start_CFHW: Any | None
    noise: float
    seed: int
    steps: int
    guidance_scale: float
    resume: Any | None = field(default=None)  # (step, tokens) saved by `on_step`


OnStep = Callable[[int, Any, Callable[[], Any]], None]  # step ended, state to save, the clip as it looks now (latents)


class Family(Protocol):
    """An opened model."""

    facts: FamilyFacts
    weights_hash: str
    num_channels: int

    def encode(self, frames_THWC: Frames) -> Any:
        """Return latents (C, F, H, W)."""

    def denoise(self, window: WindowRequest, on_step: OnStep) -> Any:
        """Return latents (C, F, H, W)."""

    def decode(self, latents_CFHW: Any) -> Frames:
        """Return frames."""
