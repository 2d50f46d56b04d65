"""CogVideoX 1.0 and 1.5: from words, from a video, and from a first frame. Its latents lie frame by frame."""

from __future__ import annotations

from typing import Any

from diffusers import CogVideoXPipeline

from kinora.generate.families.family import FamilyFacts, WindowRequest
from kinora.generate.families.pictures import picture_at
from kinora.generate.families.pipeline import PipelineFamily


def cogvideox_family(pipeline: Any, facts: FamilyFacts, weights_hash: str) -> PipelineFamily:
    """Return the adapter of a pipeline that holds CogVideoX's networks."""
    if type(pipeline).__name__ == "CogVideoXImageToVideoPipeline":
        return PipelineFamily(pipeline, facts, weights_hash, _by_picture, is_frames_first=True)
    names = ("vae", "text_encoder", "tokenizer", "transformer", "scheduler")
    by_words = CogVideoXPipeline(**{name: pipeline.components[name] for name in names})
    return PipelineFamily(by_words, facts, weights_hash, _by_words, is_frames_first=True)


def _by_words(pipeline: Any, _window: WindowRequest) -> dict[str, Any]:
    return {"max_sequence_length": pipeline.transformer.config.max_text_seq_length}


def _by_picture(pipeline: Any, window: WindowRequest) -> dict[str, Any]:
    return {**_by_words(pipeline, window), "image": picture_at(window, 0)}
