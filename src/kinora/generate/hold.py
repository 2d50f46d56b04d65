"""How much a model is left free beside what it is given: wholly where it knows such pictures, else near their guide.

Left free, a model that has never seen such pictures turns them into what it has seen; held to the guide, it keeps them.

Letters: C channels, F latent frames, H and W latent rows and columns, T frames.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from kinora.generate.condition import Request
from kinora.generate.families.family import Family, Frames
from kinora.generate.families.ltx import LTXFamily
from kinora.generate.given import Canvas, squeezed
from kinora.generate.guide import Guide, StartGuide

_UNKNOWN, _KNOWN = 0.44, 0.36  # of a clip, what a model fails to tell through noise (`LTXFamily.unexplained`)
_LEAST_NOISE = 0.3  # that a clip of unknown things is made from; the rest is its guide
_LEAST_SHARE = 0.25  # of the model's picture in what is shown of unknown things


@dataclass(frozen=True)
class Hold:
    """A clip's guide, its latents, and how well the model knows such pictures, 0 to 1."""

    guide: Guide
    latents_CFHW: torch.Tensor
    knows: float

    @property
    def noise(self) -> float:
        """Return the noise that denoising starts from, the guide being the rest."""
        return _LEAST_NOISE + (1.0 - _LEAST_NOISE) * self.knows

    @property
    def share(self) -> float:
        """Return how much of the model's own picture is shown, at most."""
        return _LEAST_SHARE + (1.0 - _LEAST_SHARE) * self.knows

    def request(self, request: Request) -> Request:
        """Return the request that starts from the guide, in as many steps as were asked."""
        return replace(request, noise=self.noise, steps=round(request.steps / self.noise))


def hold_of(guide: Guide, family: Family, canvas: Canvas) -> Hold:
    """Return how a clip is held; public families are trusted, and a remix is what its `noise` says it is."""
    latents_CFHW = family.encode(guide_frames(guide, canvas)).float().cpu()
    is_remix = isinstance(guide, StartGuide) and not guide.melts
    if is_remix or not isinstance(family, LTXFamily) or not family.facts.is_small:
        return Hold(guide, latents_CFHW, 1.0)
    unexplained = family.unexplained(latents_CFHW[:, : family.facts.longest_window])
    return Hold(guide, latents_CFHW, min(1.0, max(0.0, (_UNKNOWN - unexplained) / (_UNKNOWN - _KNOWN))))


def guide_frames(guide: Guide, canvas: Canvas) -> Frames:
    """Return the guide as the model takes it (T, H, W, 3)."""
    moments = [frame / canvas.fps for frame in range(canvas.num_frames)]
    return np.stack([
        squeezed(np.asarray(np.clip(np.rint(guide.picture(seconds)), 0, 255), np.uint8), canvas) for seconds in moments
    ])  # fmt: skip
