"""Mochi: from words."""

from __future__ import annotations

from typing import Any

from kinora.generate.families.family import FamilyFacts, WindowRequest
from kinora.generate.families.pipeline import PipelineFamily


def mochi_family(pipeline: Any, facts: FamilyFacts, weights_hash: str) -> PipelineFamily:
    """Return the adapter of a pipeline that holds Mochi's networks."""
    return PipelineFamily(pipeline, facts, weights_hash, _by_words)


def _by_words(_pipeline: Any, window: WindowRequest) -> dict[str, Any]:
    return {"num_inference_steps": max(2, window.steps)}  # its schedule has two parts
