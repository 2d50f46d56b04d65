"""Wan 2.1 and 2.2: from words, from a first (and last) frame, and by VACE's masks from any frames."""

from __future__ import annotations

from typing import Any

from diffusers import WanImageToVideoPipeline, WanPipeline

from kinora.generate.families.family import FamilyFacts, WindowRequest
from kinora.generate.families.pictures import first_and_last, video_and_mask
from kinora.generate.families.pipeline import Arguments, PipelineFamily

TEXT_TOKENS = 512


def wan_family(pipeline: Any, facts: FamilyFacts, weights_hash: str) -> PipelineFamily:
    """Return the adapter of a pipeline that holds Wan's networks."""
    name = type(pipeline).__name__
    if name == "WanVACEPipeline":
        return PipelineFamily(pipeline, facts, weights_hash, _by_mask(facts))
    if pipeline.config.expand_timesteps:
        return _TextAndImage(pipeline, facts, weights_hash)
    if name == "WanImageToVideoPipeline":
        return PipelineFamily(pipeline, facts, weights_hash, _by_pictures(facts))
    return PipelineFamily(_of_class(WanPipeline, pipeline), facts, weights_hash, lambda _pipeline, _window: _text())


class _TextAndImage(PipelineFamily):
    """TI2V-5B: one set of networks behind two pipelines; given tokens stand at timestep 0."""

    def __init__(self, pipeline: Any, facts: FamilyFacts, weights_hash: str) -> None:
        super().__init__(_of_class(WanPipeline, pipeline), facts, weights_hash, lambda _pipeline, _window: _text())
        self._with_picture = PipelineFamily(
            _of_class(WanImageToVideoPipeline, pipeline), facts, weights_hash, _by_pictures(facts)
        )

    def denoise(self, window: WindowRequest, on_step: Any) -> Any:
        """Return latents (C, F, H, W)."""
        if any(given.frames_THWC is not None for given in window.given):
            return self._with_picture.denoise(window, on_step)
        return super().denoise(window, on_step)


def _text() -> dict[str, Any]:
    return {"max_sequence_length": TEXT_TOKENS}


def _by_pictures(facts: FamilyFacts) -> Arguments:
    def arguments(_pipeline: Any, window: WindowRequest) -> dict[str, Any]:
        first, last = first_and_last(window, facts.temporal_ratio)
        return {**_text(), "image": first, "last_image": last}

    return arguments


def _by_mask(facts: FamilyFacts) -> Arguments:
    def arguments(_pipeline: Any, window: WindowRequest) -> dict[str, Any]:
        if not window.given:
            return _text()
        video, mask = video_and_mask(window, facts.temporal_ratio, facts.spatial_ratio)
        return {**_text(), "video": video, "mask": mask}

    return arguments


def _of_class(wanted: type, pipeline: Any) -> Any:
    """Return the same networks behind another of Wan's pipelines."""
    if type(pipeline) is wanted:
        return pipeline
    names = ("vae", "text_encoder", "tokenizer", "transformer", "transformer_2", "scheduler")
    parts = {name: pipeline.components.get(name) for name in names}
    flags = {name: pipeline.config[name] for name in ("boundary_ratio", "expand_timesteps") if name in pipeline.config}
    return wanted(**parts, **flags)
