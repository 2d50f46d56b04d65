"""Train the autoencoder: clips → latents → clips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKLLTXVideo

from kinora.engine.cancel import CancelToken
from kinora.generate.saved_state import TrainingLog
from kinora.generate.train.budget import Budget
from kinora.generate.train.clip_source import ClipShape, ClipSource, to_network
from kinora.generate.train.course import Course
from kinora.generate.train.linear_start import hold_ends, start_linear
from kinora.generate.train.moving_pictures import MovingPictures
from kinora.generate.train.run import TrainingRun

Report = Callable[[float, str], None]
QUALITY_SHAPES = (ClipShape(17, 64, 64, 8.0),)
START_SHAPE = ClipShape(9, 64, 64, 8.0)
_CLIPS_FOR_START = 160
_SEEDS_A_SHAPE = 50_000_000
HELD_OUT_SEED = 3_000_000_000  # seeds from here on are never trained on


@dataclass(frozen=True)
class AutoencoderTraining:
    """Everything that decides how the autoencoder is trained."""

    out_dir: Path
    course: Course
    starts_linear: bool = True
    pictures: MovingPictures | None = None  # real ones, every third step
    edge_weight: float = 0.5
    kl_weight: float = 1e-4
    seed: int = 0
    device: str = "cpu"
    save_every_seconds: float = 60.0


def train_autoencoder(
    vae: AutoencoderKLLTXVideo,
    clips_of: ClipSource,
    training: AutoencoderTraining,
    budget: Budget,
    *,
    report: Report,
    cancel: CancelToken,
) -> AutoencoderKLLTXVideo:
    """Train, or go on training, and return the averaged network."""
    torch.manual_seed(training.seed)
    log = TrainingLog(training.out_dir / "autoencoder.jsonl")
    vae.to(training.device).train()
    if training.starts_linear:
        hold_ends(vae)
    if training.device != "cpu":
        vae.to(memory_format=torch.channels_last_3d)
    run = TrainingRun(
        vae,
        training.out_dir / "autoencoder.pt",
        budget,
        learning_rate=training.course.autoencoder_learning_rate,
        decay=0.998,
        weight_decay=0.0,
    )
    run.resume()
    if run.step == 0 and training.starts_linear:
        report(0.0, "autoencoder: principal components")
        start_linear(vae, _video(clips_of, range(_CLIPS_FOR_START), START_SHAPE, training.device))
        run.average.network.load_state_dict(vae.state_dict())
    while (done := budget.done(run.step)) < 1.0 and not cancel.is_cancelled:
        video_BCTHW = _batch(clips_of, training, run.step)
        with torch.autocast(training.device, torch.bfloat16, enabled=training.device != "cpu"):
            loss, parts = _loss(vae, video_BCTHW, training)
        run.learn(loss, done)
        if run.step % 20 == 0:
            report(done, f"autoencoder: step {run.step}, error {float(parts['pixels']):.4f}")
        if run.seconds_since_save() > training.save_every_seconds:
            run.save()
            quality = psnr_of(run.average.network, clips_of, QUALITY_SHAPES, training.device)
            rounded = {name: round(float(part), 5) for name, part in parts.items()}
            log.write(step=run.step, seconds=round(budget.seconds_spent), psnr_db=quality, **rounded)
    run.save()
    trained = run.average.network
    quality = psnr_of(trained, clips_of, QUALITY_SHAPES, training.device)
    log.write(step=run.step, seconds=round(budget.seconds_spent), psnr_db=quality)
    return trained


def _batch(clips_of: ClipSource, training: AutoencoderTraining, step: int) -> torch.Tensor:
    shapes = training.course.autoencoder_shapes
    turn, place = divmod(step, len(shapes))
    shape, num_clips = shapes[place]
    if training.pictures is not None and turn % 3 == 2:
        return to_network(training.pictures.clips(turn * len(shapes) + place, num_clips, shape, training.device))
    first = place * _SEEDS_A_SHAPE + turn * num_clips
    return _video(clips_of, range(first, first + num_clips), shape, training.device)


def _video(clips_of: ClipSource, seeds: Sequence[int], shape: ClipShape, device: str) -> torch.Tensor:
    return to_network(clips_of(seeds, shape, device).pixels_BTHWC.to(device))


def _loss(
    vae: AutoencoderKLLTXVideo, video_BCTHW: torch.Tensor, training: AutoencoderTraining
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    posterior = vae.encode(video_BCTHW).latent_dist
    made_BCTHW = vae.decode(posterior.sample()).sample.float()
    pixels = (made_BCTHW - video_BCTHW).abs().mean()
    edges = sum((made_BCTHW.diff(dim=dim) - video_BCTHW.diff(dim=dim)).abs().mean() for dim in (-1, -2))
    kl = 0.5 * (posterior.mean.square() + posterior.var - 1.0 - posterior.logvar).mean()
    loss = pixels + training.edge_weight * edges + training.kl_weight * kl
    return loss, {"pixels": pixels.detach(), "edges": edges.detach(), "kl": kl.detach()}


@torch.no_grad()
def psnr_of(vae: AutoencoderKLLTXVideo, clips_of: ClipSource, shapes: Sequence[ClipShape], device: str) -> float:
    """Return the peak signal-to-noise ratio in decibels of held-out clips through the autoencoder."""
    found = []
    for shape in shapes:
        video_BCTHW = _video(clips_of, range(HELD_OUT_SEED, HELD_OUT_SEED + 16), shape, device)
        made_BCTHW = vae.decode(vae.encode(video_BCTHW).latent_dist.mode()).sample.clamp(-1, 1)
        found.append(10 * torch.log10(4.0 / (made_BCTHW - video_BCTHW).square().mean(dim=(1, 2, 3, 4))))
    return round(float(torch.cat(found).mean()), 2)


@torch.no_grad()
def measure_latents(vae: AutoencoderKLLTXVideo, clips_of: ClipSource, training: AutoencoderTraining) -> None:
    """Set `latents_mean` (C,) and one `latents_std` for all channels from clips, so that the denoiser sees unit spread.

    One spread for all: channels that hold little stay small, and what matters is learnt first.
    """
    found = []
    for first in range(0, 128, 16):
        video_BCTHW = _video(clips_of, range(first, first + 16), QUALITY_SHAPES[0], training.device)
        found.append(vae.encode(video_BCTHW).latent_dist.mode().transpose(0, 1).flatten(1))
    latents_CN = torch.cat(found, dim=1)
    vae.latents_mean.copy_(latents_CN.mean(dim=1))
    vae.latents_std.fill_((latents_CN - latents_CN.mean(dim=1, keepdim=True)).square().mean().sqrt())
