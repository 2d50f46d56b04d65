"""What a model folder says of its networks, read from its JSON alone: no network library is loaded for a bill."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kinora.errors import InputError
from kinora.generate.families.table import latent_ratios, patch_of, read_json

LayerKind = Literal["cross", "joint", "text", "linear"]
_MAX_TEXT_TOKENS = 512
_SANA_TEXT_TOKENS = 300


@dataclass(frozen=True)
class Layers:
    """Equal layers of a denoiser.

    `cross`: attention over the clip, then to the text. `joint`: attention over clip and text together, two streams or
    one. `text`: layers that refine the text alone. `linear`: as `cross`, the attention over the clip a product of keys
    and values first, its feed-forward network one of convolutions (SANA-Video).
    """

    kind: LayerKind
    num: int
    width: int
    ff_width: int
    text_tokens: int
    num_ff_products: int = 2  # 3 where the feed-forward network is gated
    text_width: int = 0  # of a `joint` layer's second stream, where it is narrower
    head_width: int = 0  # of a `linear` layer

    def flop(self, num_tokens: int) -> float:
        """Return the floating-point operations of one pass of one clip through all of them."""
        if self.kind == "cross":
            return self.num * self._cross(num_tokens)
        if self.kind == "linear":
            return self.num * self._linear(num_tokens)
        return self.num * (self._joint(num_tokens) if self.kind == "joint" else self._joint(0))

    def _cross(self, n: int) -> float:
        """Return `(12 d² + 4 d d_ff) N + 4 N² d + 4 N N_text d`, and the text's own keys and values."""
        d, text = self.width, self.text_tokens
        return (12 * d * d + self._ff(d)) * n + 4 * n * n * d + 4 * n * text * d + 4 * d * d * text

    def _linear(self, n: int) -> float:
        """Return `(18 d² + 4 d d_head + 6 d d_ff + 36 d_ff) N + 4 N N_text d`, and the text's own keys and values."""
        d, f, text = self.width, self.ff_width, self.text_tokens
        return (18 * d * d + 4 * d * self.head_width + 6 * d * f + 36 * f + 4 * text * d) * n + 4 * d * d * text

    def _joint(self, n: int) -> float:
        """Return `(8 d² + 4 d d_ff) (N + N_text) + 4 (N + N_text)² d`; of a narrower text stream d is its own."""
        d, text, d_text = self.width, self.text_tokens, self.text_width or self.width
        of_clip = (8 * d * d + self._ff(d)) * n
        of_text = (8 * d * d_text + self._ff(d_text) * d_text / d) * text
        return of_clip + of_text + 4 * (n + text) ** 2 * d

    def _ff(self, d: int) -> float:
        return 2 * self.num_ff_products * d * self.ff_width


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
    temporal_ratio: int  # frames a latent frame is long
    weights_bytes: int
    layers: tuple[Layers, ...] = ()  # left out: `num_layers` equal ones with attention to the text
    flop_a_token: float = 0.0  # done once: into tokens and out of them, and their timesteps where each has its own
    flop_a_pass: float = 0.0  # done once a pass, however long the clip
    patch_frames: int = 1  # latent frames that a token is long
    passes_a_step: int = 2  # where words guide: with them and without; 1 where guidance is learnt into the weights

    def num_tokens(self, width: int, height: int, num_frames: int) -> int:
        """Return N of a clip."""
        area = -(-width // self.spatial_ratio) * -(-height // self.spatial_ratio)
        latent_frames = (num_frames - 1) // self.temporal_ratio + 1
        return -(-latent_frames // self.patch_frames) * area

    def denoiser_flop(self, num_tokens: int) -> float:
        """Return the floating-point operations of one forward pass of one clip."""
        equal = Layers("cross", self.num_layers, self.width, self.ff_width, self.text_tokens)
        of_layers = sum(layers.flop(num_tokens) for layers in self.layers or (equal,))
        return of_layers + self.flop_a_token * num_tokens + self.flop_a_pass


def architecture_of(folder: Path) -> Architecture:
    """Read a diffusers folder.

    Raises:
        InputError: it is none, or of a family whose numbers Kinora does not know.
    """
    index = read_json(folder / "model_index.json")
    transformer = read_json(folder / "transformer" / "config.json")
    vae = read_json(folder / "vae" / "config.json")
    if not all(transformer.get(name) for name in ("num_attention_heads", "attention_head_dim", "num_layers")):
        raise InputError(
            f"{folder.name}: the cost of {index.get('_class_name')} is not known; its config names no layers"
        )
    layers = _layers(folder, transformer)
    space, time = latent_ratios(vae)
    patch_space, patch_frames = patch_of(transformer)
    first = layers[0]
    return Architecture(
        pipeline=str(index.get("_class_name")),
        num_layers=sum(part.num for part in layers if part.kind != "text"),
        width=first.width,
        ff_width=first.ff_width,
        latent_channels=int(vae.get("latent_channels") or vae.get("z_dim") or transformer.get("in_channels", 16)),
        text_tokens=first.text_tokens,
        spatial_ratio=space * patch_space,
        temporal_ratio=time,
        weights_bytes=sum(path.stat().st_size for path in folder.rglob("*.safetensors")),
        layers=layers,
        flop_a_token=_flop_a_token(index, transformer, first.width),
        flop_a_pass=_flop_a_pass(transformer, first.width),
        patch_frames=patch_frames,
        passes_a_step=1 if str(index.get("_class_name")) in _GUIDED_INSIDE else 2,
    )


_GUIDED_INSIDE = ("HunyuanVideoPipeline", "HunyuanVideoImageToVideoPipeline")


def _layers(folder: Path, transformer: Mapping[str, Any]) -> tuple[Layers, ...]:
    """Return a denoiser's layers, by the class of its transformer."""
    of_class = str(transformer.get("_class_name"))
    width = int(transformer["num_attention_heads"]) * int(transformer["attention_head_dim"])
    num = int(transformer["num_layers"])
    ff_width = int(transformer.get("ffn_dim") or round(float(transformer.get("mlp_ratio") or 4.0) * width))
    if of_class.startswith("Wan"):
        pictures = 257 if transformer.get("image_dim") else 0  # CLIP's tokens of the first frame
        controls = len(transformer.get("vace_layers") or ())
        return (Layers("cross", num + controls, width, ff_width, _MAX_TEXT_TOKENS + pictures),)
    if of_class == "CogVideoXTransformer3DModel":
        return (Layers("joint", num, width, ff_width, int(transformer["max_text_seq_length"])),)
    if of_class.startswith("HunyuanVideo"):
        return _hunyuan_layers(transformer, width, ff_width)
    if of_class == "MochiTransformer3DModel":
        return _mochi_layers(transformer, width)
    if of_class == "SanaVideoTransformer3DModel":
        head = int(transformer["attention_head_dim"])
        return (Layers("linear", num, width, ff_width, _SANA_TEXT_TOKENS, head_width=head),)
    return (Layers("cross", num, width, ff_width, _text_tokens(folder)),)


def _hunyuan_layers(transformer: Mapping[str, Any], width: int, ff_width: int) -> tuple[Layers, ...]:
    """Two streams, then one, over clip and text; 1.5: two streams only, with glyphs and a picture beside the words."""
    words = 1000 if "15" in str(transformer.get("_class_name")) else 256
    others = 256 + 729 if words == 1000 else _PICTURE_TOKENS.get(str(transformer.get("image_condition_type")), 0)
    num = int(transformer["num_layers"]) + int(transformer.get("num_single_layers") or 0)
    refined = words if words == 1000 else words + others
    return (
        Layers("joint", num, width, ff_width, words + others),
        Layers("text", int(transformer.get("num_refiner_layers") or 0), width, 4 * width, refined),
    )


_PICTURE_TOKENS = {"latent_concat": 576 // 2, "token_replace": 576 // 4}  # LLaVA's, every second or fourth


def _mochi_layers(transformer: Mapping[str, Any], width: int) -> tuple[Layers, ...]:
    """Its feed-forward networks are gated, and its text stream is narrower (`pooled_projection_dim`)."""
    text_width = int(transformer["pooled_projection_dim"])
    ff_width = 4 * width * 2 // 3
    text = int(transformer.get("max_sequence_length") or 256)
    num = int(transformer["num_layers"])
    return (Layers("joint", num, width, ff_width, text, num_ff_products=3, text_width=text_width),)


def _flop_a_token(index: Mapping[str, Any], transformer: Mapping[str, Any], width: int) -> float:
    """Return what is done once a token: its patch in and out and, where each has a timestep of its own, its embedding.

    That is two layers of the embedding and one to six shifts and scales: small beside thirty layers, not beside six.
    """
    patch = transformer.get("patch_size") or 1
    sides = patch if isinstance(patch, list) else [int(transformer.get("patch_size_t") or 1), patch, patch]
    channels = int(transformer.get("in_channels") or 16)
    out_channels = int(transformer.get("out_channels") or channels)
    flop = 2.0 * (channels + out_channels) * math.prod(map(int, sides)) * width
    if str(transformer.get("_class_name")) == "LTXVideoTransformer3DModel" or index.get("expand_timesteps"):
        flop += 2.0 * (int(transformer.get("freq_dim") or 256) * width + 7 * width * width)
    return flop


def _flop_a_pass(transformer: Mapping[str, Any], width: int) -> float:
    """Return what HunyuanVideo 1.5 does to its 256 glyph tokens: three layers, 2048 channels between them."""
    if transformer.get("_class_name") != "HunyuanVideo15Transformer3DModel":
        return 0.0
    return 2.0 * 256 * 2048 * (int(transformer["text_embed_2_dim"]) + 2048 + width)


def _text_tokens(folder: Path) -> int:
    tokenizer = folder / "tokenizer" / "tokenizer_config.json"
    longest = int(read_json(tokenizer).get("model_max_length", 256)) if tokenizer.exists() else 256
    return min(longest, 256)
