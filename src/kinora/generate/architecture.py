"""What a model folder says of its networks, read from its JSON alone: no network library is loaded for a bill."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinora.errors import InputError


@dataclass(frozen=True)
class Architecture:
    """The numbers that decide what a clip costs."""

    pipeline: str
    num_layers: int
    width: int
    ff_width: int
    latent_channels: int
    text_tokens: int
    spatial_ratio: int  # pixels a token is wide
    temporal_ratio: int
    weights_bytes: int

    def num_tokens(self, width: int, height: int, num_frames: int) -> int:
        """Return N of a clip."""
        area = -(-width // self.spatial_ratio) * -(-height // self.spatial_ratio)
        return ((num_frames - 1) // self.temporal_ratio + 1) * area

    def denoiser_flop(self, num_tokens: int) -> float:
        """Return the floating-point operations of one forward pass of one clip.

        `layers · [(12 d² + 4 d d_ff) N + 4 N² d + 4 N N_text d]`: projections of attention over the clip and over the
        text, the feed-forward network, attention, attention to the text.
        """
        d, n = self.width, num_tokens
        return self.num_layers * (
            (12 * d * d + 4 * d * self.ff_width) * n + 4 * n * n * d + 4 * n * self.text_tokens * d
        )


def architecture_of(folder: Path) -> Architecture:
    """Read a diffusers folder.

    Raises:
        InputError: it is none, or of a family whose numbers Kinora does not know.
    """
    index = _json(folder / "model_index.json")
    transformer = _json(folder / "transformer" / "config.json")
    vae = _json(folder / "vae" / "config.json")
    heads = transformer.get("num_attention_heads")
    head_dim = transformer.get("attention_head_dim")
    layers = transformer.get("num_layers")
    if not (heads and head_dim and layers):
        raise InputError(
            f"{folder.name}: the cost of {index.get('_class_name')} is not known; its config names no layers"
        )
    width = int(heads) * int(head_dim)
    spatial, temporal = _ratios(vae, transformer)
    return Architecture(
        pipeline=str(index.get("_class_name")),
        num_layers=int(layers) + int(transformer.get("num_single_layers") or 0),
        width=width,
        ff_width=int(transformer.get("ffn_dim") or 4 * width),
        latent_channels=int(vae.get("latent_channels") or vae.get("z_dim") or transformer.get("in_channels", 16)),
        text_tokens=_text_tokens(folder, transformer),
        spatial_ratio=spatial,
        temporal_ratio=temporal,
        weights_bytes=sum(path.stat().st_size for path in folder.rglob("*.safetensors")),
    )


def _ratios(vae: dict[str, Any], transformer: dict[str, Any]) -> tuple[int, int]:
    """Return pixels a token is wide, and frames it is long."""
    patch = transformer.get("patch_size", 1)
    patch_space = int(patch[-1] if isinstance(patch, list) else patch)
    scaling = vae.get("spatio_temporal_scaling")
    if scaling is not None:  # LTX-Video
        times = 2 ** sum(map(bool, scaling))
        space = int(vae.get("spatial_compression_ratio") or vae.get("patch_size", 4) * times)
        return space * patch_space, int(vae.get("temporal_compression_ratio") or times)
    space = int(vae.get("scale_factor_spatial") or vae.get("spatial_compression_ratio") or 8)
    time = int(vae.get("scale_factor_temporal") or vae.get("temporal_compression_ratio") or 4)
    return space * patch_space, time


def _text_tokens(folder: Path, transformer: dict[str, Any]) -> int:
    tokenizer = folder / "tokenizer" / "tokenizer_config.json"
    longest = _json(tokenizer).get("model_max_length", 512) if tokenizer.exists() else 512
    return int(min(transformer.get("text_len") or longest, longest, 512))


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path.parent.name}/{path.name} of the model can't be read", hint=str(error)) from error
    return found if isinstance(found, dict) else {}
