"""Score a model in training: does it make what unseen prompts say, as the worlds' detector reads it?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffusers import LTXConditionPipeline

_FIRST_SEED = 3_300_000_000  # never trained on
_NUM_CLIPS, _STEPS, _FPS, _SIDE, _NUM_FRAMES = 16, 12, 8.0, 64, 17


def scorer(device: str) -> Callable[[LTXConditionPipeline], dict[str, float]]:
    """Return a function that makes sixteen fixed prompts and gives the share of clips that show each attribute."""
    from kinora.generate.families.family import FamilyFacts, WindowRequest
    from kinora.generate.families.ltx import LTXFamily
    from kinora.generate.model.sizes import SPATIAL_RATIO, TEMPORAL_RATIO
    from kinora.world.captions import captions_of
    from kinora.world.detector import score_clip
    from kinora.world.sample import sample_spec

    facts = FamilyFacts("ltx", frozenset(), SPATIAL_RATIO, TEMPORAL_RATIO, 2 * SPATIAL_RATIO, longest_window=9)
    specs = [sample_spec(_FIRST_SEED + index, family="objects") for index in range(_NUM_CLIPS)]

    def score(pipeline: LTXConditionPipeline) -> dict[str, float]:
        family = LTXFamily(pipeline, facts, "", device, mends_seams=True)
        side = _SIDE // SPATIAL_RATIO
        shape = (family.num_channels, (_NUM_FRAMES - 1) // TEMPORAL_RATIO + 1, side, side)
        held: dict[str, list[bool]] = {}
        for seed, spec in enumerate(specs):
            asked = WindowRequest(captions_of(spec).short, "", shape, _FPS, True, (), None, 1.0, seed, _STEPS, 3.0)
            frames = family.decode(family.denoise(asked, lambda *_: None))
            for name, holds in score_clip(frames, _FPS, spec).items():
                held.setdefault(name, []).append(holds)
        return {name: round(sum(found) / len(found), 3) for name, found in held.items()}

    return score
