"""SANA-Video: from words, and from a first frame. Its attention is linear: cost grows as tokens do, no faster."""

from __future__ import annotations

from typing import Any

from kinora.generate.families.family import FamilyFacts, WindowRequest
from kinora.generate.families.pictures import num_frames_of_window, picture_at
from kinora.generate.families.pipeline import LEFT_OUT, Arguments, PipelineFamily


def sana_family(pipeline: Any, facts: FamilyFacts, weights_hash: str) -> PipelineFamily:
    """Return the adapter of a pipeline that holds SANA-Video's networks."""
    takes_picture = type(pipeline).__name__ == "SanaImageToVideoPipeline"
    return PipelineFamily(pipeline, facts, weights_hash, _arguments(facts, takes_picture=takes_picture))


def _arguments(facts: FamilyFacts, *, takes_picture: bool) -> Arguments:
    def arguments(_pipeline: Any, window: WindowRequest) -> dict[str, Any]:
        """Its call names the length otherwise, and would round the size to presets of its own."""
        told = {
            "num_frames": LEFT_OUT,
            "frames": num_frames_of_window(window, facts.temporal_ratio),
            "use_resolution_binning": False,
        }
        return {**told, "image": picture_at(window, 0)} if takes_picture else told

    return arguments
