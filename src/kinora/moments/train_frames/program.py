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
from kinora.moments.kinora_frames.network import FrameNetwork, FrameNetworkConfig
from kinora.moments.train_frames.batches import Batch, Batches
from kinora.moments.train_frames.check import validation_scores
from kinora.moments.train_frames.losses import belonging, contrast, naming
from kinora.moments.train_frames.pictures import CaptionedPictures, open_pictures
from kinora.moments.train_frames.said import Said, say

Report = Callable[[float, str], None]


@dataclass(frozen=True)
class FrameTraining:
    """What a training is told; the same folder goes on where it stopped."""

    data: Path
    out_dir: Path
    seconds: float  # of wall time, earlier runs counted
    network: FrameNetworkConfig = field(default_factory=FrameNetworkConfig)
    sides: tuple[tuple[float, int], ...] = ((0.0, 32), (0.5, 48), (0.85, 64))  # from that share on
    batch_size: int = 256
    learning_rate: float = 2.5e-3
    weight_decay: float = 0.05
    naming_weight: float = 0.5
    num_remembered: int = 2048  # pictures of the steps before that texts are told from
    average_decay: float = 0.998
    max_steps: int = 0  # 0: no limit but the seconds
    save_seconds: float = 240.0
    check_seconds: float = 600.0
    seed: int = 0

    def side_at(self, done: float) -> int:
        """Return the crops' side in pixels at that share of the training."""
        return [side for start, side in self.sides if done >= start][-1]

    def rate_at(self, step: int, done: float) -> float:
        """Return the learning rate: a warm-up of 100 steps, then a cosine to the end."""
        return self.learning_rate * min(1.0, (step + 1) / 100) * (0.002 + 0.998 * 0.5 * (1 + math.cos(math.pi * done)))


