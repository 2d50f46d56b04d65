"""Train the denoiser by flow matching on latents (Lipman et al. 2023; logit-normal times: Esser et al. 2024).

A clip is a straight path from data x0 to noise x1; the network sees a point on it, `(1 - t) x0 + t x1`, and learns the
velocity `x1 - x0`. Given tokens stand at t = 0, the rest share one t: one network does every operation.

Letters: B clips, N tokens, C channels, F latent frames, K key-frames, L text tokens, D text channels.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import LTXVideoTransformer3DModel

from kinora.engine.cancel import CancelToken
from kinora.generate.model.sizes import SPATIAL_RATIO, TEMPORAL_RATIO
from kinora.generate.model.tokens import coordinates, pack, starts_of_latent_frames
from kinora.generate.saved_state import TrainingLog
from kinora.generate.train.budget import Budget
from kinora.generate.train.clip_source import ClipShape
from kinora.generate.train.course import Course
from kinora.generate.train.masks import draw_masks
from kinora.generate.train.pool import Encoded, LatentPool
from kinora.generate.train.run import TrainingRun

Report = Callable[[float, str], None]
_FIRST_AT_ONCE = 64  # clips encoded together
TextOf = Callable[[Sequence[str]], tuple[torch.Tensor, torch.Tensor]]  # texts -> states (B, L, D), mask (B, L)


@dataclass(frozen=True)
class DenoiserTraining:
    """Everything that decides how the denoiser is trained."""

    out_dir: Path
    course: Course
    caption_drop: float = 0.1
    time_shift: float = 1.2  # mean of the logit of t: half the training is above t = 0.77, where places are decided
    seed: int = 0
    device: str = "cpu"
    save_every_seconds: float = 180.0
    log_every_seconds: float = 60.0
    score_every_seconds: float = 900.0


@dataclass(frozen=True)
class Tokens:
    """One batch as the network takes it."""

    clean_BNC: torch.Tensor
    coordinates_B3N: torch.Tensor
    is_given_BN: torch.Tensor  # the loss counts where nothing is given


@dataclass(frozen=True)
class Watch:
    """Who is told how the training goes, and who may stop it."""

    report: Report
    cancel: CancelToken
    score: Callable[[LTXVideoTransformer3DModel], dict[str, float]] | None = None


def train_denoiser(
    denoiser: LTXVideoTransformer3DModel,
    pools: Sequence[tuple[LatentPool, float]],  # each with its share of the steps
    text_of: TextOf,
    training: DenoiserTraining,
    budget: Budget,
    watch: Watch,
) -> LTXVideoTransformer3DModel:
    """Train, or go on training, and return the averaged network."""
    torch.manual_seed(training.seed)
    log = TrainingLog(training.out_dir / "denoiser.jsonl")
    denoiser.to(training.device).train()
    run = TrainingRun(
        denoiser,
        training.out_dir / "denoiser.pt",
        budget,
        learning_rate=training.course.learning_rate,
        decay=0.9995,
        weight_decay=0.01,
    )
    run.resume()
    if training.device != "cpu":
        denoiser.compile_repeated_blocks(dynamic=True)
    chance = Chance(training.seed, run.step, training.device)
    losses: deque[torch.Tensor] = deque(maxlen=200)  # read seldom: reading waits for the device
    scored_at = logged_at = budget.seconds_spent
    while (done := budget.done(run.step)) < 1.0 and not watch.cancel.is_cancelled:
        pool = chance.choice.choices([pool for pool, _ in pools], weights=[share for _, share in pools])[0]
        _feed(pool, training.course)
        batch = _batch(pool, text_of, training, chance)
        with torch.autocast(training.device, torch.bfloat16, enabled=training.device != "cpu"):
            loss = flow_loss(denoiser, batch, training, chance)
        run.learn(loss, done)
        losses.append(loss.detach())
        if run.step % 20 == 0:
            watch.report(done, f"denoiser: step {run.step}, error {_mean(losses):.4f}")
        if run.seconds_since_save() > training.save_every_seconds:
            run.save()
        if budget.seconds_spent - logged_at > training.log_every_seconds:
            logged_at = budget.seconds_spent
            sizes = [len(pool) for pool, _ in pools]
            log.write(step=run.step, seconds=round(logged_at), loss=round(_mean(losses), 5), clips_in_pools=sizes)
        if watch.score and budget.seconds_spent - scored_at > training.score_every_seconds:
            scored_at = budget.seconds_spent
            log.write(step=run.step, seconds=round(scored_at), scores=watch.score(run.average.network))
    run.save()
    scores = watch.score(run.average.network) if watch.score else None
    log.write(step=run.step, seconds=round(budget.seconds_spent), loss=round(_mean(losses), 5), scores=scores)
    trained: LTXVideoTransformer3DModel = run.average.network
    return trained


def _mean(losses: deque[torch.Tensor]) -> float:
    return float(torch.stack(list(losses)).mean()) if losses else float("nan")


class Chance:
    """The dice of a training; a resumed one throws others than the first run did."""

    def __init__(self, seed: int, step: int, device: str) -> None:
        self.choice = random.Random(f"{seed}-{step}")
        self.masks = torch.Generator().manual_seed(seed * 1_000_003 + step)
        self.noise = torch.Generator(device).manual_seed(seed * 1_000_003 + step)


def clips_of_a_batch(shape: ClipShape, batch_tokens: int) -> int:
    """Return how many clips of a shape have about that many tokens, at least one."""
    latent_frames = (shape.num_frames - 1) // TEMPORAL_RATIO + 1
    tokens = latent_frames * (shape.height // SPATIAL_RATIO) * (shape.width // SPATIAL_RATIO)
    return max(1, round(batch_tokens / tokens))


def _feed(pool: LatentPool, course: Course) -> None:
    """Render before the first draw, then as many a step as keeps `uses_of_a_clip`, fewer where that would wait."""
    num_clips = clips_of_a_batch(pool.shape, course.batch_tokens)
    if not len(pool):
        some = min(num_clips, _FIRST_AT_ONCE)
        for _ in range(0, course.first_clips, some):
            pool.grow(some)
        return
    more = int(min(max(1, round(num_clips / course.uses_of_a_clip)), pool.num_ready()))
    if more:
        pool.grow(more)


@dataclass(frozen=True)
class Batch:
    """Clips and words as the network takes them."""

    tokens: Tokens
    states_BLD: torch.Tensor
    mask_BL: torch.Tensor


def _batch(pool: LatentPool, text_of: TextOf, training: DenoiserTraining, chance: Chance) -> Batch:
    clips = pool.draw(clips_of_a_batch(pool.shape, training.course.batch_tokens), chance.choice)
    drop = training.caption_drop
    texts = ["" if chance.choice.random() < drop else chance.choice.choice(clip.captions) for clip in clips]
    return Batch(tokens_of(clips, pool.shape, chance.masks), *text_of(texts))


def flow_loss(
    denoiser: LTXVideoTransformer3DModel, batch: Batch, training: DenoiserTraining, chance: Chance
) -> torch.Tensor:
    """Return the mean squared error of the velocity over the tokens that are not given."""
    tokens = batch.tokens
    clean_BNC = tokens.clean_BNC
    drawn_B = torch.randn(len(clean_BNC), generator=chance.noise, device=clean_BNC.device)
    times_BN = torch.sigmoid(drawn_B + training.time_shift)[:, None] * (~tokens.is_given_BN)
    noise_BNC = torch.randn(clean_BNC.shape, generator=chance.noise, device=clean_BNC.device)
    made_BNC = denoiser(
        hidden_states=torch.lerp(clean_BNC, noise_BNC, times_BN[..., None]),
        encoder_hidden_states=batch.states_BLD,
        timestep=times_BN * 1000.0,
        encoder_attention_mask=batch.mask_BL,
        video_coords=tokens.coordinates_B3N,
        return_dict=False,
    )[0]
    errors_BN = (made_BNC.float() - (noise_BNC - clean_BNC)).square().mean(dim=-1)
    counts_BN = (~tokens.is_given_BN).float()
    error: torch.Tensor = (errors_BN * counts_BN).sum() / counts_BN.sum().clamp(min=1)
    return error


def tokens_of(clips: Sequence[Encoded], shape: ClipShape, generator: torch.Generator) -> Tokens:
    """Return the clips' tokens, what is given drawn; given key-frames are tokens of their own, behind the clip's."""
    latents_BCFHW = torch.stack([clip.latents_CFHW for clip in clips]).float()
    num_frames, height, width = latents_BCFHW.shape[2:]
    given = draw_masks(len(clips), num_frames, len(clips[0].key_frames), generator)
    clean, starts, is_given = (
        [pack(latents_BCFHW)],
        [starts_of_latent_frames(num_frames, TEMPORAL_RATIO)],
        [given.frames_BF],
    )
    if given.keys:
        keys_BKCHW = torch.stack([clip.keys_KCHW[list(given.keys)] for clip in clips]).float()
        clean.append(pack(keys_BKCHW.transpose(1, 2)))
        starts.append(torch.tensor([clips[0].key_frames[key] for key in given.keys]))
        is_given.append(torch.ones(len(clips), len(given.keys), dtype=torch.bool))
    clean_BNC = torch.cat(clean, dim=1)
    is_given_BN = torch.cat(is_given, dim=1).to(clean_BNC.device).repeat_interleave(height * width, dim=1)
    coordinates_3N = coordinates(torch.cat(starts), height, width, spatial_ratio=SPATIAL_RATIO, fps=shape.fps)
    coordinates_B3N = coordinates_3N.to(clean_BNC.device).expand(len(clips), -1, -1)
    return Tokens(clean_BNC, coordinates_B3N, is_given_BN)
