"""The families of video models: what each takes and makes, read from a folder's JSON alone. Loads no network library.

Try it: `facts_of(Path("Wan2.1-T2V-1.3B-Diffusers")).takes`
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinora.errors import InputError
from kinora.generate.families.family import FamilyFacts

CONDITION_WORDS = {
    "first_frame": "a first frame",
    "last_frame": "a last frame",
    "any_frame": "a frame in between",
    "clip": "a stretch of a video",
    "latent": "latents",
    "start": "a video to start from",
    "strength": "a condition weaker than 1",
}
_EVERYTHING = frozenset(CONDITION_WORDS)
_START = frozenset({"start"})
_FIRST = frozenset({"first_frame"})


@dataclass(frozen=True)
class FamilyRow:
    """One kind of model: the diffusers classes that hold it, what it takes, and a public one of its kind."""

    family: str  # the adapter's module
    shown: str
    pipelines: tuple[str, ...]
    takes: frozenset[str]
    longest_window: int  # latent frames that it was trained for
    hub_ids: tuple[str, ...]
    needs: frozenset[str] = frozenset()
    is_own: bool = False


TABLE: dict[str, FamilyRow] = {
    "own": FamilyRow("ltx", "kinora-small", (), _EVERYTHING, 9, (), is_own=True),
    "ltx": FamilyRow(
        "ltx",
        "LTX-Video",
        ("LTXConditionPipeline", "LTXPipeline", "LTXImageToVideoPipeline"),
        _EVERYTHING,
        21,
        ("Lightricks/LTX-Video", "Lightricks/LTX-Video-0.9.7-distilled"),
    ),
    "wan-t2v": FamilyRow(
        "wan",
        "Wan T2V",
        ("WanPipeline", "WanVideoToVideoPipeline"),
        _START,
        21,
        ("Wan-AI/Wan2.1-T2V-1.3B-Diffusers", "Wan-AI/Wan2.2-T2V-A14B-Diffusers"),
    ),
    "wan-ti2v": FamilyRow("wan", "Wan TI2V-5B", (), _FIRST | _START, 31, ("Wan-AI/Wan2.2-TI2V-5B-Diffusers",)),
    "wan-i2v": FamilyRow(
        "wan",
        "Wan I2V",
        ("WanImageToVideoPipeline",),
        _FIRST,
        21,
        ("Wan-AI/Wan2.1-I2V-14B-480P-Diffusers",),
        needs=_FIRST,
    ),
    "wan-flf2v": FamilyRow(
        "wan",
        "Wan FLF2V",
        (),
        _FIRST | {"last_frame"},
        21,
        ("Wan-AI/Wan2.1-FLF2V-14B-720P-diffusers", "Wan-AI/Wan2.2-I2V-A14B-Diffusers"),
        needs=_FIRST,
    ),
    "wan-vace": FamilyRow(
        "wan",
        "Wan VACE",
        ("WanVACEPipeline",),
        frozenset({"first_frame", "last_frame", "any_frame", "clip", "start"}),
        21,
        ("Wan-AI/Wan2.1-VACE-1.3B-diffusers",),
    ),
    "hunyuan-t2v": FamilyRow(
        "hunyuan",
        "HunyuanVideo",
        ("HunyuanVideoPipeline",),
        _START,
        33,
        ("hunyuanvideo-community/HunyuanVideo",),
    ),
    "hunyuan-i2v": FamilyRow(
        "hunyuan",
        "HunyuanVideo I2V",
        ("HunyuanVideoImageToVideoPipeline",),
        _FIRST,
        33,
        ("hunyuanvideo-community/HunyuanVideo-I2V",),
        needs=_FIRST,
    ),
    "hunyuan15-t2v": FamilyRow(
        "hunyuan",
        "HunyuanVideo-1.5",
        ("HunyuanVideo15Pipeline",),
        _START,
        31,
        ("hunyuanvideo-community/HunyuanVideo-1.5-Diffusers-480p_t2v",),
    ),
    "hunyuan15-i2v": FamilyRow(
        "hunyuan",
        "HunyuanVideo-1.5 I2V",
        ("HunyuanVideo15ImageToVideoPipeline",),
        _FIRST,
        31,
        ("hunyuanvideo-community/HunyuanVideo-1.5-Diffusers-480p_i2v",),
        needs=_FIRST,
    ),
    "cogvideox-t2v": FamilyRow(
        "cogvideox",
        "CogVideoX",
        ("CogVideoXPipeline", "CogVideoXVideoToVideoPipeline"),
        _START,
        13,
        ("zai-org/CogVideoX-2b", "zai-org/CogVideoX-5b"),
    ),
    "cogvideox-i2v": FamilyRow(
        "cogvideox",
        "CogVideoX I2V",
        ("CogVideoXImageToVideoPipeline",),
        _FIRST,
        13,
        ("zai-org/CogVideoX-5b-I2V",),
        needs=_FIRST,
    ),
    "sana-t2v": FamilyRow(
        "sana",
        "SANA-Video",
        ("SanaVideoPipeline",),
        _START,
        21,
        ("Efficient-Large-Model/SANA-Video_2B_480p_diffusers",),
    ),
    "sana-i2v": FamilyRow(
        "sana",
        "SANA-Video I2V",
        ("SanaImageToVideoPipeline",),
        _FIRST,
        21,
        ("Efficient-Large-Model/SANA-Video_2B_480p_diffusers",),
        needs=_FIRST,
    ),
    "mochi": FamilyRow("mochi", "Mochi", ("MochiPipeline",), frozenset(), 28, ("genmo/mochi-1-preview",)),
}


def row_of(folder: Path) -> FamilyRow:
    """Return the kind of model that a diffusers folder holds.

    Raises:
        InputError: it is no diffusers folder, or of a class that Kinora has no adapter for.
    """
    index = read_json(folder / "model_index.json")
    pipeline = str(index.get("_class_name"))
    transformer = _transformer(folder)
    if pipeline in TABLE["ltx"].pipelines and _is_own(folder):
        return TABLE["own"]
    if pipeline in ("WanPipeline", "WanImageToVideoPipeline") and index.get("expand_timesteps"):
        return TABLE["wan-ti2v"]
    if pipeline == "WanImageToVideoPipeline" and _takes_last_frame(transformer):
        return TABLE["wan-flf2v"]
    for row in TABLE.values():
        if pipeline in row.pipelines:
            return row
    shown = ", ".join(row.shown for row in TABLE.values())
    raise InputError(f"{folder.name}: Kinora has no adapter for {pipeline}", hint=f"it has them for {shown}")


def facts_of(folder: Path) -> FamilyFacts:
    """Return what the model in a diffusers folder takes and makes; no weights are opened.

    Raises:
        InputError: it is none that Kinora has an adapter for.
    """
    row = row_of(folder)
    transformer, vae = _transformer(folder), read_json(folder / "vae" / "config.json")
    spatial, temporal = latent_ratios(vae)
    return FamilyFacts(
        name=row.family,
        takes=row.takes,
        spatial_ratio=spatial,
        temporal_ratio=temporal,
        size_multiple=_size_multiple(row, spatial, transformer),
        longest_window=_longest_window(row, transformer, temporal),
        needs=row.needs,
        takes_pixels="latent" not in row.takes,
        fixed_size=_sample_size(transformer, spatial) if transformer.get(_LEARNT_PLACES) else None,
        largest_size=_sample_size(transformer, spatial) if _has_last_place(transformer) else None,
        shown=row.shown,
        is_small=row.is_own,
        pipeline=str(read_json(folder / "model_index.json").get("_class_name")),
    )


def latent_ratios(vae: Mapping[str, Any]) -> tuple[int, int]:
    """Return pixels a latent is wide, and frames it is long, of an autoencoder's configuration."""
    scaling = vae.get("spatio_temporal_scaling")
    if scaling is not None:  # LTX-Video
        times = 2 ** sum(map(bool, scaling))
        space = int(vae.get("spatial_compression_ratio") or vae.get("patch_size", 4) * times)
        return space, int(vae.get("temporal_compression_ratio") or times)
    if vae.get("_class_name") == "AutoencoderKLMochi":
        return math.prod(vae["spatial_expansions"]), math.prod(vae["temporal_expansions"])
    time = int(vae.get("scale_factor_temporal") or vae.get("temporal_compression_ratio") or 4)
    stated = vae.get("scale_factor_spatial") or vae.get("spatial_compression_ratio")
    if not stated and vae.get("block_out_channels"):  # CogVideoX: each block but the last halves
        return 2 ** (len(vae["block_out_channels"]) - 1), time
    return int(stated or 8), time