class Learner(nn.Module):
    """The network and what only training needs: the scale of its scores, and the naming of words."""

    def __init__(self, config: FrameNetworkConfig, num_words: int) -> None:
        super().__init__()
        self.network = FrameNetwork(config)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.words = nn.Linear(config.features, num_words)

    def forward(self, pixels_BCHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (B, D) unit vectors and (B, W) scores of words."""
        features = self.network.image.features(pixels_BCHW)
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
        self.learner = Learner(training.network, num_words).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.learner.network).requires_grad_(False)
        self.step, self.samples = 0, 0
        self.remembered = Remembered(training.num_remembered)
        self._optimizer = torch.optim.AdamW(self._groups(), lr=training.learning_rate, betas=(0.9, 0.98), fused=True)
        self._path = training.out_dir / "state.pt"
        self._seconds_before, self._started = 0.0, time.monotonic()

    def _groups(self) -> list[dict[str, Any]]:
        decayed = [weights for weights in self.learner.parameters() if weights.ndim > 1]
        others = [weights for weights in self.learner.parameters() if weights.ndim <= 1]
        return [
            {"params": decayed, "weight_decay": self.training.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]

    @property
    def seconds(self) -> float:
        """Return the wall time spent, earlier runs counted."""
        return self._seconds_before + time.monotonic() - self._started

    @property
    def done(self) -> float:
        """Return the share of the training that is over, in [0, 1]."""
        by_steps = self.step / self.training.max_steps if self.training.max_steps else 0.0
        return min(1.0, max(by_steps, self.seconds / self.training.seconds))

    def resume(self) -> None:
        """Go on from the file where there is one."""
        if not self._path.is_file():
            return
        state = torch.load(self._path, weights_only=True)
        self.learner.load_state_dict(state["learner"])
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step, self.samples, self._seconds_before = state["step"], state["samples"], state["seconds"]

    def save(self) -> None:
        """Write all that a later run needs."""
        state = {
            "learner": self.learner.state_dict(), "average": self.average.state_dict(), "step": self.step,
            "optimizer": self._optimizer.state_dict(), "samples": self.samples, "seconds": self.seconds,
        }  # fmt: skip
        new = self._path.with_suffix(".new")
        torch.save(state, new)
        new.replace(self._path)

    def learn(self, batch: Batch, done: float) -> dict[str, float]:
        """Take one step down the loss, and return its parts."""
        parts = self._losses(batch)
        for group in self._optimizer.param_groups:
            group["lr"] = self.training.rate_at(self.step, done)
        self._optimizer.zero_grad(set_to_none=True)
        loss = parts["to_text"] + parts["to_picture"] + self.training.naming_weight * parts["naming"]
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.learner.parameters(), 2.0)
        self._optimizer.step()
        self._follow()
        self.step += 1
        self.samples += len(batch.pixels_BCHW)
        return {name: float(value.detach()) for name, value in parts.items()}

    def _losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        pictures_BD, names_BW = self.learner(batch.pixels_BCHW)
        texts_TD = self.learner.network.text(batch.texts_TS)
        num = len(pictures_BD)
        scale = self.learner.log_scale.exp().clamp(max=100.0)
        told_ND, means_NS = self.remembered.with_new(pictures_BD, batch.means_BS)
        is_own_BN = nn.functional.pad(batch.is_own_BT[:, :num], (0, len(told_ND) - num))
        of_texts = belonging(batch.means_BS, batch.texts_TS, is_own_BT=batch.is_own_BT)
        of_pictures = belonging(batch.texts_TS[:num], means_NS, is_own_BT=is_own_BN)
        return {
            "to_text": contrast(scale * pictures_BD @ texts_TD.T, of_texts),
            "to_picture": contrast(scale * texts_TD[:num] @ told_ND.T, of_pictures),
            "naming": naming(names_BW, batch.targets_BW),
        }

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the average towards the network; a young average forgets faster."""
        share = 1.0 - min(self.training.average_decay, (1.0 + self.step) / (10.0 + self.step))
        own, average = self.learner.network.state_dict(), self.average.state_dict()
        for name, kept in average.items():
            if kept.is_floating_point():
                kept.lerp_(own[name], share)


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
    average: FrameNetwork = run.average.eval()
    return average


def _train(run: FrameRun, pictures: CaptionedPictures, said: Said, report: Report, cancel: CancelToken) -> None:
    training = run.training
    batches = Batches(pictures, said, batch_size=training.batch_size, seed=training.seed)
    saved_at = checked_at = noted_at = run.seconds
    sums: dict[str, float] = {}
    num_summed = 0
    while (done := run.done) < 1.0:
        cancel.raise_if_cancelled()
        parts = run.learn(batches.draw(run.step, training.side_at(done)), done)
        sums = {name: sums.get(name, 0.0) + value for name, value in parts.items()}
        num_summed += 1
        if run.seconds - noted_at > 20 or run.done >= 1.0:
            means = {name: round(total / num_summed, 4) for name, total in sums.items()}
            _note(training, {**_where(run, done), **means})
            report(done, f"step {run.step}, {run.samples / batches.samples_an_epoch:.1f} epochs, {means}")
            sums, num_summed, noted_at = {}, 0, run.seconds
        if run.seconds - saved_at > training.save_seconds:
            run.save()
            saved_at = run.seconds
        if run.seconds - checked_at > training.check_seconds or run.done >= 1.0:
            _note(training, {**_where(run, done), **validation_scores(run.average, pictures, said)})
            checked_at = run.seconds


def _where(run: FrameRun, done: float) -> dict[str, Any]:
    return {
        "step": run.step, "samples": run.samples, "seconds": round(run.seconds, 1),
        "processor_seconds": round(time.process_time(), 1), "side": run.training.side_at(done),
        "scale": round(float(run.learner.log_scale.exp().detach()), 2),
    }  # fmt: skip


def _note(training: FrameTraining, entry: dict[str, Any]) -> None:
    training.out_dir.mkdir(parents=True, exist_ok=True)
    with (training.out_dir / "log.jsonl").open("a") as log:
        log.write(json.dumps(entry) + "\n")
