"""Convolutions of small maps channel by channel as matrices, in training on a processor.

PyTorch's own way back through a 5×5 kernel over a map of 16 places or fewer takes several times as long there.
Axis letters: B pictures, C channels, H and W pixels, K the kernel's side, P places of the map, Q places of the result.
"""

from __future__ import annotations

import functools

import torch
from torch import nn

_MOST_PLACES = 16


class Depthwise(nn.Conv2d):
    """The same convolution, weights and results, reckoned as one matrix a channel where that is quicker."""

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        num_places = x_BCHW.shape[2] * x_BCHW.shape[3]
        if not self.training or x_BCHW.device.type != "cpu" or num_places > _MOST_PLACES:
            return super().forward(x_BCHW)
        return _as_matrices(x_BCHW, self.weight, int(self.padding[0]))


def hasten(network: nn.Module) -> None:
    """Turn a network's convolutions channel by channel of stride 1 into `Depthwise` ones, in place."""
    for module in network.modules():
        if type(module) is nn.Conv2d and module.groups == module.in_channels > 1 and module.stride == (1, 1):
            module.__class__ = Depthwise


def _as_matrices(x_BCHW: torch.Tensor, w_C1KK: torch.Tensor, padding: int) -> torch.Tensor:
    num, channels, height, width = x_BCHW.shape
    taps_KPQ = _taps(w_C1KK.shape[-1], height, width, padding)
    matrix_CPQ = (w_C1KK.flatten(1) @ taps_KPQ.flatten(1)).view(channels, height * width, height * width)
    x_CBP = x_BCHW.permute(1, 0, 2, 3).reshape(channels, num, height * width)
    y_CBQ = torch.bmm(x_CBP, matrix_CPQ)
    y_BCHW = y_CBQ.view(channels, num, height, width).permute(1, 0, 2, 3)
    return y_BCHW.contiguous(memory_format=torch.channels_last)


@functools.cache
def _taps(side: int, height: int, width: int, padding: int) -> torch.Tensor:
    """Return (K·K, P, Q): 1 where that tap of the kernel carries a place of the map to a place of the result."""
    taps = torch.zeros(side * side, height, width, height, width)
    for top in range(side):
        for left in range(side):
            for y in range(height):
                for x in range(width):
                    from_y, from_x = y + top - padding, x + left - padding
                    if 0 <= from_y < height and 0 <= from_x < width:
                        taps[top * side + left, from_y, from_x, y, x] = 1.0
    return taps.view(side * side, height * width, height * width)
