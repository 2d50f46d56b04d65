"""LTX-Video and the embedded model of its class: given tokens stand at their own timestep, so any frame can be given.

Letters: B clips, C channels, F latent frames, H and W latent rows and columns, N tokens, T frames, L text tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from kinora.generate.families.family import FamilyFacts, Frames, Given, OnStep, WindowRequest
from kinora.generate.families.seams import without_seams
from kinora.generate.model.tokens import coordinates, pack, starts_of_latent_frames, unpack

_OF_SPREAD = 1.6  # how much more the error beside the spread counts than beside the guess
_TOLD_THROUGH = 0.4  # the noise through which a model is asked whether it knows a clip
_MOST_TEXT_TOKENS = {"LTXPipeline": 128, "LTXImageToVideoPipeline": 128}  # by their pipelines; LTXConditionPipeline 256


class LTXFamily:
    """A pipeline whose transformer takes a timestep a token (LTXVideoTransformer3DModel)."""

    def __init__(
        self, pipeline: Any, facts: FamilyFacts, weights_hash: str, device: str, *, mends_seams: bool = False
    ) -> None:
        """`mends_seams`: its cells are decoded nearly apart, so that their steps are taken out of what it makes."""
        self.facts = facts
        self.weights_hash = weights_hash
        self.num_channels = int(pipeline.transformer.config.in_channels)
        self._pipeline = pipeline
        self._device = device
        self._vae = pipeline.vae
        self._mends_seams = mends_seams

    @torch.inference_mode()
    def encode(self, frames_THWC: Frames) -> torch.Tensor:
        """Return latents (C, F, H, W) of unit spread."""
        video_BCTHW = torch.from_numpy(frames_THWC).permute(3, 0, 1, 2)[None].to(self._device, self._vae.dtype)
        latents_BCFHW = self._vae.encode(video_BCTHW / 127.5 - 1.0).latent_dist.mode()
        scaled_BCFHW: torch.Tensor = (latents_BCFHW - self._mean()) / self._std()
        return scaled_BCFHW[0].float()

    @torch.inference_mode()
    def decode(self, latents_CFHW: torch.Tensor) -> Frames:
        """Return frames (T, H, W, 3)."""
        latents_BCFHW = latents_CFHW[None].to(self._device, self._vae.dtype) * self._std() + self._mean()
        timestep = torch.zeros(1, device=self._device) if self._vae.config.timestep_conditioning else None
        video_BCTHW = self._vae.decode(latents_BCFHW, timestep).sample.float()
        pixels_BCTHW = video_BCTHW.add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)
        frames: Frames = pixels_BCTHW[0].permute(1, 2, 3, 0).cpu().numpy()
        return without_seams(frames, self.facts.spatial_ratio) if self._mends_seams else frames

    @torch.inference_mode()
    def denoise(self, window: WindowRequest, on_step: OnStep) -> torch.Tensor:
        """Denoise the whole window at once by the scheduler's own steps (Euler on straight paths)."""
        scheduler = self._pipeline.scheduler
        sigmas = _sigmas(window)
        scheduler.set_timesteps(sigmas=sigmas, device=self._device, mu=_shift(window, scheduler))
        plan = _lay_out(window, self.facts, self._device, float(scheduler.sigmas[0]))
        text = self._text(window)
        first, tokens_BNC = window.resume or (0, plan.tokens_BNC)
        scheduler.set_begin_index(first)
        for index in range(first, len(sigmas)):
            time = scheduler.timesteps[index]
            times_BN = torch.minimum(time.expand_as(plan.held_BN), (1.0 - plan.held_BN) * 1000.0)
            velocity_BNC = self._velocity(tokens_BNC, times_BN, plan, text, window.guidance_scale)
            stepped_BNC = scheduler.step(
                -velocity_BNC, time, tokens_BNC, per_token_timesteps=times_BN, return_dict=False
            )[0]
            moves_BN1 = (time / 1000.0 - 1e-6 < 1.0 - plan.held_BN)[..., None]
            looks_BNC = tokens_BNC - velocity_BNC * times_BN[..., None] / 1000.0
            tokens_BNC = torch.where(moves_BN1, stepped_BNC, tokens_BNC)
            on_step(index + 1, (index + 1, tokens_BNC), lambda looks=looks_BNC: plan.clip_of(looks))  # type: ignore[misc]
        self._pipeline.maybe_free_model_hooks()
        return plan.clip_of(tokens_BNC)

    @torch.inference_mode()
    def unexplained(self, latents_CFHW: torch.Tensor) -> float:
        """Return how much of a clip's latents the model fails to tell through noise: 0 all is told, 1 nothing is.

        The error is measured beside that of the best guess without a model (each latent a normal one), or beside the
        latents' own spread where that is less: a dark, empty clip is no proof that the model knows it.
        """
        noise_CFHW = torch.randn(latents_CFHW.shape, generator=torch.Generator("cpu").manual_seed(0))
        clean_CFHW, level = latents_CFHW.float().cpu(), _TOLD_THROUGH
        noised_CFHW = (1.0 - level) * clean_CFHW + level * noise_CFHW
        channels, frames, rows, columns = latents_CFHW.shape
        window = WindowRequest("", "", (channels, frames, rows, columns), 8.0, True, (), None, 1.0, 0, 1, 1.0)
        plan = _lay_out(window, self.facts, self._device, 1.0)
        tokens_BNC = pack(noised_CFHW[None]).to(self._device)
        times_BN = torch.full_like(plan.held_BN, 1000.0 * level)
        velocity_BNC = self._velocity(tokens_BNC, times_BN, plan, self._text(window), 1.0)
        told_CFHW = plan.clip_of(tokens_BNC - level * velocity_BNC).cpu()
        error = float((told_CFHW - clean_CFHW).square().mean())
        guess_CFHW = noised_CFHW * (1.0 - level) / ((1.0 - level) ** 2 + level**2)
        guessed = float((guess_CFHW - clean_CFHW).square().mean())
        spread = float(clean_CFHW.flatten(1).var(dim=1).mean())
        return error / max(1e-9, min(guessed, spread / _OF_SPREAD))

    def _velocity(
        self,
        tokens_BNC: torch.Tensor,
        times_BN: torch.Tensor,
        plan: _Layout,
        text: tuple[torch.Tensor, torch.Tensor],
        guidance_scale: float,
    ) -> torch.Tensor:
        """Return the guided velocity; classifier-free guidance, Ho & Salimans 2022, eq. 6."""
        num = len(text[0])
        made: torch.Tensor = self._pipeline.transformer(
            hidden_states=tokens_BNC.expand(num, -1, -1).to(self._pipeline.transformer.dtype),
            encoder_hidden_states=text[0],
            timestep=times_BN.expand(num, -1),
            encoder_attention_mask=text[1],
            video_coords=plan.coordinates_B3N.expand(num, -1, -1),
            return_dict=False,
        )[0].float()
        if num == 1:
            return made
        without, with_words = made.chunk(2)
        return without + guidance_scale * (with_words - without)

    def _text(self, window: WindowRequest) -> tuple[torch.Tensor, torch.Tensor]:
        """Return states (B, L, C) and mask (B, L): without and with the words, or only with where nothing guides."""
        texts = [window.prompt] if window.guidance_scale <= 1.0 else [window.negative_prompt, window.prompt]
        found: tuple[torch.Tensor, torch.Tensor, Any, Any] = self._pipeline.encode_prompt(
            texts,
            do_classifier_free_guidance=False,
            max_sequence_length=min(
                _MOST_TEXT_TOKENS.get(type(self._pipeline).__name__, 256), self._pipeline.tokenizer.model_max_length
            ),
            device=self._device,
        )
        return found[0], found[1]

    def _mean(self) -> torch.Tensor:
        mean: torch.Tensor = self._vae.latents_mean.view(1, -1, 1, 1, 1).to(self._device, self._vae.dtype)
        return mean

    def _std(self) -> torch.Tensor:
        std: torch.Tensor = self._vae.latents_std.view(1, -1, 1, 1, 1).to(self._device, self._vae.dtype)
        return std / float(self._vae.config.scaling_factor)


