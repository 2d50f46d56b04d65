"""Pictures, stretches of video and latents from disk, as a family's latents. Runs in the confined child that generates.

Letters: T frames, H rows, W columns, C channels, F latent frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file

from kinora.errors import InputError, UnreadableMedia
from kinora.generate.condition import Condition, Request, Start
from kinora.generate.families.family import Family, Frames, Given
from kinora.media.frames import frames_at

_PICTURES = {".png", ".jpg", ".jpeg", ".webp"}


@dataclass(frozen=True)
class Canvas:
    """The clip to be made, in frames and latents."""

    width: int
    height: int
    num_frames: int
    fps: float
    temporal_ratio: int


def read_frame(path: Path, seconds: float, canvas: Canvas) -> Frames:
    """Return one picture (1, H, W, 3) of a picture file or of a video at that second, cut to the canvas' shape.

    Raises:
        UnreadableMedia: it is neither.
    """
    if path.suffix.lower() in _PICTURES:
        try:
            with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as image:
                rgb = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        except (OSError, ValueError, SyntaxError) as error:
            raise UnreadableMedia(f"{path.name} is no picture that can be read; accepted: PNG, JPEG, WebP") from error
        return fitted(rgb, canvas)[None]
    return read_clip(path, seconds, 1, canvas)


def read_clip(path: Path, from_seconds: float, num_frames: int, canvas: Canvas) -> Frames:
    """Return frames (T, H, W, 3) of a video at the canvas' frame rate; after its end the last one stays."""
    times = [from_seconds + index / canvas.fps for index in range(num_frames)]
    height = max(canvas.height, canvas.width) * 2
    return np.stack([fitted(frame.rgb, canvas) for frame in frames_at(path, times, height=height)])


def fitted(rgb_HWC: Frames, canvas: Canvas) -> Frames:
    """Return the picture scaled to cover the canvas, its middle kept."""
    return np.asarray(ImageOps.fit(Image.fromarray(rgb_HWC), (canvas.width, canvas.height), Image.Resampling.LANCZOS))


def given_by(request: Request, family: Family, canvas: Canvas) -> tuple[Given, ...]:
    """Return every condition in latents, placed in latent frames or, for a picture between them, in frames."""
    return tuple(_given(condition, family, canvas) for condition in request.conditions)


def _given(condition: Condition, family: Family, canvas: Canvas) -> Given:
    frame = round(condition.at_seconds * canvas.fps)
    frame = min(frame, canvas.num_frames - 1)
    if family.facts.takes_pixels:
        return _given_pixels(condition, frame, canvas)
    if condition.kind == "frame":
        latents = family.encode(read_frame(condition.path, condition.from_seconds, canvas))
        is_first = frame == 0
        return Given(latents, 0 if is_first else None, None if is_first else float(frame), condition.strength)
    at = latent_frame_at(frame, canvas.temporal_ratio)
    if condition.kind == "latent":
        return Given(_latents_in(condition.path, canvas, family), at, None, condition.strength)
    frames = _stretch(condition, frame, canvas)
    return Given(encode_stretch(frames, family, is_start=at == 0), at, None, condition.strength)


def _given_pixels(condition: Condition, frame: int, canvas: Canvas) -> Given:
    """Return a condition as pictures, for families whose pipeline encodes them itself."""
    if condition.kind == "frame":
        frames = read_frame(condition.path, condition.from_seconds, canvas)
    else:
        frames = _stretch(condition, frame, canvas)
    return Given(None, None, float(frame), condition.strength, frames)


def _stretch(condition: Condition, frame: int, canvas: Canvas) -> Frames:
    """Return a condition's frames, no more than the clip has from that frame on."""
    left = canvas.num_frames - frame
    wanted = (
        left if condition.to_seconds is None else round((condition.to_seconds - condition.from_seconds) * canvas.fps)
    )
    return read_clip(condition.path, condition.from_seconds, max(1, min(left, wanted)), canvas)


def encode_stretch(frames_THWC: Frames, family: Family, *, is_start: bool) -> torch.Tensor:
    """Return latents of frames that stand at a clip's start (4 n + 1 of them are used) or later (4 n).

    Later latents hold four frames each, so the first frame is repeated once before them and its own latent is left out:
    the autoencoder looks back only.
    """
    ratio = family.facts.temporal_ratio
    if is_start:
        num = (len(frames_THWC) - 1) // ratio * ratio + 1
        latents: torch.Tensor = family.encode(frames_THWC[:num])
        return latents
    num = max(ratio, len(frames_THWC) // ratio * ratio)
    frames = frames_THWC[:num]
    if len(frames) < num:
        frames = np.concatenate([frames, np.repeat(frames[-1:], num - len(frames), axis=0)])
    later: torch.Tensor = family.encode(np.concatenate([frames[:1], frames]))[:, 1:]
    return later


def latent_frame_at(frame: int, ratio: int) -> int:
    """Return the latent frame that begins nearest to a frame."""
    return 0 if frame == 0 else max(1, round((frame - 1) / ratio) + 1)


def _latents_in(path: Path, canvas: Canvas, family: Family) -> torch.Tensor:
    try:
        latents = load_file(path)["latents_CFHW"]
    except (KeyError, OSError, ValueError, RuntimeError) as error:
        raise InputError(f"{path.name} holds no latents that Kinora saved") from error
    expected = (canvas.height // family.facts.spatial_ratio, canvas.width // family.facts.spatial_ratio)
    if latents.shape[2:] != expected:
        raise InputError(
            f"{path.name} holds latents of {latents.shape[3]}x{latents.shape[2]}; "
            f"this clip needs {expected[1]}x{expected[0]}"
        )
    kept: torch.Tensor = latents.float()
    return kept


def start_latents(start: Start, family: Family, canvas: Canvas) -> torch.Tensor:
    """Return the latents that denoising starts from, (C, F, H, W); with a second video, the first melts into it."""
    latents = family.encode(read_clip(start.path, start.from_seconds, canvas.num_frames, canvas))
    if start.blend_path is None:
        return _tensor(latents)
    other = family.encode(read_clip(start.blend_path, start.blend_from_seconds, canvas.num_frames, canvas))
    share_F = torch.linspace(0.0, 1.0, latents.shape[1])
    smooth_F = share_F * share_F * (3.0 - 2.0 * share_F)
    return torch.lerp(_tensor(latents), _tensor(other), smooth_F[None, :, None, None])


def _tensor(latents: torch.Tensor) -> torch.Tensor:
    return latents.float().cpu()
