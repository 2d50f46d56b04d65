"""Mochi: from words."""

from __future__ import annotations

from typing import Any

from kinora.generate.families.family import FamilyFacts
from kinora.generate.families.pipeline import PipelineFamily


def mochi_family(pipeline: Any, facts: FamilyFacts, weights_hash: str) -> PipelineFamily:
    """Return the adapter of a pipeline that holds Mochi's networks."""
    return PipelineFamily(pipeline, facts, weights_hash, lambda _pipeline, _window: {})