def patch_of(transformer: Mapping[str, Any]) -> tuple[int, int]:
    """Return latents that a token is wide, and latent frames that it is long."""
    patch = transformer.get("patch_size") or 1
    if isinstance(patch, list):
        return int(patch[-1]), int(patch[0])
    return int(patch), int(transformer.get("patch_size_t") or 1)


def read_json(path: Path) -> dict[str, Any]:
    """Return a model's configuration file.

    Raises:
        InputError: it can't be read.
    """
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path.parent.name}/{path.name} of the model can't be read", hint=str(error)) from error
    return found if isinstance(found, dict) else {}


def _transformer(folder: Path) -> dict[str, Any]:
    return read_json(folder / "transformer" / "config.json")


def _is_own(folder: Path) -> bool:
    return latent_ratios(read_json(folder / "vae" / "config.json"))[0] == 16  # LTX-Video's is 32


def _takes_last_frame(transformer: Mapping[str, Any]) -> bool:
    """Wan 2.1 takes it where its picture embedding has places for two; Wan 2.2 has none and takes it by its mask."""
    return bool(transformer.get("pos_embed_seq_len")) or transformer.get("image_dim") is None


def _size_multiple(row: FamilyRow, spatial: int, transformer: Mapping[str, Any]) -> int:
    if row.family == "ltx":
        return 32
    return max(16, spatial * patch_of(transformer)[0])  # each of their pipelines refuses sides that 16 does not divide


def _longest_window(row: FamilyRow, transformer: Mapping[str, Any], temporal_ratio: int) -> int:
    if row.family == "cogvideox" and transformer.get("sample_frames"):
        return (int(transformer["sample_frames"]) - 1) // temporal_ratio + 1
    return row.longest_window


_LEARNT_PLACES = "use_learned_positional_embeddings"  # CogVideoX-5b-I2V: of one size only


def _has_last_place(transformer: Mapping[str, Any]) -> bool:
    """CogVideoX 1.5 cuts a clip's places out of those of its largest size."""
    return transformer.get("_class_name") == "CogVideoXTransformer3DModel" and bool(transformer.get("patch_size_t"))


def _sample_size(transformer: Mapping[str, Any], spatial: int) -> tuple[int, int]:
    return int(transformer["sample_width"]) * spatial, int(transformer["sample_height"]) * spatial
