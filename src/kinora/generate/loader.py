"""Open a model by name, folder or hub id, as the adapter of its family."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch

from kinora.errors import InputError, WeightsMissing
from kinora.generate.condition import EMBEDDED_MODEL
from kinora.generate.families.family import Family, FamilyFacts
from kinora.generate.families.ltx import LTXFamily
from kinora.generate.model.folder import open_pipeline

SHIPPED_FOLDER = Path(__file__).parent / "weights" / EMBEDDED_MODEL
_EVERYTHING = frozenset({"first_frame", "last_frame", "any_frame", "clip", "latent", "start"})


def folder_of(model: str) -> Path:
    """Return the folder of a model that is on this machine.

    Raises:
        WeightsMissing: it is not; the sentence says how to get it.
    """
    folder = SHIPPED_FOLDER if model == EMBEDDED_MODEL else Path(model).expanduser()
    if (folder / "model_index.json").is_file():
        return folder
    raise WeightsMissing(
        f"no video model {model!r} is on this machine",
        hint=f"accepted: {EMBEDDED_MODEL} (inside the package), or a folder that diffusers' save_pretrained wrote",
    )


def open_model(model: str, device: str | None = None) -> Family:
    """Open a model on a device (the GPU where there is one).

    Raises:
        WeightsMissing: it is not here.
        InputError: a diffusers folder of a family that Kinora has no adapter for.
    """
    folder = folder_of(model)
    pipeline = open_pipeline(folder)
    if type(pipeline).__name__ in ("LTXConditionPipeline", "LTXPipeline", "LTXImageToVideoPipeline"):
        return LTXFamily(pipeline, _ltx_facts(pipeline), weights_hash(folder), device or best_device())
    raise InputError(
        f"{model}: Kinora has no adapter for {type(pipeline).__name__}", hint="docs/making.md lists those it has"
    )


def _ltx_facts(pipeline: Any) -> FamilyFacts:
    spatial = int(pipeline.vae.spatial_compression_ratio)
    temporal = int(pipeline.vae.temporal_compression_ratio)
    is_own = spatial == 16
    return FamilyFacts("ltx", _EVERYTHING, spatial, temporal, 32, longest_window=9 if is_own else 21)


def best_device() -> str:
    """Return where networks run fastest on this machine."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def weights_hash(folder: Path) -> str:
    """Return 16 hex digits of SHA-256 over the folder's weight files, which a recipe records."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]
