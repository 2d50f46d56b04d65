"""The two sides of the shipped frame encoder: a residual network for pictures, a projection for sentence vectors.

Tensor names end in axis letters: B batch, C channels, H height, W width, D the shared space, S the sentence space.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from kinora.errors import InputError


@dataclass(frozen=True)
class FrameNetworkConfig:
    """The sizes of both sides; kept as JSON beside the weights."""

    stem: int = 16
    widths: tuple[int, ...] = (32, 80, 208)  # at 1/4, 1/8, 1/16… of the picture's side
    blocks: tuple[int, ...] = (1, 2, 2)
    features: int = 640
    dimension: int = 256
    sentence_dimension: int = 384
    text_hidden: int = 512
    image_side: int = 64  # pixels; pictures are squashed to this square

    def __post_init__(self) -> None:
        sizes = (self.stem, *self.widths, *self.blocks, self.features, self.dimension, self.image_side // 32)
        if min(sizes) < 1 or len(self.widths) != len(self.blocks):
            raise InputError(f"a frame network takes positive sizes and pictures of 32 pixels or more; got {self}")


class ConvNorm(nn.Sequential):
    """A convolution with batch normalisation, and a rectifier unless told otherwise."""

    def __init__(self, c_in: int, c_out: int, kernel: int = 3, stride: int = 1, *, rectify: bool = True) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(c_out),
        ]
        super().__init__(*layers, *([nn.ReLU(inplace=True)] if rectify else []))


class ChannelGate(nn.Module):
    """Squeeze-and-excitation: each channel scaled by what the whole picture holds (Hu et al. 2018)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // 4)
        self.excite = nn.Linear(channels // 4, channels)

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        means_BC = x_BCHW.mean(dim=(2, 3))
        gate_BC = torch.sigmoid(self.excite(F.relu(self.squeeze(means_BC))))
        return x_BCHW * gate_BC[:, :, None, None]


class Block(nn.Module):
    """Two 3×3 convolutions, a channel gate, and a shortcut that averages where the block halves the side."""

    def __init__(self, c_in: int, c_out: int, stride: int = 1) -> None:
        super().__init__()
        self.first = ConvNorm(c_in, c_out, stride=stride)
        self.second = ConvNorm(c_out, c_out, rectify=False)
        self.gate = ChannelGate(c_out)
        self.shortcut = ConvNorm(c_in, c_out, kernel=1, rectify=False) if c_in != c_out else nn.Identity()
        self.stride = stride
        self.drop_path = 0.0  # share of pictures that go by the shortcut alone, in training
        nn.init.zeros_(self.second[1].weight)  # type: ignore[arg-type]  # starts as the shortcut alone

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        y_BCHW = self.gate(self.second(self.first(x_BCHW)))
        if self.training and self.drop_path > 0.0:
            kept_B111 = torch.rand(len(y_BCHW), 1, 1, 1, device=y_BCHW.device) >= self.drop_path
            y_BCHW = y_BCHW * kept_B111.to(y_BCHW.dtype) / (1.0 - self.drop_path)
        if self.stride > 1:
            x_BCHW = F.avg_pool2d(x_BCHW, self.stride, ceil_mode=True)
        return F.relu(self.shortcut(x_BCHW) + y_BCHW)


class ImageTower(nn.Module):
    """(B, 3, H, W) in [-1, 1] → features, and unit vectors of the shared space."""

    def __init__(self, config: FrameNetworkConfig) -> None:
        super().__init__()
        first, *rest = config.widths
        layers: list[nn.Module] = [ConvNorm(3, config.stem, stride=2), ConvNorm(config.stem, first, stride=2)]
        layers += [Block(first, first) for _ in range(config.blocks[0])]
        before = first
        for width, num_blocks in zip(rest, config.blocks[1:], strict=True):
            layers += [Block(before, width, stride=2), *(Block(width, width) for _ in range(num_blocks - 1))]
            before = width
        self.stages = nn.Sequential(*layers, ConvNorm(before, config.features, kernel=1))
        self.head = nn.Linear(config.features, config.dimension)

    def features(self, pixels_BCHW: torch.Tensor) -> torch.Tensor:
        """Return (B, features): the last map's mean."""
        pooled: torch.Tensor = self.stages(pixels_BCHW).mean(dim=(2, 3))
        return pooled

    def forward(self, pixels_BCHW: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.head(self.features(pixels_BCHW)), dim=-1)


class TextSide(nn.Module):
    """(B, S) sentence vectors → unit vectors of the shared space: a linear map and a small correction."""

    def __init__(self, config: FrameNetworkConfig) -> None:
        super().__init__()
        self.straight = nn.Linear(config.sentence_dimension, config.dimension)
        self.bend = nn.Sequential(
            nn.Linear(config.sentence_dimension, config.text_hidden),
            nn.GELU(),
            nn.Linear(config.text_hidden, config.dimension),
        )

    def forward(self, sentences_BS: torch.Tensor) -> torch.Tensor:
        scaled_BS = sentences_BS * sentences_BS.shape[-1] ** 0.5
        return F.normalize(self.straight(scaled_BS) + self.bend(scaled_BS), dim=-1)


class FrameNetwork(nn.Module):
    """Both sides together: what is saved and loaded."""

    def __init__(self, config: FrameNetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.image = ImageTower(config)
        self.text = TextSide(config)
