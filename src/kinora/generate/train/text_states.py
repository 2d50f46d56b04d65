"""Text states of captions, kept: a clip is trained on many times, and its words cost as much as a part of the step.

Letters: B clips, L text tokens, D text channels.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import BertModel, PreTrainedTokenizerFast

from kinora.generate.model.text import MAX_TEXT_TOKENS


class TextStates:
    """The frozen text encoder, with the latest captions' states in memory."""

    def __init__(
        self, encoder: BertModel, tokenizer: PreTrainedTokenizerFast, device: str, *, kept_captions: int = 60_000
    ) -> None:
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._device = device
        self._kept_captions = kept_captions
        self._states: OrderedDict[str, torch.Tensor] = OrderedDict()  # each (L, D), half precision, on the device

    def __call__(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return states (B, L, D) and mask (B, L)."""
        self._read([text for text in dict.fromkeys(texts) if text not in self._states])
        states = [self._states[text] for text in texts]
        for text in texts:
            self._states.move_to_end(text)
        while len(self._states) > self._kept_captions:
            self._states.popitem(last=False)
        lengths_B1 = torch.tensor([[len(one)] for one in states])
        mask_BL = (torch.arange(int(lengths_B1.max())) < lengths_B1).long()
        return pad_sequence(states, batch_first=True).float(), mask_BL.to(self._device)

    @torch.no_grad()
    def _read(self, texts: list[str]) -> None:
        if not texts:
            return
        tokens = self._tokenizer(texts, padding=True, truncation=True, max_length=MAX_TEXT_TOKENS, return_tensors="pt")
        lengths = tokens["attention_mask"].sum(dim=1).tolist()
        on_device = tokens.to(self._device)
        states_BLD = self._encoder(on_device["input_ids"], attention_mask=on_device["attention_mask"])[0]
        for text, states_LD, length in zip(texts, states_BLD, lengths, strict=True):
            self._states[text] = states_LD[:length].half()
