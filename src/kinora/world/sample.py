"""A seed → a scene: the same seed, family, split and length always give the same one."""

from __future__ import annotations

from typing import Literal

import numpy as np

from kinora.errors import InputError
from kinora.world.held_out import holds_out
from kinora.world.sample_figures import sample_figures
from kinora.world.sample_landscapes import sample_landscapes
from kinora.world.sample_objects import sample_objects
from kinora.world.spec import WorldSpec

Split = Literal["seen", "held_out"]
FamilyChoice = Literal["objects", "landscapes", "figures", "mixed"]
_MOST_TRIES = 400
_SAMPLERS = {"objects": sample_objects, "landscapes": sample_landscapes, "figures": sample_figures}
_MIX = (("objects", 0.6), ("landscapes", 0.2), ("figures", 0.2))


def sample_spec(
    seed: int, *, family: FamilyChoice = "objects", split: Split = "seen", seconds: float = 2.0
) -> WorldSpec:
    """Draw a scene whose motion is laid out for `seconds`.

    `split="seen"` never gives a held-out combination, `"held_out"` always holds at least one (objects only:
    landscapes and figures hold nothing out, both splits give the same scene).

    Raises:
        InputError: an unknown family or split, or a negative seed.
    """
    if family not in (*_SAMPLERS, "mixed") or split not in ("seen", "held_out"):
        raise InputError(f"no family {family!r} with split {split!r}; expected objects, landscapes, figures or mixed")
    if seed < 0:
        raise InputError(f"the seed is {seed}; expected 0 or more")
    random = np.random.default_rng((seed, 0x6B696E6F))
    drawn = _draw_family(random) if family == "mixed" else family
    for _ in range(_MOST_TRIES):
        spec = _SAMPLERS[drawn](random, seed, seconds)
        if drawn != "objects" or holds_out(spec) == (split == "held_out"):
            return spec
    raise AssertionError(f"no {split} scene in {_MOST_TRIES} tries")


def _draw_family(random: np.random.Generator) -> str:
    weights = np.array([weight for _, weight in _MIX])
    return _MIX[int(random.choice(len(_MIX), p=weights / weights.sum()))][0]
