"""Clips for training: a range of seeds → pixels and captions, nothing stored.

Try it: `render_clips(range(8), height=64, width=64, num_frames=17, fps=8).captions`
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kinora.errors import InputError
from kinora.world.captions import caption_of
from kinora.world.sample import FamilyChoice, Split, sample_spec
from kinora.world.simulate import simulate_many
from kinora.world.spec import WorldSpec
from kinora.world.torch_renderer import Size, draw_scenes

_CPU_SAMPLES_AT_ONCE = 350_000  # pixels of all frames drawn together: what stays in the cache of a small machine
_GPU_SAMPLES_AT_ONCE = 30_000_000


@dataclass(frozen=True)
class ClipBatch:
    """Clips of consecutive scenes: `pixels_BTHWC` is uint8 RGB; one caption and one spec each."""

    pixels_BTHWC: Tensor
    captions: tuple[str, ...]
    specs: tuple[WorldSpec, ...]


def render_clips(  # noqa: PLR0913  (the contract with training: a clip source)
    seeds: Sequence[int], *, height: int, width: int, num_frames: int, fps: float,
    family: FamilyChoice = "mixed", split: Split = "seen", device: str = "cpu",
) -> ClipBatch:  # fmt: skip
    """Render a clip for each seed; the same seed always gives the same scene, pixels (on one device) and caption.

    Raises:
        InputError: no seeds, an impossible size or rate.
    """
    if not len(seeds) or min(height, width) < 8 or num_frames < 1 or fps <= 0:
        raise InputError(f"can't render {len(seeds)} clips of {num_frames} frames of {width}x{height} at {fps} fps")
    seconds = max((num_frames - 1) / fps, 1.0)
    specs = tuple(sample_spec(seed, family=family, split=split, seconds=seconds) for seed in seeds)
    trajectories = simulate_many(specs, num_frames=num_frames, fps=fps)
    most = _CPU_SAMPLES_AT_ONCE if device == "cpu" else _GPU_SAMPLES_AT_ONCE
    step = max(1, most // (height * width * num_frames))
    pixels = []
    with torch.no_grad():
        for first in range(0, len(specs), step):
            part = slice(first, first + step)
            drawn = draw_scenes(specs[part], trajectories[part], Size(height, width), device, with_depth=False)
            pixels.append(drawn.rgb_BTHW3)
    return ClipBatch(torch.cat(pixels), tuple(caption_of(spec) for spec in specs), specs)
