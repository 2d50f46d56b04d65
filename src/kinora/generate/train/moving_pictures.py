"""Real pictures that a camera moves over: clips for the autoencoder, which must hold more than rendered worlds."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from PIL import Image
from torch.nn.functional import affine_grid, grid_sample

from kinora.errors import InputError
from kinora.generate.train.clip_source import ClipShape

_ACCEPTED = "accepted: Parquet files with a column `image` (PNG, JPEG or WebP)"
_SIDE = 128  # pixels of the square that is kept of a picture


class MovingPictures:
    """The pictures of a folder, each seen through a window that moves, turns and grows a little."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        try:
            files = sorted(folder.glob("*.parquet"))
            found = [data for file in files for data in pq.read_table(file, columns=["image"])["image"].to_pylist()]
            squares = [_square(data) for data in found]
        except (pa.ArrowException, OSError, TypeError, Image.DecompressionBombError) as error:
            raise InputError(f"the pictures in {folder} can't be read: {error}", hint=_ACCEPTED) from error
        if not squares:
            raise InputError(f"no pictures in {folder}", hint=_ACCEPTED)
        self._pixels_NHWC = torch.from_numpy(np.stack(squares))
        self._seed = seed

    def clips(self, step: int, num_clips: int, shape: ClipShape, device: str) -> torch.Tensor:
        """Return clips (B, T, H, W, 3), uint8; the same step, the same clips."""
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + step)
        chosen = torch.randint(len(self._pixels_NHWC), (num_clips,), generator=generator)
        pictures_BCHW = self._pixels_NHWC[chosen].to(device).permute(0, 3, 1, 2).float()
        num_frames = shape.num_frames
        start, end = (_windows(num_clips, shape, generator) for _ in range(2))
        along_T = torch.linspace(0, 1, num_frames)[None, :, None, None]
        windows_X23 = torch.lerp(start[:, None], end[:, None], along_T).flatten(0, 1).to(device)
        grid = affine_grid(windows_X23, [len(windows_X23), 3, shape.height, shape.width], align_corners=False)
        repeated_XCHW = pictures_BCHW.repeat_interleave(num_frames, dim=0)
        moved_XCHW = grid_sample(repeated_XCHW, grid, padding_mode="reflection", align_corners=False)
        pixels_XHWC = moved_XCHW.clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)
        return pixels_XHWC.reshape(num_clips, num_frames, shape.height, shape.width, 3)


def _square(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the middle of a picture, (H, W, 3)."""
    with Image.open(io.BytesIO(data)) as picture:
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        middle = picture.convert("RGB").resize(
            (_SIDE, _SIDE), Image.Resampling.BICUBIC, (left, top, left + side, top + side)
        )
    return np.asarray(middle)


def _windows(num: int, shape: ClipShape, generator: torch.Generator) -> torch.Tensor:
    """Draw windows of a picture as affine maps (B, 2, 3), about as sharp as the clip's size asks for."""
    shorter = min(shape.height, shape.width)
    scale_B = (shorter / _SIDE) * (0.6 + 0.6 * torch.rand(num, generator=generator))
    angle_B = 0.15 * torch.randn(num, generator=generator)
    cos_B, sin_B = angle_B.cos() * scale_B, angle_B.sin() * scale_B
    wide, high = shape.width / shorter, shape.height / shorter
    centre_B2 = (torch.rand(num, 2, generator=generator) * 2 - 1) * 0.6 * (1 - scale_B[:, None]).clamp(min=0.1)
    top = torch.stack([cos_B * wide, -sin_B * high, centre_B2[:, 0]], dim=1)
    bottom = torch.stack([sin_B * wide, cos_B * high, centre_B2[:, 1]], dim=1)
    return torch.stack([top, bottom], dim=1)
