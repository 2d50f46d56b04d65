"""The detector's two small networks: where things are in a picture, and how the camera moves in a clip.

The first marks the centre of each thing (Zhou, Wang & Krähenbühl 2019, "Objects as Points") and tells its colour, shape
and radius; the second looks at five pictures. Both are trained on the worlds' own pictures, sharp and degraded
(`benchmarks/worlds/train_detector.py`), and weigh half a megabyte.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import interpolate, relu

from kinora.errors import WeightsMissing
from kinora.world.kinds import OBJECT_COLOURS, OBJECT_SHAPES

SIDE = 64  # pictures are brought to this shorter side
STRIDE = 2
CAMERA_SIDE, CAMERA_FRAMES = 32, 5
CAMERA_MOVES = ("still", "pan_left", "pan_right", "zoom_in", "zoom_out", "orbit_left", "orbit_right")
WEIGHTS = Path(__file__).with_name("detector.safetensors")
_NUM_OUT = 1 + len(OBJECT_COLOURS) + len(OBJECT_SHAPES) + 3


def _layer(num_in: int, num_out: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(num_in, num_out, 3, stride, 1), nn.GroupNorm(4, num_out), nn.ReLU(inplace=True)
    )  # fmt: skip


class ThingNet(nn.Module):
    """Pictures (B, 3, H, W) in [0, 1] → heat, colour, shape, log radius and offset (B, C, H / 2, W / 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(_layer(3, 24, stride=2), _layer(24, 32))
        self.middle = nn.Sequential(_layer(32, 48, stride=2), _layer(48, 48))
        self.coarse = nn.Sequential(_layer(48, 64, stride=2), _layer(64, 64), _layer(64, 64))
        self.join_quarter = nn.Conv2d(64 + 48, 48, 1)
        self.mix_quarter = _layer(48, 48)
        self.join_half = nn.Conv2d(48 + 32, 40, 1)
        self.mix_half = _layer(40, 40)
        self.head = nn.Conv2d(40, _NUM_OUT, 1)
        nn.init.constant_(self.head.bias[:1], -3.0)  # type: ignore[index]

    def forward(self, pictures_BCHW: Tensor) -> Tensor:
        """Return the maps; the heat is a logit."""
        half = self.fine(pictures_BCHW - 0.5)
        quarter = self.middle(half)
        eighth = self.coarse(quarter)
        up = interpolate(eighth, size=quarter.shape[-2:], mode="nearest")
        quarter = self.mix_quarter(relu(self.join_quarter(torch.cat([up, quarter], 1))))
        up = interpolate(quarter, size=half.shape[-2:], mode="nearest")
        half = self.mix_half(relu(self.join_half(torch.cat([up, half], 1))))
        maps: Tensor = self.head(half)
        return maps


class CameraNet(nn.Module):
    """Five pictures (B, 15, 32, 32) in [0, 1] → logits of `CAMERA_MOVES`."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3 * CAMERA_FRAMES, 48, 5, 2, 2), nn.ReLU(inplace=True), _layer(48, 64),
            _layer(64, 64, stride=2), _layer(64, 96, stride=2), nn.Flatten(), nn.Linear(96 * 16, 96),
            nn.ReLU(inplace=True), nn.Linear(96, len(CAMERA_MOVES)),
        )  # fmt: skip

    def forward(self, pictures_BCHW: Tensor) -> Tensor:
        """Return a logit for each move."""
        logits: Tensor = self.body(pictures_BCHW - 0.5)
        return logits


def camera_input(rgb_TCHW: Tensor) -> Tensor:
    """Return five pictures of a clip as one row (15, 32, 32)."""
    places = torch.linspace(0, len(rgb_TCHW) - 1, CAMERA_FRAMES).round().long()
    small = interpolate(rgb_TCHW[places], size=(CAMERA_SIDE, CAMERA_SIDE), mode="area")
    return small.reshape(-1, CAMERA_SIDE, CAMERA_SIDE)


@cache
def load_networks() -> tuple[ThingNet, CameraNet]:
    """Load both networks from the package.

    Raises:
        WeightsMissing: the package was installed without them.
    """
    if not WEIGHTS.exists():
        raise WeightsMissing(f"no detector weights at {WEIGHTS}", hint="benchmarks/worlds/train_detector.py makes them")
    tensors = {name: value.float() for name, value in load_file(str(WEIGHTS)).items()}
    things, camera = ThingNet(), CameraNet()
    for network, prefix in ((things, "things."), (camera, "camera.")):
        network.load_state_dict(
            {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
        )
        network.eval()
    return things, camera
