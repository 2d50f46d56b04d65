"""Pictures, stretches of video and latents from disk, as a family's latents. Runs in the confined child that generates.

Letters: T frames, H rows, W columns, C channels, F latent frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
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
    """The clip to be made, in frames and latents; with `shown_…` above 0 it is finished to that size and rate."""

    width: int
    height: int
    num_frames: int
    fps: float
    temporal_ratio: int
    shown_width: int = 0
    shown_height: int = 0
    shown_fps: float = 0.0


@dataclass(frozen=True)
class Stretch:
    """Where a condition lies: frames `[at_frame, at_frame + num_frames)`; the first is `from_seconds` in its file."""

    path: Path
    at_frame: int
    num_frames: int
    from_seconds: float


def read_frame(path: Path, seconds: float, canvas: Canvas) -> Frames:
    """Return one picture (1, H, W, 3) of a picture file or of a video at that second, in the canvas' size.

    Raises:
        UnreadableMedia: it is neither.
    """
    if is_picture(path):
        return fitted(read_picture(path), canvas)[None]
    return read_clip(path, seconds, 1, canvas)


def is_picture(path: Path) -> bool:
    """Tell a picture file from a video by its name."""
    return path.suffix.lower() in _PICTURES


def read_picture(path: Path) -> Frames:
    """Return a picture file's pixels (H, W, 3), upright.

    Raises:
        UnreadableMedia: it is none.
    """
    try:
        with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        raise UnreadableMedia(f"{path.name} is no picture that can be read; accepted: PNG, JPEG, WebP") from error


def read_clip(path: Path, from_seconds: float, num_frames: int, canvas: Canvas) -> Frames:
    """Return frames (T, H, W, 3) of a video at the canvas' frame rate; after its end the last one stays."""
    times = [from_seconds + index / canvas.fps for index in range(num_frames)]
    height = canvas.shown_height or max(canvas.height, canvas.width) * 2
    return np.stack([fitted(frame.rgb, canvas) for frame in frames_at(path, times, height=height)])


def fitted(rgb_HWC: Frames, canvas: Canvas) -> Frames:
    """Return the picture in the canvas' size: its middle, or, where the clip is finished, the whole of it, squeezed."""
    if not canvas.shown_width:
        whole = ImageOps.fit(Image.fromarray(rgb_HWC), (canvas.width, canvas.height), Image.Resampling.LANCZOS)
        return np.asarray(whole)
    return squeezed(shown_size(rgb_HWC, canvas), canvas)


def shown_size(rgb_HWC: Frames, canvas: Canvas) -> Frames:
    """Return the picture as the finished clip shows it: scaled to cover its size, its middle kept."""
    size = (canvas.shown_width, canvas.shown_height)
    if rgb_HWC.shape[1::-1] == size:
        return rgb_HWC
    return np.asarray(ImageOps.fit(Image.fromarray(rgb_HWC), size, Image.Resampling.LANCZOS))


def squeezed(rgb_HWC: Frames, canvas: Canvas) -> Frames:
    """Return a picture of the finished clip as the model takes it."""
    return np.asarray(Image.fromarray(rgb_HWC).resize((canvas.width, canvas.height), Image.Resampling.LANCZOS))


def given_by(request: Request, family: Family, canvas: Canvas) -> tuple[Given, ...]:
    """Return every condition in latents, placed in latent frames or, for a picture between them, in frames."""
    return tuple(_given(condition, family, canvas) for condition in request.conditions)


def stretch_of(condition: Condition, canvas: Canvas) -> Stretch:
    """Return where a picture or a stretch of a video lies; of a stretch, as much as whole latents hold."""
    frame, ratio = min(round(condition.at_seconds * canvas.fps), canvas.num_frames - 1), canvas.temporal_ratio
    if condition.kind == "frame":
        return Stretch(condition.path, frame, 1, condition.from_seconds)
    seconds = canvas.num_frames / canvas.fps
    if condition.to_seconds is not None:
        seconds = condition.to_seconds - condition.from_seconds
    num_latents = int(seconds * canvas.fps / ratio + 1e-6)
    later = min(max(1, num_latents), (canvas.num_frames - 1) // ratio) * ratio  # frames of a stretch not at the start
    if condition.anchor == "begin":
        return Stretch(condition.path, canvas.num_frames - later, later, condition.from_seconds)
    at_latent = latent_frame_at(frame, ratio)
    first = 0 if at_latent == 0 else 1 + (at_latent - 1) * ratio
    num = min(num_latents * ratio + 1 if first == 0 else later, canvas.num_frames - first)
    if condition.anchor == "end" and condition.to_seconds is not None:
        last = _last_picture(condition.path, condition.to_seconds, 1.0 / (canvas.shown_fps or canvas.fps))
        return Stretch(condition.path, first, num, max(0.0, last - (num - 1) / canvas.fps))
    begin = max(0.0, condition.from_seconds + first / canvas.fps - condition.at_seconds)
    return Stretch(condition.path, first, num, begin)


@lru_cache(maxsize=16)
def _last_picture(path: Path, end_seconds: float, usual_seconds: float) -> float:
    """Return when the last picture before a second begins: files say a length that sound may have, not pictures."""
    if not path.is_file():
        return end_seconds - usual_seconds
    return next(iter(frames_at(path, [max(0.0, end_seconds - usual_seconds / 2)], height=32))).seconds


def _given(condition: Condition, family: Family, canvas: Canvas) -> Given:
    if condition.kind == "latent":
        frame = min(round(condition.at_seconds * canvas.fps), canvas.num_frames - 1)
        at = latent_frame_at(frame, canvas.temporal_ratio)
        return Given(_latents_in(condition.path, canvas, family), at, None, condition.strength)
    stretch = stretch_of(condition, canvas)
    frames = _frames_of(stretch, canvas)
    if family.facts.takes_pixels:
        return Given(None, None, float(stretch.at_frame), condition.strength, frames)
    if condition.kind == "frame":
        is_first = stretch.at_frame == 0
        return Given(
            family.encode(frames), 0 if is_first else None, None if is_first else float(stretch.at_frame),
            condition.strength,
        )  # fmt: skip
    at = latent_frame_at(stretch.at_frame, canvas.temporal_ratio)
    return Given(encode_stretch(frames, family, is_start=at == 0), at, None, condition.strength)


def _frames_of(stretch: Stretch, canvas: Canvas) -> Frames:
    if stretch.num_frames == 1:
        return read_frame(stretch.path, stretch.from_seconds, canvas)
    return read_clip(stretch.path, stretch.from_seconds, stretch.num_frames, canvas)


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
