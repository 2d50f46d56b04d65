"""Training the frame encoder from captioned pictures: resumable, seeded, logged."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from kinora.engine.cancel import CancelToken
from kinora.errors import InputError
from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.moments.kinora_frames.encoder import save_frame_network
from kinora.moments.kinora_frames.network import Block, FrameNetwork, FrameNetworkConfig
from kinora.moments.train_frames.batches import Batch, Batches
from kinora.moments.train_frames.check import validation_scores
from kinora.moments.train_frames.depthwise import hasten
from kinora.moments.train_frames.losses import belonging, contrast, naming, shared_with_next
from kinora.moments.train_frames.pictures import CaptionedPictures, open_pictures
from kinora.moments.train_frames.resident import ResidentBatches, ResidentChoices
from kinora.moments.train_frames.said import Said, say
from kinora.moments.train_frames.start import STARTS, start_tower

Report = Callable[[float, str], None]
_STATE = "state.pt"


@dataclass(frozen=True)
class FrameTraining:
    """What a training is told; the same folder goes on where it stopped."""

    data: Path
    out_dir: Path
    seconds: float  # of wall time, earlier runs counted
    network: FrameNetworkConfig = field(default_factory=FrameNetworkConfig)
    start: str = "imagenet"  # what the picture side starts from; see `start.STARTS`
    sides: tuple[tuple[float, int], ...] = ((0.0, 64), (0.4, 96))  # from that share on
    batch_size: int = 128  # of twice as many, maps no longer stay near a processor: a third fewer pictures a second
    learning_rate: float = 1.5e-3
    started_rate: float = 0.2  # of the learning rate, for layers that were learnt before
    weight_decay: float = 0.05
    naming_weight: float = 0.5
    num_remembered: int = 4096  # pictures of the steps before that texts are told from
    average_decay: float = 0.998
    max_steps: int = 0  # 0: no limit but the seconds
    save_seconds: float = 240.0
    check_seconds: float = 600.0
    seed: int = 0
    device: str = "cpu"
    resident: ResidentChoices | None = None  # pixels on the device, drawn there; for a GPU
    drop_path: float = 0.0  # of the last block; earlier blocks less
    dropout: float = 0.0
    warm_up_steps: int = 100

    def __post_init__(self) -> None:
        if self.start not in STARTS:
            raise InputError(f"no start {self.start!r}; accepted: {', '.join(STARTS)}")

    def side_at(self, done: float) -> int:
        """Return the crops' side in pixels at that share of the training."""
        return [side for start, side in self.sides if done >= start][-1]

    def rate_at(self, step: int, done: float) -> float:
        """Return the learning rate: a warm-up, then a cosine to the end."""
        warm = min(1.0, (step + 1) / self.warm_up_steps)
        return self.learning_rate * warm * (0.002 + 0.998 * 0.5 * (1 + math.cos(math.pi * done)))


