"""An exponential moving average of weights."""

from __future__ import annotations

import copy

import torch


class WeightAverage:
    """Follows a network; young averages forget faster, so that the start does not linger."""

    def __init__(self, network: torch.nn.Module, decay: float = 0.9995) -> None:
        self.network = copy.deepcopy(network).requires_grad_(False).eval()
        self._decay = decay

    @torch.no_grad()
    def follow(self, network: torch.nn.Module, step: int) -> None:
        """Move towards the network's weights after the step of that number."""
        decay = min(self._decay, (1.0 + step) / (10.0 + step))
        means: list[torch.Tensor] = list(self.network.parameters())
        learnt = [weights.detach() for weights in network.parameters()]
        torch._foreach_lerp_(means, learnt, 1.0 - decay)
        for kept, value in zip(self.network.buffers(), network.buffers(), strict=True):
            kept.copy_(value)
