"""Latents of rendered clips, kept and drawn from many times: rendering and encoding cost more than a training step.

Letters: B clips, C channels, F latent frames, H and W latent rows and columns, K key-frames.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import torch
from diffusers import AutoencoderKLLTXVideo

from kinora.generate.train.clip_source import ClipShape, ClipSource, to_network
from kinora.generate.train.rendered_ahead import RenderedAhead


@dataclass(frozen=True)
class Encoded:
    """One clip as the denoiser sees it."""

    latents_CFHW: torch.Tensor  # float16, unit spread, where they were made
    keys_KCHW: torch.Tensor  # float16: pictures of the clip encoded alone
    key_frames: tuple[int, ...]  # their frame indexes
    captions: tuple[str, ...]


class LatentPool:
    """Clips of one shape; the oldest leave when it is full."""

    def __init__(
        self,
        vae: AutoencoderKLLTXVideo,
        clips_of: ClipSource,
        shape: ClipShape,
        *,
        device: str,
        capacity: int,
        first_seed: int,
    ) -> None:
        self.shape = shape
        self._vae = vae
        self._clips_of = clips_of
        self._device = device
        self._capacity = capacity
        self._next_seed = first_seed
        self._clips: list[Encoded] = []

    def __len__(self) -> int:
        return len(self._clips)

    @torch.no_grad()
    def grow(self, num_clips: int) -> None:
        """Render and encode that many more clips."""
        seeds = range(self._next_seed, self._next_seed + num_clips)
        self._next_seed += num_clips
        clips = self._clips_of(seeds, self.shape, self._device)
        video_BCTHW = to_network(clips.pixels_BTHWC.to(self._device))
        latents_BCFHW = encode(self._vae, video_BCTHW).half()
        key_frames = key_frames_of(self.shape.num_frames)
        keys_BKCHW = self._encode_alone(video_BCTHW, key_frames)
        for latents, keys, captions in zip(latents_BCFHW, keys_BKCHW, clips.captions, strict=True):
            self._clips.append(Encoded(latents, keys, key_frames, captions))
        del self._clips[: -self._capacity]

    def num_ready(self) -> float:
        """Return how many clips it could grow by without waiting for a renderer."""
        if isinstance(self._clips_of, RenderedAhead):
            return self._clips_of.num_ready(self.shape, self._next_seed)
        return math.inf

    def draw(self, num_clips: int, chance: random.Random) -> list[Encoded]:
        """Return clips drawn with replacement."""
        return chance.choices(self._clips, k=num_clips)

    def _encode_alone(self, video_BCTHW: torch.Tensor, key_frames: tuple[int, ...]) -> torch.Tensor:
        pictures_XC1HW = video_BCTHW[:, :, list(key_frames)].transpose(1, 2).flatten(0, 1).unsqueeze(2)
        if not key_frames:
            return torch.zeros(len(video_BCTHW), 0)
        latents_XCHW = encode(self._vae, pictures_XC1HW).squeeze(2)
        return latents_XCHW.reshape(len(video_BCTHW), len(key_frames), *latents_XCHW.shape[1:]).half()


def key_frames_of(num_frames: int) -> tuple[int, ...]:
    """Return the frames that may be given as pictures: every fourth of a clip (the first is a latent frame already)."""
    return tuple(range(4, num_frames, 4))


def encode(vae: AutoencoderKLLTXVideo, video_BCTHW: torch.Tensor) -> torch.Tensor:
    """Return latents of unit spread, (B, C, F, H, W)."""
    latents_BCFHW = vae.encode(video_BCTHW).latent_dist.mode()
    mean, std = vae.latents_mean.view(1, -1, 1, 1, 1), vae.latents_std.view(1, -1, 1, 1, 1)
    scaled: torch.Tensor = (latents_BCFHW - mean) / std
    return scaled
