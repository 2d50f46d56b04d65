"""What a training carries from step to step, and from run to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from kinora.generate.saved_state import load_state, save_state
from kinora.generate.train.average import WeightAverage
from kinora.generate.train.budget import Budget, learning_rate_factor


class TrainingRun:
    """A network, its average, its optimizer and its step, kept in one file."""

    def __init__(
        self,
        network: torch.nn.Module,
        path: Path,
        budget: Budget,
        *,
        learning_rate: float,
        decay: float,
        weight_decay: float,
    ) -> None:
        self.network = network
        self.average = WeightAverage(network, decay=decay)
        self.step = 0
        self.budget = budget
        self._path = path
        self._learning_rate = learning_rate
        self._optimizer = torch.optim.AdamW(
            [weights for weights in network.parameters() if weights.requires_grad],
            lr=learning_rate,
            betas=(0.9, 0.98),
            weight_decay=weight_decay,
            fused=next(network.parameters()).is_cuda,
        )
        self._saved_at = 0.0

    def resume(self) -> None:
        """Go on from the file where there is one."""
        state = load_state(self._path)
        if state is None:
            return
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step = int(state["step"])
        self.budget.seconds_before = self._saved_at = float(state["seconds"])

    def save(self) -> None:
        """Write everything that a later run needs."""
        self._saved_at = self.budget.seconds_spent
        state: dict[str, Any] = {
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self.step,
            "seconds": self._saved_at,
        }
        save_state(self._path, state)

    def seconds_since_save(self) -> float:
        """Return the training time that a kill would lose now."""
        return self.budget.seconds_spent - self._saved_at

    def learn(self, loss: torch.Tensor, done: float) -> None:
        """Take one step down the loss."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._learning_rate * learning_rate_factor(self.step, done)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimizer.step()
        self.average.follow(self.network, self.step)
        self.step += 1
