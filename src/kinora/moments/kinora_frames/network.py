"""The two sides of the shipped frame encoder: inverted residuals for pictures, a projection for sentence vectors.

Tensor names end in axis letters: B batch, C channels, H height, W width, D the shared space, S the sentence space.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from kinora.errors import InputError

_STRIDES, _EXPANSIONS, _KERNELS = (1, 2, 2, 2, 1, 2, 1), (1, 6, 6, 6, 6, 6, 6), (3, 3, 5, 3, 5, 5, 3)  # by stage
_EPSILON = 1e-3  # of the batch normalisation that the first weights were learnt with


@dataclass(frozen=True)
class FrameNetworkConfig:
    """The sizes of both sides; kept as JSON beside the weights."""

    stem: int = 32
    widths: tuple[int, ...] = (16, 24, 40, 80, 112, 192, 320)
    blocks: tuple[int, ...] = (1, 2, 2, 3, 3, 4, 1)
    features: int = 1280
    dimension: int = 256
    sentence_dimension: int = 384
    text_hidden: int = 512
    image_side: int = 96  # pixels; pictures are squashed to this square

    def __post_init__(self) -> None:
        sizes = (self.stem, *self.widths, *self.blocks, self.features, self.dimension, self.image_side // 32)
        if min(sizes) < 1 or not len(self.widths) == len(self.blocks) == len(_STRIDES):
            raise InputError(
                f"a frame network takes {len(_STRIDES)} stages of positive sizes and pictures of 32 pixels or more; "
                f"got {self}"
            )


class ConvNorm(nn.Sequential):
    """A convolution with batch normalisation, and a rectifier up to 6 unless told otherwise."""

    def __init__(
        self, c_in: int, c_out: int, kernel: int = 1, stride: int = 1, *, groups: int = 1, rectify: bool = True
    ) -> None:
        padding = kernel // 2 if stride == 1 else 0
        layers: list[nn.Module] = [
            nn.Conv2d(c_in, c_out, kernel, stride, padding, groups=groups, bias=False),
            nn.BatchNorm2d(c_out, eps=_EPSILON),
        ]
        super().__init__(*layers, *([nn.ReLU6(inplace=True)] if rectify else []))
        before = (kernel - 2) // 2
        self.margins = (before, kernel - 2 - before) * 2 if stride == 2 else ()

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Halve an even side as the first weights were learnt to: the odd pixel of the margin lies right and below."""
        wider = F.pad(x_BCHW, self.margins) if self.margins else x_BCHW
        y_BCHW: torch.Tensor = super().forward(wider)  # type: ignore[no-untyped-call]
        return y_BCHW


class Block(nn.Module):
    """An inverted residual: widened, filtered channel by channel, narrowed (Sandler et al. 2018, figure 3)."""

    def __init__(self, c_in: int, c_out: int, kernel: int, *, stride: int, expansion: int) -> None:
        super().__init__()
        wide = c_in * expansion
        widen = [ConvNorm(c_in, wide)] if expansion > 1 else []
        filtered = ConvNorm(wide, wide, kernel, stride, groups=wide)
        self.layers = nn.Sequential(*widen, filtered, ConvNorm(wide, c_out, rectify=False))
        self.has_shortcut = stride == 1 and c_in == c_out
        self.drop_path = 0.0  # share of pictures that go by the shortcut alone, in training

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        y_BCHW: torch.Tensor = self.layers(x_BCHW)
        if not self.has_shortcut:
            return y_BCHW
        if self.training and self.drop_path > 0.0:
            kept_B111 = torch.rand(len(y_BCHW), 1, 1, 1, device=y_BCHW.device) >= self.drop_path
            y_BCHW = y_BCHW * kept_B111.to(y_BCHW.dtype) / (1.0 - self.drop_path)
        return x_BCHW + y_BCHW


class ImageTower(nn.Module):
    """(B, 3, H, W) in [-1, 1] → features, and unit vectors of the shared space: EfficientNet-Lite0's layers.

    Tan & Le 2019, without the channel gates and with ReLU6, as in Google's EfficientNet-Lite of 2020.
    """

    def __init__(self, config: FrameNetworkConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = [ConvNorm(3, config.stem, 3, 2)]
        before = config.stem
        shapes = zip(config.widths, config.blocks, _STRIDES, _EXPANSIONS, _KERNELS, strict=True)
        for width, num_blocks, stride, expansion, kernel in shapes:
            layers.append(Block(before, width, kernel, stride=stride, expansion=expansion))
            layers += [Block(width, width, kernel, stride=1, expansion=expansion) for _ in range(num_blocks - 1)]
            before = width
        self.stages = nn.Sequential(*layers, ConvNorm(before, config.features))
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
