"""The detector's two small networks: where things are in a picture, and how the camera moves in a clip.

The first marks the centre of each thing (Zhou, Wang & Krähenbühl 2019, "Objects as Points") and tells its colour, shape
and radius; the second reads
the motion of the whole picture. Both are trained on the worlds' own pictures, sharp and degraded
(`benchmarks/worlds/train_detector.py`), and weigh half a megabyte.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, pad, relu

from kinora.errors import WeightsMissing
from kinora.world.kinds import OBJECT_COLOURS, OBJECT_SHAPES

SIDE = 64  # pictures are brought to this shorter side
STRIDE = 2
CAMERA_SIDE, CAMERA_FRAMES, CAMERA_CELLS = 32, 9, 8
_LEAST_GRADIENT = 2e-5
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
    """Motion by cell (B, 4 * 64) as `camera_input` gives it → logits of `CAMERA_MOVES`."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(4 * CAMERA_CELLS**2, 128), nn.ReLU(inplace=True), nn.Linear(128, 64), nn.ReLU(inplace=True),
            nn.Linear(64, len(CAMERA_MOVES)),
        )  # fmt: skip

    def forward(self, motion_BN: Tensor) -> Tensor:
        """Return a logit for each move."""
        logits: Tensor = self.body(motion_BN)
        return logits


def camera_input(rgb_TCHW: Tensor) -> Tensor:
    """Return how each of 8 x 8 cells moves over the clip, by least squares on the gradients (Lucas & Kanade 1981).

    Four numbers a cell: pixels (of 32) a step to the right and down, how sure that is, and how much changes at all.
    """
    places = torch.linspace(0, len(rgb_TCHW) - 1, CAMERA_FRAMES).round().long()
    grey = interpolate(rgb_TCHW[places], size=(CAMERA_SIDE, CAMERA_SIDE), mode="area").mean(1, keepdim=True)
    grey = avg_pool2d(grey, 3, 1, 1, count_include_pad=False)
    middle = (grey[1:] + grey[:-1]) / 2
    across = (pad(middle, (1, 1, 0, 0), "replicate")[..., 2:] - pad(middle, (1, 1, 0, 0), "replicate")[..., :-2]) / 2
    down = (
        pad(middle, (0, 0, 1, 1), "replicate")[..., 2:, :] - pad(middle, (0, 0, 1, 1), "replicate")[..., :-2, :]
    ) / 2
    change = grey[1:] - grey[:-1]
    products = torch.cat([across * across, across * down, down * down, across * change, down * change, change.abs()], 1)
    xx, xy, yy, xt, yt, size = avg_pool2d(products.mean(0)[None], CAMERA_SIDE // CAMERA_CELLS)[0]
    xx, yy = xx + _LEAST_GRADIENT, yy + _LEAST_GRADIENT
    determinant = xx * yy - xy * xy
    right, lower = (xy * yt - yy * xt) / determinant, (xy * xt - xx * yt) / determinant
    sure = torch.log((xx + yy) / _LEAST_GRADIENT) / 4
    return torch.stack([right.clamp(-3, 3), lower.clamp(-3, 3), sure, size * 10]).reshape(-1)


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
