"""SigLIP 2 as a `FrameEncoder`: pictures and words in one space, through transformers.

Follows what the networks were trained with (Tschannen et al. 2025): words in lower case, no start token, an end token,
padded on the right to exactly 64 and read without an attention mask, because the last position is pooled; pictures
squashed to the square and scaled to [-1, 1]. Loads torch: import it only in the encoder service and in children.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import AutoConfig, SiglipModel
from transformers.utils import logging as transformers_logging

from kinora.errors import SettingRefused
from kinora.moments.frame_encoder import Rgb, Vectors
from kinora.moments.sentence_encoder import has_fast_bfloat16

_NUM_TOKENS = 64
_BATCH = 8


class SiglipEncoder:
    """A SigLIP or SigLIP 2 of fixed resolution, from a folder with config.json, tokenizer.json and the weights."""

    def __init__(self, name: str, folder: Path, *, dtype: torch.dtype | None = None) -> None:
        """Load the weights.

        Raises:
            SettingRefused: the folder holds another kind of network.
        """
        transformers_logging.disable_progress_bar()
        self._dtype = dtype or (torch.bfloat16 if has_fast_bfloat16() else torch.float32)
        config: Any = _config_of(folder)
        model: Any = SiglipModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        self.logit_scale = float(model.logit_scale.item())  # read before bfloat16 rounds them
        self.logit_bias = float(model.logit_bias.item())
        self._model = model.to(self._dtype).eval()
        self.side: int = int(config.vision_config.image_size)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._end_id, self._pad_id = self._special("<eos>"), self._special("<pad>")
        self.name = name
        self.dimension = int(config.vision_config.hidden_size)

    def _special(self, token: str) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise SettingRefused(f"the tokenizer of {self._model.name_or_path} has no {token}; SigLIP 2's has")
        return int(found)

    @torch.inference_mode()
    def embed_images(self, images: Sequence[Rgb]) -> Vectors:
        """Return (N, D) unit vectors of (H, W, 3) pictures of any size."""
        vectors = np.zeros((len(images), self.dimension), dtype=np.float32)
        for start in range(0, len(images), _BATCH):
            batch = np.stack([self._squashed(rgb) for rgb in images[start : start + _BATCH]])
            pixels_BCHW = torch.from_numpy(batch).permute(0, 3, 1, 2).to(self._dtype)
            pooled_BD = self._model.vision_model(pixel_values=pixels_BCHW).pooler_output
            vectors[start : start + _BATCH] = _unit(pooled_BD)
        return vectors

    @torch.inference_mode()
    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (N, D) unit vectors of texts; what is beyond 63 tokens is not seen."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            tokens_BT = torch.tensor([self.token_ids(text) for text in texts[start : start + _BATCH]])
            pooled_BD = self._model.text_model(input_ids=tokens_BT).pooler_output
            vectors[start : start + _BATCH] = _unit(pooled_BD)
        return vectors

    def token_ids(self, text: str) -> list[int]:
        """Return exactly 64 token numbers: the words', the end's, then padding."""
        words = self._tokenizer.encode(text.lower(), add_special_tokens=False).ids[: _NUM_TOKENS - 1]
        return [*words, self._end_id, *[self._pad_id] * (_NUM_TOKENS - 1 - len(words))]

    def _squashed(self, rgb: Rgb) -> npt.NDArray[np.float32]:
        """Return the picture at the network's square, values in [-1, 1]."""
        side = (self.side, self.side)
        square = Image.fromarray(rgb).resize(side, Image.Resampling.BILINEAR)
        return np.asarray(square, dtype=np.float32) / 127.5 - 1.0


def _unit(pooled_BD: torch.Tensor) -> npt.NDArray[np.float32]:
    unit: npt.NDArray[np.float32] = torch.nn.functional.normalize(pooled_BD.float(), dim=-1).numpy()
    return unit


def _config_of(folder: Path) -> object:
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    if config.model_type != "siglip":
        raise SettingRefused(
            f"{folder} holds a network of type {config.model_type!r}; the picture encoder takes a SigLIP 2 of fixed"
            " resolution such as google/siglip2-base-patch16-224 (its type is 'siglip'; the NaFlex ones are 'siglip2')"
        )
    return config
