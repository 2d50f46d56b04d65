"""Carry out a placement on a pipeline, by diffusers' own switches; and look at the machine it is chosen for."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import torch

from kinora.generate.families.placement import Machine, Needs, Placement

_ATTENTION_PACKAGES = ("flash_attn", "flash_attn_interface", "sageattention")
_DENOISERS = ("transformer", "transformer_2")


def this_machine(device: str) -> Machine:
    """Return what the device of this machine has."""
    packages = frozenset(name for name in _ATTENTION_PACKAGES if find_spec(name))
    if device.startswith("cuda"):
        found = torch.cuda.get_device_properties(0)
        return Machine(
            "cuda", int(found.total_memory), torch.cuda.is_bf16_supported(), packages, (found.major, found.minor)
        )
    cpu = torch.cpu
    is_fast = bool(cpu._is_amx_tile_supported() or cpu._is_avx512_bf16_supported())
    return Machine(device, int(psutil.virtual_memory().total), is_fast, packages, (0, 0))


def needs_of(folder: Path, peak_bytes: int | None = None) -> Needs:
    """Return what the weights in a diffusers folder take; they count as saved, which is in 16 bits for most."""
    parts: dict[str, int] = {}
    for path in folder.rglob("*.safetensors"):
        part = path.relative_to(folder).parts[0]
        parts[part] = parts.get(part, 0) + path.stat().st_size
    return Needs(sum(parts.values()), max(parts.values(), default=0), peak_bytes)


def dtypes_of(placement: Placement, pipeline: str) -> dict[str, torch.dtype]:
    """Return the numbers to open a pipeline in; Wan's autoencoder is kept in 32 bits on a GPU, as its makers advise."""
    dtype = torch.bfloat16 if placement.dtype == "bfloat16" else torch.float32
    if placement.device == "cuda" and pipeline.startswith("Wan"):
        return {"default": dtype, "vae": torch.float32}
    return {"default": dtype}


def put_in_place(pipeline: Any, placement: Placement) -> None:
    """Move, offload, store in 8 bits, tile and choose attention, as the placement says."""
    denoisers = [part for name in _DENOISERS if (part := getattr(pipeline, name, None)) is not None]
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.requires_grad_(False).eval()
    if placement.has_fp8_weights:
        for part in denoisers:
            part.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=torch.bfloat16)
    if placement.attention != "native":
        for part in denoisers:
            part.set_attention_backend(placement.attention)
    if placement.decodes_tiles and hasattr(pipeline.vae, "enable_tiling"):
        pipeline.vae.enable_tiling()
    if placement.offload == "model":
        pipeline.enable_model_cpu_offload(device=placement.device)
    elif placement.offload == "group":
        pipeline.enable_group_offload(
            onload_device=torch.device(placement.device), offload_type="leaf_level", use_stream=True
        )
    else:
        pipeline.to(placement.device)
