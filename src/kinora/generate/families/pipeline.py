"""The adapter of families that run through their own diffusers pipeline: its call, its scheduler, its autoencoder.

Letters: B clips, C channels, F latent frames, H and W latent rows and columns, T frames.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from kinora.generate.families.family import FamilyFacts, Frames, OnStep, WindowRequest
from kinora.generate.families.steps import Course, followed

Arguments = Callable[[Any, WindowRequest], dict[str, Any]]  # what the family's call takes besides the common ones


class PipelineFamily:
    """A diffusers pipeline that denoises the whole window in its own loop."""

    def __init__(
        self,
        pipeline: Any,
        facts: FamilyFacts,
        weights_hash: str,
        arguments: Arguments,
        *,
        is_frames_first: bool = False,
    ) -> None:
        self.facts = facts
        self.weights_hash = weights_hash
        self._pipeline = pipeline
        self._vae = pipeline.vae
        self._arguments = arguments
        self._is_frames_first = is_frames_first  # its latents lie as (B, F, C, H, W)
        self.num_channels = int(self._vae.config.get("latent_channels") or self._vae.config.get("z_dim"))
        pipeline.set_progress_bar_config(disable=True)

    @torch.inference_mode()
    def encode(self, frames_THWC: Frames) -> torch.Tensor:
        """Return latents (C, F, H, W) as the denoiser takes them."""
        video_BCTHW = torch.from_numpy(frames_THWC).permute(3, 0, 1, 2)[None].to(self._device, self._vae.dtype)
        latents_BCFHW = self._vae.encode(video_BCTHW / 127.5 - 1.0).latent_dist.mode().float()
        mean, std = _spread(self._vae.config, latents_BCFHW.device)
        scaled_CFHW: torch.Tensor = ((latents_BCFHW - mean) / std)[0]
        return scaled_CFHW

    @torch.inference_mode()
    def decode(self, latents_CFHW: torch.Tensor) -> Frames:
        """Return frames (T, H, W, 3)."""
        latents_BCFHW = latents_CFHW[None].to(self._device).float()
        mean, std = _spread(self._vae.config, latents_BCFHW.device)
        video_BCTHW = self._vae.decode((latents_BCFHW * std + mean).to(self._vae.dtype)).sample.float()
        pixels_BCTHW = video_BCTHW.add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)
        frames: Frames = pixels_BCTHW[0].permute(1, 2, 3, 0).cpu().numpy()
        return frames

    def denoise(self, window: WindowRequest, on_step: OnStep) -> torch.Tensor:
        """Return latents (C, F, H, W): the pipeline's own call, followed step by step."""
        generator = torch.Generator("cpu").manual_seed(window.seed)  # on the CPU, so that devices agree
        num_frames, rows, columns = window.shape_CFHW[1:]
        course = Course(window, on_step, generator, self._into_pipeline, self._from_pipeline)
        arguments: dict[str, Any] = {
            "prompt": window.prompt,
            "negative_prompt": window.negative_prompt,
            "height": rows * self.facts.spatial_ratio,
            "width": columns * self.facts.spatial_ratio,
            "num_frames": (num_frames - 1) * self.facts.temporal_ratio + 1,
            "num_inference_steps": window.steps,
            "guidance_scale": window.guidance_scale,
            "generator": generator,
            "output_type": "latent",
            "return_dict": False,
            **self._arguments(self._pipeline, window),
        }
        with followed(self._pipeline, course):
            made = self._pipeline(**{name: value for name, value in arguments.items() if value is not _LEFT_OUT})[0]
        made_CFHW = self._from_pipeline(made.float())
        return made_CFHW[:, -num_frames:].cpu()  # some are padded at their front

    def _into_pipeline(self, latents_CFHW: torch.Tensor) -> torch.Tensor:
        return latents_CFHW.transpose(0, 1)[None] if self._is_frames_first else latents_CFHW[None]

    def _from_pipeline(self, latents: torch.Tensor) -> torch.Tensor:
        return latents[0].transpose(0, 1) if self._is_frames_first else latents[0]

    @property
    def _device(self) -> torch.device:
        device: torch.device = self._pipeline._execution_device
        return device


_LEFT_OUT = object()
LEFT_OUT: Any = _LEFT_OUT  # for an argument that a family's call does not have


def _spread(config: Any, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and spread of an autoencoder's latents, each to be broadcast over (B, C, F, H, W)."""
    mean, std = config.get("latents_mean"), config.get("latents_std")
    scale = float(config.get("scaling_factor") or 1.0)
    if mean is None or std is None:
        return torch.zeros(1, device=device), torch.full((1,), 1.0 / scale, device=device)
    shape = (1, -1, 1, 1, 1)
    return torch.tensor(mean, device=device).view(shape), torch.tensor(std, device=device).view(shape) / scale
