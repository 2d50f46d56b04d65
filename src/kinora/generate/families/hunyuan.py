"""HunyuanVideo and HunyuanVideo 1.5: from words, and from a first frame."""

from __future__ import annotations

from typing import Any

from kinora.generate.families.family import FamilyFacts, WindowRequest
from kinora.generate.families.pictures import picture_at
from kinora.generate.families.pipeline import LEFT_OUT, Arguments, PipelineFamily


def hunyuan_family(pipeline: Any, facts: FamilyFacts, weights_hash: str) -> PipelineFamily:
    """Return the adapter of a pipeline that holds HunyuanVideo's networks."""
    arguments = {
        "HunyuanVideoPipeline": _by_words,
        "HunyuanVideoImageToVideoPipeline": _by_picture(facts),
        "HunyuanVideo15Pipeline": _by_words_15,
        "HunyuanVideo15ImageToVideoPipeline": _by_picture_15,
    }[type(pipeline).__name__]
    return PipelineFamily(pipeline, facts, weights_hash, arguments)


def _by_words(_pipeline: Any, window: WindowRequest) -> dict[str, Any]:
    """Its guidance is an input of the network (distilled); what is not wanted can't be said."""
    return {"negative_prompt": window.negative_prompt or None}


def _by_picture(facts: FamilyFacts) -> Arguments:
    def arguments(pipeline: Any, window: WindowRequest) -> dict[str, Any]:
        num_latent_frames = window.shape_CFHW[1]
        if pipeline.transformer.config.image_condition_type == "latent_concat":
            num_latent_frames += 1  # its first one holds the picture and is left out of what is made
        return {
            **_by_words(pipeline, window),
            "image": picture_at(window, 0),
            "num_frames": (num_latent_frames - 1) * facts.temporal_ratio + 1,
        }

    return arguments


def _by_words_15(pipeline: Any, window: WindowRequest) -> dict[str, Any]:
    pipeline.guider = pipeline.guider.new(guidance_scale=window.guidance_scale)
    return {"guidance_scale": LEFT_OUT}


def _by_picture_15(pipeline: Any, window: WindowRequest) -> dict[str, Any]:
    """The call has no size and takes the picture's nearest preset; Kinora's picture has the size that is wanted."""
    pipeline.video_processor.calculate_default_height_width = lambda height, width, target_size: (height, width)
    return {
        **_by_words_15(pipeline, window),
        "image": picture_at(window, 0),
        "height": LEFT_OUT,
        "width": LEFT_OUT,
    }