class Learner(nn.Module):
    """The network and what only training needs: the scale of its scores, and the naming of words."""

    def __init__(self, config: FrameNetworkConfig, num_words: int, *, drop_path: float, dropout: float) -> None:
        super().__init__()
        self.network = FrameNetwork(config)
        blocks = [module for module in self.network.image.stages if isinstance(module, Block)]
        for position, block in enumerate(blocks):
            block.drop_path = drop_path * (position + 1) / len(blocks)
        self.dropout = nn.Dropout(dropout)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.words = nn.Linear(config.features, num_words)

    def forward(self, pixels_BCHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (B, D) unit vectors and (B, W) scores of words."""
        features = self.dropout(self.network.image.features(pixels_BCHW))
        return nn.functional.normalize(self.network.image.head(features), dim=-1), self.words(features)


class Remembered:
    """The vectors of the last pictures seen, and what is said of them (Wang et al. 2020, cross-batch memory)."""

    def __init__(self, num: int) -> None:
        self._num = num
        self._vectors: torch.Tensor | None = None
        self._means: torch.Tensor | None = None

    def with_new(self, vectors_BD: torch.Tensor, means_BS: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the new ones followed by those remembered, then remember the new ones too."""
        before, means_before = self._vectors, self._means
        vectors = vectors_BD if before is None else torch.cat([vectors_BD, before])
        means = means_BS if means_before is None else torch.cat([means_BS, means_before])
        self._vectors, self._means = vectors.detach()[: self._num], means[: self._num]
        return vectors, means


class FrameRun:
    """A training under way: learner, average, optimizer, step, all kept in one file."""

    def __init__(self, training: FrameTraining, num_words: int) -> None:
        torch.manual_seed(training.seed)
        self.training = training
        self.device = torch.device(training.device)
        torch.backends.cudnn.benchmark = True
        learner = Learner(training.network, num_words, drop_path=training.drop_path, dropout=training.dropout)
        if training.start == "imagenet" and not (training.out_dir / _STATE).is_file():
            start_tower(learner.network.image)
        hasten(learner.network)
        self.learner: Learner = learner.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.learner.network).requires_grad_(False)
        self.step, self.samples = 0, 0
        self.best: tuple[float, dict[str, torch.Tensor]] | None = None  # by validation, where asked for
        self.remembered = Remembered(training.num_remembered)
        self._optimizer = torch.optim.AdamW(self._groups(), lr=training.learning_rate, betas=(0.9, 0.98), fused=True)
        self._path = training.out_dir / _STATE
        self._seconds_before, self._started = 0.0, time.monotonic()
        self._processor_before, self._processor_started = 0.0, time.process_time()

    def _groups(self) -> list[dict[str, Any]]:
        started = set(self.learner.network.image.stages.parameters()) if self.training.start != "nothing" else set()
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for weights in self.learner.parameters():
            share = self.training.started_rate if weights in started else 1.0
            decay = self.training.weight_decay if weights.ndim > 1 else 0.0
            groups.setdefault((share, decay), []).append(weights)
        return [
            {"params": weights, "weight_decay": decay, "share": share} for (share, decay), weights in groups.items()
        ]

    @property
    def seconds(self) -> float:
        """Return the wall time spent, earlier runs counted."""
        return self._seconds_before + time.monotonic() - self._started

    @property
    def processor_seconds(self) -> float:
        """Return the processor time spent, earlier runs counted."""
        return self._processor_before + time.process_time() - self._processor_started

    @property
    def done(self) -> float:
        """Return the share of the training that is over, in [0, 1]."""
        by_steps = self.step / self.training.max_steps if self.training.max_steps else 0.0
        return min(1.0, max(by_steps, self.seconds / self.training.seconds))

    def resume(self) -> None:
        """Go on from the file where there is one."""
        if not self._path.is_file():
            return
        state = torch.load(self._path, map_location=self.device, weights_only=True)
        self.learner.load_state_dict(state["learner"])
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step, self.samples, self._seconds_before = state["step"], state["samples"], state["seconds"]
        self._processor_before = state.get("processor_seconds", 0.0)  # older states don't say
        self.best = state.get("best")

    def save(self) -> None:
        """Write all that a later run needs."""
        state = {
            "learner": self.learner.state_dict(), "average": self.average.state_dict(), "step": self.step,
            "optimizer": self._optimizer.state_dict(), "samples": self.samples, "seconds": self.seconds,
            "best": self.best, "processor_seconds": self.processor_seconds,
        }  # fmt: skip
        new = self._path.with_suffix(".new")
        torch.save(state, new)
        new.replace(self._path)

    def learn(self, batch: Batch, done: float) -> dict[str, torch.Tensor]:
        """Take one step down the loss, and return its parts, not waited for."""
        parts = self._losses(batch)
        for group in self._optimizer.param_groups:
            group["lr"] = self.training.rate_at(self.step, done) * group["share"]
        self._optimizer.zero_grad(set_to_none=True)
        loss = parts["to_text"] + parts["to_picture"] + self.training.naming_weight * parts["naming"]
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.learner.parameters(), 2.0)
        self._optimizer.step()
        self._follow()
        self.step += 1
        self.samples += len(batch.pixels_BCHW)
        return {name: value.detach() for name, value in parts.items()}

    def _losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            vectors_BD, names = self.learner(batch.pixels_BCHW)
        pictures_BD, names_BW = vectors_BD.float(), names.float()
        texts_TD = self.learner.network.text(batch.texts_TS)
        num = len(pictures_BD) - batch.num_mixed  # a mixed view is told by its texts, but no text's picture
        scale = self.learner.log_scale.exp().clamp(max=100.0)
        told_ND, means_NS = self.remembered.with_new(pictures_BD[:num], batch.means_BS[:num])
        is_own_BN = nn.functional.pad(batch.is_own_BT[:num, :num], (0, len(told_ND) - num))
        of_texts = belonging(batch.means_BS, batch.texts_TS, is_own_BT=batch.is_own_BT)
        targets_BW = batch.targets_BW
        if batch.num_mixed and batch.share_of_next_B is not None:
            of_texts = shared_with_next(of_texts, batch.share_of_next_B, batch.num_mixed)
            targets_BW = shared_with_next(targets_BW, batch.share_of_next_B, batch.num_mixed)
        of_pictures = belonging(batch.texts_TS[:num], means_NS, is_own_BT=is_own_BN)
        return {
            "to_text": contrast(scale * pictures_BD @ texts_TD.T, of_texts),
            "to_picture": contrast(scale * texts_TD[:num] @ told_ND.T, of_pictures),
            "naming": naming(names_BW, targets_BW),
        }

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the average towards the network; a young average forgets faster."""
        share = 1.0 - min(self.training.average_decay, (1.0 + self.step) / (10.0 + self.step))
        own, average = self.learner.network.state_dict(), self.average.state_dict()
        names = [name for name, kept in average.items() if kept.is_floating_point()]
        torch._foreach_lerp_([average[name] for name in names], [own[name] for name in names], share)


def train_frames(training: FrameTraining, *, report: Report, cancel: CancelToken) -> FrameNetwork:
    """Train to the end of the budget, and return the averaged network.

    Raises:
        Cancelled: asked to stop; the state is saved, and the same call goes on from it.
    """
    cache = training.out_dir / "cache"
    pictures = open_pictures(training.data, cache, report=report)
    said = say(pictures, cache, report=report)
    run = FrameRun(training, len(said.words))
    run.resume()
    _note(training, {"training": {k: v.name if isinstance(v, Path) else v for k, v in asdict(training).items()},
                     "weights": sum(weights.numel() for weights in run.learner.network.parameters()),
                     "words": len(said.words), "texts": len(said.texts)})  # fmt: skip
    try:
        _train(run, pictures, said, report, cancel)
    finally:
        run.save()
    if run.best is not None:
        run.average.load_state_dict(run.best[1])
        _note(training, {"chosen by validation": run.best[0]})
    average: FrameNetwork = run.average.eval()
    return average


def _train(run: FrameRun, pictures: CaptionedPictures, said: Said, report: Report, cancel: CancelToken) -> None:
    training = run.training
    batches = _batches(run, pictures, said)
    saved_at = checked_at = noted_at = run.seconds
    sums: dict[str, torch.Tensor] = {}
    num_summed = 0
    while (done := run.done) < 1.0:
        cancel.raise_if_cancelled()
        parts = run.learn(batches.draw(run.step, training.side_at(done), done), done)
        sums = {name: value + sums[name] if name in sums else value for name, value in parts.items()}
        num_summed += 1
        if run.seconds - noted_at > 20 or run.done >= 1.0:
            means = {name: round(float(total) / num_summed, 4) for name, total in sums.items()}
            _note(training, {**_where(run, done), **means})
            report(done, f"step {run.step}, {run.samples / batches.samples_an_epoch:.1f} epochs, {means}")
            sums, num_summed, noted_at = {}, 0, run.seconds
        if run.seconds - checked_at > training.check_seconds or run.done >= 1.0:
            scores = validation_scores(run.average, pictures, said)
            _note(training, {**_where(run, done), **scores})
            _keep_best(run, scores)
            checked_at = run.seconds
        if run.seconds - saved_at > training.save_seconds:
            run.save()
            saved_at = run.seconds


def _batches(run: FrameRun, pictures: CaptionedPictures, said: Said) -> Batches | ResidentBatches:
    training = run.training
    if training.resident is None:
        return Batches(pictures, said, batch_size=training.batch_size, seed=training.seed)
    return ResidentBatches(pictures, said, training.resident, seed=training.seed, device=run.device)


def _keep_best(run: FrameRun, scores: dict[str, float]) -> None:
    """Keep a copy of the average where a long training on a GPU, which may overfit, stands best by validation."""
    if run.training.resident is None or not scores:
        return
    score = sum(scores.values()) / len(scores)
    if run.best is None or score >= run.best[0]:
        run.best = (score, {name: value.detach().clone() for name, value in run.average.state_dict().items()})
        info = FrameEncoderInfo("unfinished", run.training.network.dimension, math.nan, math.nan)
        save_frame_network(run.average, info, run.training.out_dir / "best")


def _where(run: FrameRun, done: float) -> dict[str, Any]:
    return {
        "step": run.step, "samples": run.samples, "seconds": round(run.seconds, 1),
        "pictures_a_second": round(run.samples / max(run.seconds, 1.0), 1),
        "processor_seconds": round(run.processor_seconds, 1), "side": run.training.side_at(done),
        "scale": round(float(run.learner.log_scale.exp().detach()), 2),
    }  # fmt: skip


def _note(training: FrameTraining, entry: dict[str, Any]) -> None:
    training.out_dir.mkdir(parents=True, exist_ok=True)
    with (training.out_dir / "log.jsonl").open("a") as log:
        log.write(json.dumps(entry) + "\n")
