"""The whole training of the embedded model: autoencoder, then denoiser, then a diffusers folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKLLTXVideo, DiffusionPipeline, LTXConditionPipeline, LTXVideoTransformer3DModel
from transformers import BertModel, PreTrainedTokenizerFast

from kinora.engine.cancel import CancelToken
from kinora.errors import InputError
from kinora.generate.model.folder import save_pipeline
from kinora.generate.model.networks import build_denoiser, build_scheduler, build_vae
from kinora.generate.model.sizes import ModelSize
from kinora.generate.model.text import build_text_encoder
from kinora.generate.train.autoencoder import AutoencoderTraining, Report, measure_latents, train_autoencoder
from kinora.generate.train.budget import Budget
from kinora.generate.train.clip_source import ClipShape, ClipSource
from kinora.generate.train.course import Course, course_of
from kinora.generate.train.denoiser import DenoiserTraining, Watch, train_denoiser
from kinora.generate.train.moving_pictures import MovingPictures
from kinora.generate.train.pool import LatentPool
from kinora.generate.train.text_states import TextStates

_START_HINT = "accepted: a folder that `kinora train video` wrote, such as the one that ships with Kinora"
_FIRST_DENOISER_SEED = 500_000_000  # the denoiser sees other clips than the autoencoder


@dataclass(frozen=True)
class VideoTraining:
    """What a person chooses of a training."""

    out_dir: Path
    size: ModelSize
    autoencoder_seconds: float
    denoiser_seconds: float
    seed: int = 0
    start_from: Path | None = None  # a model's folder: its autoencoder and words are kept, its denoiser goes on
    words_from: Path | None = None  # a model's folder: its text encoder and tokenizer are kept, all else is new
    pictures: Path | None = None  # real pictures for the autoencoder, in the files of `MovingPictures`
    device: str = "cpu"
    course: Course | None = None  # that of the size
    score_every_seconds: float = 900.0

    @property
    def chosen_course(self) -> Course:
        """What is trained on."""
        return self.course or course_of(self.size)

    def clock(self) -> float:
        """Return training time: on a CPU that others share, the processor time of one thread."""
        return time.monotonic() if self.device != "cpu" else time.process_time() / torch.get_num_threads()


Score = Callable[[LTXConditionPipeline], dict[str, float]]


def opened(folder: Path) -> LTXConditionPipeline:
    """Open a model to go on from.

    Raises:
        InputError: the folder holds no model of the embedded kind.
    """
    try:
        pipeline = DiffusionPipeline.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder} holds no model that can be opened", hint=_START_HINT) from error
    if not isinstance(pipeline, LTXConditionPipeline):
        raise InputError(f"{folder} holds a {type(pipeline).__name__}, which is not trained here", hint=_START_HINT)
    return pipeline


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
    torch.set_float32_matmul_precision("high")  # TF32 where the device has it
    if training.start_from is not None:
        start = opened(training.start_from)
        encoder, tokenizer, denoiser = start.text_encoder, start.tokenizer, start.transformer
        vae = start.vae.to(training.device).requires_grad_(False).eval()
    else:
        encoder, tokenizer = _words(training, words_to_keep)
        vae = _autoencoder(training, clips_of, report, cancel)
        denoiser = build_denoiser(training.size)
    encoder.to(training.device)
    course = training.chosen_course
    pools = [
        (_pool(vae, clips_of, shape, share, position, training), share)
        for position, (shape, share) in enumerate(course.shapes)
    ]

    def score_network(network: LTXVideoTransformer3DModel) -> dict[str, float]:
        return score(_pipeline(vae, network, encoder, tokenizer)) if score else {}

    trained = train_denoiser(
        denoiser,
        pools,
        TextStates(encoder, tokenizer, training.device),
        DenoiserTraining(
            training.out_dir,
            course,
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


def _words(training: VideoTraining, words_to_keep: Sequence[str]) -> tuple[BertModel, PreTrainedTokenizerFast]:
    if training.words_from is None:
        return build_text_encoder(training.size, words_to_keep)
    folder = training.words_from
    try:
        encoder = BertModel.from_pretrained(
            folder / "text_encoder", local_files_only=True, add_pooling_layer=False, dtype=torch.float32
        )
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder / "tokenizer", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder} holds no text encoder that can be opened", hint=_START_HINT) from error
    return encoder.requires_grad_(False).eval(), tokenizer


def _autoencoder(
    training: VideoTraining, clips_of: ClipSource, report: Report, cancel: CancelToken
) -> AutoencoderKLLTXVideo:
    how = AutoencoderTraining(
        training.out_dir,
        training.chosen_course,
        starts_linear=training.size.starts_linear,
        pictures=MovingPictures(training.pictures, training.seed) if training.pictures else None,
        seed=training.seed,
        device=training.device,
    )
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
        capacity=max(512, round(training.chosen_course.pool_clips * share)),
        first_seed=_FIRST_DENOISER_SEED * (1 + position % 5) + training.seed * 10_000_000,
    )


def _pipeline(
    vae: AutoencoderKLLTXVideo,
    denoiser: LTXVideoTransformer3DModel,
    encoder: BertModel,
    tokenizer: PreTrainedTokenizerFast,
) -> LTXConditionPipeline:
    return LTXConditionPipeline(
        scheduler=build_scheduler(), vae=vae, text_encoder=encoder, tokenizer=tokenizer, transformer=denoiser
    )