@dataclass(frozen=True)
class _Layout:
    """The tokens of a window: first the clip's own, then the pictures given between latent frames."""

    tokens_BNC: torch.Tensor
    held_BN: torch.Tensor  # 1: as given; 0: free; between: may change from that share of noise on
    coordinates_B3N: torch.Tensor
    shape_FHW: tuple[int, int, int]

    def clip_of(self, tokens_BNC: torch.Tensor) -> torch.Tensor:
        num_frames, height, width = self.shape_FHW
        return unpack(tokens_BNC[:, : num_frames * height * width], num_frames, height, width)[0]


def _lay_out(window: WindowRequest, facts: FamilyFacts, device: str, noise: float) -> _Layout:
    """Return the tokens to begin with; `noise` is what stands in those that are not given."""
    num_frames, height, width = window.shape_CFHW[1:]
    generator = torch.Generator("cpu").manual_seed(window.seed)  # on the CPU, so that devices agree
    noise_CFHW = torch.randn(window.shape_CFHW, generator=generator)
    latents_CFHW = noise_CFHW
    if window.start_CFHW is not None:
        latents_CFHW = torch.lerp(window.start_CFHW.cpu(), noise_CFHW, noise)
    held_F = torch.zeros(num_frames)
    starts = [starts_of_latent_frames(num_frames, facts.temporal_ratio)]
    if not window.has_first_frame:
        starts = [torch.arange(num_frames) * facts.temporal_ratio]
    keys, key_strengths = [], []
    latents_CFHW = latents_CFHW.clone()
    for given, at in _in_place(window.given):
        end = min(num_frames, at + given.latents_CFHW.shape[1])
        source = given.latents_CFHW[:, : end - at].cpu()
        latents_CFHW[:, at:end] = torch.lerp(latents_CFHW[:, at:end], source, given.strength)
        held_F[at:end] = given.strength
    for given in window.given:
        if given.at_frame is not None:
            own_CFHW = torch.randn(given.latents_CFHW.shape, generator=generator)
            keys.append(torch.lerp(own_CFHW, given.latents_CFHW.cpu(), given.strength))
            key_strengths.append(given.strength)
            starts.append(torch.tensor([given.at_frame]))
    clip_CFHW = torch.cat([latents_CFHW, *keys], dim=1)
    held_BN = torch.cat([held_F, torch.tensor(key_strengths)]).repeat_interleave(height * width)[None]
    places = coordinates(torch.cat(starts), height, width, spatial_ratio=facts.spatial_ratio, fps=window.fps)
    return _Layout(
        pack(clip_CFHW[None]).to(device), held_BN.to(device), places[None].to(device), (num_frames, height, width)
    )


def _in_place(given: tuple[Given, ...]) -> Iterator[tuple[Given, int]]:
    for one in given:
        if one.at is not None:
            yield one, one.at


def _sigmas(window: WindowRequest) -> list[float]:
    """Return the noise of each step, from `noise` down in equal parts; the scheduler adds the 0."""
    top = window.noise if window.start_CFHW is not None else 1.0
    num = max(1, round(window.steps * top))
    return [top * (1.0 - index / num) for index in range(num)]


def _shift(window: WindowRequest, scheduler: Any) -> float | None:
    """Return how far the noise of each step is shifted for the clip's size (LTX-Video's first models; FLUX's line)."""
    config = scheduler.config
    if not config.use_dynamic_shifting:
        return None
    slope = (config.max_shift - config.base_shift) / (config.max_image_seq_len - config.base_image_seq_len)
    num_tokens = window.shape_CFHW[1] * window.shape_CFHW[2] * window.shape_CFHW[3]
    return float(config.base_shift + slope * (num_tokens - config.base_image_seq_len))
