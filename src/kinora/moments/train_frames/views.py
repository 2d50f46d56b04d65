"""Training views made where the pixels lie: windows, mirrored, recoloured, erased in part, mixed; all of them tensors.

Axis letters: B pictures, C colours, H and W pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

_ASPECT = 4 / 3
_OVERSAMPLED_SIDE = 64  # smaller views than the stored squares are drawn at twice their side, then averaged


@dataclass(frozen=True)
class Strength:
    """How far views depart from the pictures."""

    smallest_area: float = 0.3
    colour: float = 0.4
    grey: float = 0.08
    erased: float = 0.25


def drawn(shape: tuple[int, ...], low: float, high: float, dice: torch.Generator) -> torch.Tensor:
    """Return uniform draws in [low, high) on the generator's device."""
    return torch.rand(shape, generator=dice, device=dice.device) * (high - low) + low


def random_views(squares_BCHW: torch.Tensor, side: int, strength: Strength, dice: torch.Generator) -> torch.Tensor:
    """Return (B, 3, side, side) in about [-1, 1] of uint8 squares."""
    pixels = squares_BCHW.float().div_(127.5).sub_(1.0)
    views = _erased(_recoloured(_windows(pixels, side, strength, dice), strength, dice), strength, dice)
    return views.contiguous(memory_format=torch.channels_last)


def mixed(views_BCHW: torch.Tensor, dice: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Mix each view with the next, half by pasting a window (CutMix), half by weights (mixup).

    Returns (B, C, H, W) views and (B,) shares of the next view in each.
    """
    num, _, height, width = views_BCHW.shape
    share_B = drawn((num,), 0.05, 0.5, dice)
    is_pasted_B = drawn((num,), 0.0, 1.0, dice) < 0.5
    mask_BHW = _boxes(share_B.sqrt(), share_B.sqrt(), height, width, dice)
    weight_BHW = torch.where(is_pasted_B[:, None, None], mask_BHW, share_B[:, None, None].expand_as(mask_BHW))
    weight_B1HW = weight_BHW[:, None]
    both = views_BCHW * (1.0 - weight_B1HW) + views_BCHW.roll(-1, 0) * weight_B1HW
    return both.contiguous(memory_format=torch.channels_last), weight_BHW.mean(dim=(1, 2))


def _windows(pixels_BCHW: torch.Tensor, side: int, strength: Strength, dice: torch.Generator) -> torch.Tensor:
    num = len(pixels_BCHW)
    area_B = drawn((num,), strength.smallest_area, 1.0, dice)
    aspect_B = drawn((num,), -math.log(_ASPECT), math.log(_ASPECT), dice).exp()
    width_B, height_B = (area_B * aspect_B).sqrt().clamp(max=1.0), (area_B / aspect_B).sqrt().clamp(max=1.0)
    mirror_B = torch.where(drawn((num,), 0.0, 1.0, dice) < 0.5, -1.0, 1.0)
    move_B2 = drawn((num, 2), -1.0, 1.0, dice)
    theta_B23 = torch.zeros(num, 2, 3, device=pixels_BCHW.device)
    theta_B23[:, 0, 0], theta_B23[:, 0, 2] = width_B * mirror_B, move_B2[:, 0] * (1.0 - width_B)
    theta_B23[:, 1, 1], theta_B23[:, 1, 2] = height_B, move_B2[:, 1] * (1.0 - height_B)
    factor = 2 if side <= _OVERSAMPLED_SIDE else 1
    grid = F.affine_grid(theta_B23, [num, 3, side * factor, side * factor], align_corners=False)
    views = F.grid_sample(pixels_BCHW, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return F.avg_pool2d(views, factor) if factor > 1 else views


def _recoloured(views_BCHW: torch.Tensor, strength: Strength, dice: torch.Generator) -> torch.Tensor:
    """Change brightness, contrast, saturation and tint of each picture; a few lose their colour."""
    num, most = len(views_BCHW), strength.colour
    brightness, contrast, saturation = (drawn((num, 1, 1, 1), -most, most, dice) for _ in range(3))
    tint_BC11 = drawn((num, 3, 1, 1), -0.25 * most, 0.25 * most, dice)
    is_grey_B111 = drawn((num, 1, 1, 1), 0.0, 1.0, dice) < strength.grey
    grey = views_BCHW.mean(dim=1, keepdim=True)
    mean = grey.mean(dim=(2, 3), keepdim=True)
    colourful = torch.where(is_grey_B111, torch.zeros_like(saturation), 1.0 + saturation)
    views_BCHW = grey + (views_BCHW - grey) * colourful
    return mean + (views_BCHW - mean) * (1.0 + contrast) + 0.6 * brightness + tint_BC11


def _erased(views_BCHW: torch.Tensor, strength: Strength, dice: torch.Generator) -> torch.Tensor:
    """Paint a window of some pictures with one colour (Zhong et al. 2020)."""
    num, _, height, width = views_BCHW.shape
    mask_BHW = _boxes(drawn((num,), 0.15, 0.5, dice), drawn((num,), 0.15, 0.5, dice), height, width, dice)
    is_erased_B = drawn((num,), 0.0, 1.0, dice) < strength.erased
    mask_B1HW = (mask_BHW * is_erased_B[:, None, None])[:, None]
    return views_BCHW * (1.0 - mask_B1HW) + drawn((num, 3, 1, 1), -1.0, 1.0, dice) * mask_B1HW


def _boxes(
    heights_B: torch.Tensor, widths_B: torch.Tensor, height: int, width: int, dice: torch.Generator
) -> torch.Tensor:
    """Return (B, H, W): 1 inside a box of those shares of the sides, somewhere in the picture, else 0."""
    num = len(heights_B)
    top_B, left_B = drawn((num,), 0.0, 1.0, dice) * (1 - heights_B), drawn((num,), 0.0, 1.0, dice) * (1 - widths_B)
    rows_H = (torch.arange(height, device=dice.device) + 0.5) / height
    columns_W = (torch.arange(width, device=dice.device) + 0.5) / width
    in_rows_BH = (rows_H >= top_B[:, None]) & (rows_H < (top_B + heights_B)[:, None])
    in_columns_BW = (columns_W >= left_B[:, None]) & (columns_W < (left_B + widths_B)[:, None])
    return (in_rows_BH[:, :, None] & in_columns_BW[:, None, :]).float()
