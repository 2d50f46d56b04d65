"""Open a model by name, folder or hub id, as the adapter of its family."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from diffusers import DiffusionPipeline

from kinora.generate.families.family import Family, FamilyFacts
from kinora.generate.families.ltx import LTXFamily
from kinora.generate.families.placement import Placement, place
from kinora.generate.families.placing import dtypes_of, needs_of, put_in_place, this_machine
from kinora.generate.families.table import facts_of, row_of
from kinora.generate.model.folder import open_pipeline
from kinora.generate.where import SHIPPED_FOLDER as SHIPPED_FOLDER
from kinora.generate.where import folder_of as folder_of


def open_model(
    model: str, device: str | None = None, *, models_dir: Path | None = None, peak_bytes: int | None = None
) -> Family:
    """Open a model on a device (the GPU where there is one), placed so that it fits beside a clip's `peak_bytes`.

    Raises:
        WeightsMissing: it is not here.
        InputError: a diffusers folder of a family that Kinora has no adapter for.
    """
    folder = folder_of(model, models_dir)
    facts, device = facts_of(folder), device or best_device()
    if row_of(folder).is_own:  # small: as it was trained, whole, in 32 bits
        own = open_pipeline(folder)
        tiles = place(this_machine(device), needs_of(folder, peak_bytes)).decodes_tiles
        put_in_place(own, Placement(device, "float32", decodes_tiles=tiles))
        return LTXFamily(own, facts, weights_hash(folder), device, mends_seams=True)
    placement = place(this_machine(device), needs_of(folder, peak_bytes))
    pipeline = DiffusionPipeline.from_pretrained(
        str(folder), local_files_only=True, dtype=dtypes_of(placement, facts.pipeline)
    )
    put_in_place(pipeline, placement)
    return _adapter(pipeline, facts, weights_hash(folder), device)


def _adapter(pipeline: Any, facts: FamilyFacts, hashed: str, device: str) -> Family:
    """Return the adapter; each one's module is loaded only when a model of its family is opened."""
    if facts.name == "wan":
        from kinora.generate.families.wan import wan_family

        return wan_family(pipeline, facts, hashed)
    if facts.name == "hunyuan":
        from kinora.generate.families.hunyuan import hunyuan_family

        return hunyuan_family(pipeline, facts, hashed)
    if facts.name == "cogvideox":
        from kinora.generate.families.cogvideox import cogvideox_family

        return cogvideox_family(pipeline, facts, hashed)
    if facts.name == "sana":
        from kinora.generate.families.sana import sana_family

        return sana_family(pipeline, facts, hashed)
    if facts.name == "mochi":
        from kinora.generate.families.mochi import mochi_family

        return mochi_family(pipeline, facts, hashed)
    return LTXFamily(pipeline, facts, hashed, device)


def best_device() -> str:
    """Return where networks run fastest on this machine."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def weights_hash(folder: Path) -> str:
    """Return 16 hex digits of SHA-256 over the folder's weight files, which a recipe records."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")):
        total.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:16]
