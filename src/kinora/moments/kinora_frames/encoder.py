"""The shipped frame encoder in use: pictures and words → vectors of one space, on the CPU, from the package's weights.

Loads torch: import it only in the encoder service, in children and in training.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from kinora.errors import SettingRefused, WeightsMissing
from kinora.moments.frame_encoder import FrameEncoderInfo, Rgb, Vectors
from kinora.moments.kinora_frames.network import ConvNorm, FrameNetwork, FrameNetworkConfig

WEIGHTS_FOLDER = Path(__file__).parent / "weights"
_CONFIG, _WEIGHTS = "config.json", "model.safetensors"
_BATCH = 32

EmbedSentences = Callable[[Sequence[str]], npt.NDArray[Any]]


class KinoraFrameEncoder:
    """A `FrameEncoder` whose text tower stands on the sentence encoder's vectors, which the caller gives."""

    def __init__(self, embed_sentences: EmbedSentences, folder: Path = WEIGHTS_FOLDER) -> None:
        """Load the weights.

        Raises:
            WeightsMissing: the folder holds none.
            SettingRefused: the folder holds something else.
        """
        network, info = load_frame_network(folder)
        self.name, self.dimension = info.name, info.dimension
        self.logit_scale, self.logit_bias = info.logit_scale, info.logit_bias
        self.side = network.config.image_side
        self._embed_sentences = embed_sentences
        self._network = _folded(network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def embed_images(self, images: Sequence[Rgb]) -> Vectors:
        """Return (N, D) unit vectors of (H, W, 3) pictures of any size."""
        vectors = np.zeros((len(images), self.dimension), dtype=np.float32)
        for start in range(0, len(images), _BATCH):
            squares = np.stack([squashed(rgb, self.side) for rgb in images[start : start + _BATCH]])
            vectors[start : start + _BATCH] = self._network.image(to_pixels(squares)).numpy()
        return vectors

    @torch.inference_mode()
    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (N, D) unit vectors of texts."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        sentences_NS = np.asarray(self._embed_sentences(texts), dtype=np.float32)
        vectors: Vectors = self._network.text(torch.from_numpy(sentences_NS)).numpy()
        return vectors


def squashed(rgb: Rgb, side: int) -> Rgb:
    """Return a picture at a square of that many pixels, whatever its shape was."""
    is_smaller = min(rgb.shape[:2]) >= side
    how = cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR
    square: Rgb = np.asarray(cv2.resize(rgb, (side, side), interpolation=how), dtype=np.uint8)
    return square


def to_pixels(squares_BHWC: Rgb) -> torch.Tensor:
    """Return (B, 3, H, W) in [-1, 1], channels last in memory."""
    return torch.from_numpy(squares_BHWC).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


def save_frame_network(network: FrameNetwork, info: FrameEncoderInfo, folder: Path) -> None:
    """Write weights, in half precision, and the configuration that `load_frame_network` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: value.detach().cpu().half().contiguous() if value.is_floating_point() else value.detach().cpu()
        for name, value in network.state_dict().items()
    }
    save_file(weights, folder / _WEIGHTS)
    about = {"name": info.name, "logit_scale": info.logit_scale, "logit_bias": info.logit_bias}
    text = json.dumps({**about, "network": asdict(network.config)}, indent=2)
    (folder / _CONFIG).write_text(text + "\n", encoding="utf-8")


def load_frame_network(folder: Path) -> tuple[FrameNetwork, FrameEncoderInfo]:
    """Return a network for use and what is kept beside its vectors.

    Raises:
        WeightsMissing: the folder holds none.
        SettingRefused: the folder holds something else.
    """
    if not (folder / _WEIGHTS).is_file() or not (folder / _CONFIG).is_file():
        raise WeightsMissing(
            f"the shipped frame encoder's weights are not in {folder}, so pictures are not searched by words",
            hint="install Kinora again, or train them: kinora train frames --data FOLDER --out FOLDER",
        )
    try:
        about = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        given = about["network"]
        values: dict[str, Any] = {field.name: given[field.name] for field in fields(FrameNetworkConfig)}
        sizes: Any = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        config = FrameNetworkConfig(**sizes)
        info = FrameEncoderInfo(
            str(about["name"]), config.dimension, float(about["logit_scale"]), float(about["logit_bias"])
        )
        network = FrameNetwork(config)
        network.load_state_dict({name: value.float() for name, value in load_file(folder / _WEIGHTS).items()})
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise SettingRefused(
            f"{folder} holds no frame encoder that `kinora train frames` wrote: {str(error)[:200]}"
        ) from error
    return network.eval(), info


def is_frame_network(folder: Path) -> bool:
    """Return whether a folder's configuration is of this kind of network, not of transformers'."""
    try:
        about = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(about, dict) and "network" in about and "logit_scale" in about


def _folded(network: FrameNetwork) -> FrameNetwork:
    """Return the network with each normalisation folded into its convolution: the same vectors, in less time."""
    for module in list(network.modules()):
        if isinstance(module, ConvNorm):
            convolution: Any = module[0]
            normalisation: Any = module[1]
            module[0] = fuse_conv_bn_eval(convolution, normalisation)
            module[1] = nn.Identity()
    return network
