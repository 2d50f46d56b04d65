"""Latents as the tokens of the denoiser: their order, and where each lies in seconds and pixels.

Letters: B clips, C channels, F latent frames, H and W latent rows and columns, N tokens (frame by frame, row by row).
The coordinates are those of LTX-Video: time in seconds, so that another frame rate is only another spacing.
"""

from __future__ import annotations

import torch


def pack(latents_BCFHW: torch.Tensor) -> torch.Tensor:
    """Return tokens (B, N, C)."""
    return latents_BCFHW.flatten(2).transpose(1, 2)


def unpack(tokens_BNC: torch.Tensor, num_frames: int, height: int, width: int) -> torch.Tensor:
    """Return latents (B, C, F, H, W)."""
    batch, _, channels = tokens_BNC.shape
    return tokens_BNC.transpose(1, 2).reshape(batch, channels, num_frames, height, width)


def coordinates(frame_starts: torch.Tensor, height: int, width: int, *, spatial_ratio: int, fps: float) -> torch.Tensor:
    """Return (3, N): seconds, row and column in pixels, of latent frames that start at those pixel frames (F,)."""
    seconds_F = frame_starts.float() / fps
    rows_H = torch.arange(height).float() * spatial_ratio
    columns_W = torch.arange(width).float() * spatial_ratio
    grid = torch.meshgrid(seconds_F, rows_H, columns_W, indexing="ij")
    return torch.stack([axis.flatten() for axis in grid])


def starts_of_latent_frames(num_frames: int, temporal_ratio: int) -> torch.Tensor:
    """Return each latent frame's first pixel frame (F,): the first holds one frame, the others `temporal_ratio`."""
    return (torch.arange(num_frames) * temporal_ratio + 1 - temporal_ratio).clamp(min=0)
