"""The whole training of the embedded model: autoencoder, then denoiser, then a diffusers folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from diffusers import AutoencoderKLLTXVideo, LTXConditionPipeline, LTXVideoTransformer3DModel
from transformers import BertModel, PreTrainedTokenizerFast

from kinora.engine.cancel import CancelToken
from kinora.generate.model.folder import save_pipeline
from kinora.generate.model.networks import build_denoiser, build_scheduler, build_vae
from kinora.generate.model.sizes import ModelSize
from kinora.generate.model.text import MAX_TEXT_TOKENS, build_text_encoder
from kinora.generate.train.autoencoder import AutoencoderTraining, Report, measure_latents, train_autoencoder
from kinora.generate.train.budget import Budget
from kinora.generate.train.clip_source import ClipShape, ClipSource
from kinora.generate.train.denoiser import DenoiserTraining, TextOf, Watch, train_denoiser
from kinora.generate.train.pool import LatentPool

# taken in turn, with so many clips a batch
_AUTOENCODER_SHAPES = (
    (ClipShape(9, 64, 64, 8.0), 2),
    (ClipShape(1, 64, 64, 8.0), 8),
    (ClipShape(5, 64, 64, 16.0), 3),
    (ClipShape(9, 64, 96, 8.0), 1),
    (ClipShape(17, 64, 64, 8.0), 1),
    (ClipShape(5, 128, 128, 8.0), 1),
)
# the shape, and its share of the denoiser's steps
DENOISER_SHAPES = (
    (ClipShape(17, 64, 64, 8.0), 0.80),
    (ClipShape(1, 64, 64, 8.0), 0.06),
    (ClipShape(17, 64, 64, 16.0), 0.05),
    (ClipShape(17, 64, 96, 8.0), 0.04),
    (ClipShape(33, 64, 64, 8.0), 0.03),
    (ClipShape(9, 128, 128, 8.0), 0.02),
)
_FIRST_DENOISER_SEED = 500_000_000  # the denoiser sees other clips than the autoencoder


@dataclass(frozen=True)
class VideoTraining:
    """What a person chooses of a training."""

    out_dir: Path
    size: ModelSize
    autoencoder_seconds: float
    denoiser_seconds: float
    seed: int = 0
    device: str = "cpu"
    batch_clips: int = 12
    pool_clips: int = 40_000
    first_clips: int = 96
    shapes: tuple[tuple[ClipShape, float], ...] = field(default_factory=lambda: DENOISER_SHAPES)
    score_every_seconds: float = 900.0

    def clock(self) -> float:
        """Return training time: on a CPU that others share, the processor time of one thread."""
        return time.monotonic() if self.device != "cpu" else time.process_time() / torch.get_num_threads()


Score = Callable[[LTXConditionPipeline], dict[str, float]]


def train_video(
    training: VideoTraining,
    clips_of: ClipSource,
    words_to_keep: Sequence[str],
    score: Score | None,
    *,
    report: Report,
    cancel: CancelToken,
) -> Path:
    """Train, or go on with what `out_dir` holds, and return the folder of the pipeline, written at the end."""
    torch.manual_seed(training.seed)
    encoder, tokenizer = build_text_encoder(training.size, words_to_keep)
    encoder.to(training.device)
    vae = _autoencoder(training, clips_of, report, cancel)
    denoiser = build_denoiser(training.size)
    pools = [
        (_pool(vae, clips_of, shape, share, position, training), share)
        for position, (shape, share) in enumerate(training.shapes)
    ]

    def score_network(network: LTXVideoTransformer3DModel) -> dict[str, float]:
        return score(_pipeline(vae, network, encoder, tokenizer)) if score else {}

    trained = train_denoiser(
        denoiser,
        pools,
        _text_of(encoder, tokenizer, training.device),
        DenoiserTraining(
            training.out_dir,
            batch_clips=training.batch_clips,
            first_clips=training.first_clips,
            seed=training.seed,
            device=training.device,
            score_every_seconds=training.score_every_seconds,
        ),
        Budget(max_seconds=training.denoiser_seconds, clock=training.clock),
        Watch(report, cancel, score_network if score else None),
    )
    folder = training.out_dir / "pipeline"
    save_pipeline(_pipeline(vae, trained, encoder, tokenizer).to("cpu"), folder)
    return folder


def _autoencoder(
    training: VideoTraining, clips_of: ClipSource, report: Report, cancel: CancelToken
) -> AutoencoderKLLTXVideo:
    how = AutoencoderTraining(training.out_dir, _AUTOENCODER_SHAPES, seed=training.seed, device=training.device)
    vae = train_autoencoder(
        build_vae(training.size),
        clips_of,
        how,
        Budget(max_seconds=training.autoencoder_seconds, clock=training.clock),
        report=report,
        cancel=cancel,
    )
    measure_latents(vae, clips_of, how)
    return vae.requires_grad_(False).eval()


def _pool(
    vae: AutoencoderKLLTXVideo,
    clips_of: ClipSource,
    shape: ClipShape,
    share: float,
    position: int,
    training: VideoTraining,
) -> LatentPool:
    return LatentPool(
        vae,
        clips_of,
        shape,
        device=training.device,
        capacity=max(512, round(training.pool_clips * share)),
        first_seed=_FIRST_DENOISER_SEED * (1 + position % 5) + training.seed * 10_000_000,
    )


def _text_of(encoder: BertModel, tokenizer: PreTrainedTokenizerFast, device: str) -> TextOf:
    @torch.no_grad()
    def text_of(texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = tokenizer(
            list(texts), padding=True, truncation=True, max_length=MAX_TEXT_TOKENS, return_tensors="pt"
        ).to(device)
        states_BLD = encoder(tokens["input_ids"], attention_mask=tokens["attention_mask"])[0]
        return states_BLD, tokens["attention_mask"]

    return text_of


def _pipeline(
    vae: AutoencoderKLLTXVideo,
    denoiser: LTXVideoTransformer3DModel,
    encoder: BertModel,
    tokenizer: PreTrainedTokenizerFast,
) -> LTXConditionPipeline:
    return LTXConditionPipeline(
        scheduler=build_scheduler(), vae=vae, text_encoder=encoder, tokenizer=tokenizer, transformer=denoiser
    )
