"""Randomly initialised networks of the real classes, saved as the real checkpoints are; they run in seconds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers

if TYPE_CHECKING:
    from transformers import WhisperForConditionalGeneration

_ENGLISH_SIZE = 2_000
_LETTERS = "▁abcdefghijklmnopqrstuvwxyz0123456789.,!?'-"


def save_tiny_siglip(folder: Path, *, seed: int = 0) -> Path:
    """Save a SigLIP of fixed resolution with a Gemma-like tokenizer, as google/siglip2-base-patch16-224 is saved."""
    import torch
    from transformers import SiglipConfig, SiglipModel

    torch.manual_seed(seed)
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = SiglipConfig(
        text_config={**tower, "vocab_size": 512, "max_position_embeddings": 64, "projection_size": 32},
        vision_config={**tower, "image_size": 32, "patch_size": 8},
    )
    model = SiglipModel(config)
    with torch.no_grad():
        model.logit_scale.fill_(4.7123)
        model.logit_bias.fill_(-16.5432)
    model.save_pretrained(folder)
    tiny_gemma_tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def tiny_gemma_tokenizer() -> Tokenizer:
    """Return a BPE with Gemma's special tokens, normaliser and byte fallback, one token a letter."""
    vocabulary = {token: number for number, token in enumerate(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"])}
    for byte in range(256):
        vocabulary[f"<0x{byte:02X}>"] = len(vocabulary)
    for letter in _LETTERS:
        vocabulary[letter] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocabulary, [], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return tokenizer


def save_scripted_whisper(folder: Path, scratch: Path, says: str) -> Path:
    """Save a Whisper converted to CTranslate2, as faster-whisper's English ones are, that hears one sentence.

    Its layers add nothing and its position embeddings point at the script's tokens, so that the whole real path runs
    (features, language, beam search, timestamps, word times) and what comes out is known.
    """
    import torch
    from ctranslate2.converters import TransformersConverter
    from transformers import GenerationConfig, WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

    torch.manual_seed(0)
    tokenizer, ids = _tiny_whisper_tokenizer(says.split())
    config = WhisperConfig(
        vocab_size=tokenizer.get_vocab_size(), d_model=64, encoder_layers=2, decoder_layers=2, num_mel_bins=80,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64,
        max_source_positions=1500, max_target_positions=448, pad_token_id=ids["<|endoftext|>"],
        bos_token_id=ids["<|endoftext|>"], eos_token_id=ids["<|endoftext|>"],
        decoder_start_token_id=ids["<|startoftranscript|>"],
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config)
    _follow_script(model, _script(tokenizer, ids, says))
    languages = {token: number for token, number in ids.items() if token == "<|en|>"}
    model.generation_config = GenerationConfig(
        suppress_tokens=[], begin_suppress_tokens=[], lang_to_id=languages, alignment_heads=[[1, 0], [1, 1]],
        no_timestamps_token_id=ids["<|notimestamps|>"], is_multilingual=False,
        decoder_start_token_id=ids["<|startoftranscript|>"],
    )  # fmt: skip
    model.save_pretrained(scratch)
    tokenizer.save(str(scratch / "tokenizer.json"))
    settings = {"tokenizer_class": "WhisperTokenizer", "unk_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}
    (scratch / "tokenizer_config.json").write_text(json.dumps(settings))
    WhisperFeatureExtractor(feature_size=80).save_pretrained(scratch)
    converter = TransformersConverter(str(scratch), copy_files=["tokenizer.json", "preprocessor_config.json"])
    converter.convert(str(folder), force=True)
    return folder


def _script(tokenizer: Tokenizer, ids: dict[str, int], says: str) -> list[int]:
    """Return the tokens after the start of an English transcript: a start time, the words, an end time, the end."""
    words = [tokenizer.token_to_id(f"Ġ{word}") for word in says.split()]
    return [ids["<|0.00|>"], *words, ids["<|4.00|>"], ids["<|endoftext|>"]]


def _follow_script(model: WhisperForConditionalGeneration, tokens: list[int]) -> None:
    import torch

    decoder = model.model.decoder
    with torch.no_grad():
        for layer in decoder.layers:
            for part in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
                part.weight.zero_()
                part.bias.zero_()
        rows = torch.randn_like(decoder.embed_tokens.weight)
        rows = torch.nn.functional.normalize(rows - rows.mean(dim=1, keepdim=True), dim=1)
        decoder.embed_tokens.weight.copy_(10 * rows)
        decoder.embed_positions.weight.zero_()
        for position, token in enumerate(tokens):
            decoder.embed_positions.weight[position] = 500 * rows[token]


def _tiny_whisper_tokenizer(words: list[str]) -> tuple[Tokenizer, dict[str, int]]:
    special = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>"]
    special += ["<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    special += [f"<|{hundredth / 50:.2f}|>" for hundredth in range(1501)]
    letters = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *dict.fromkeys(f"Ġ{word}" for word in words)]
    fillers = [f"filler{number}" for number in range(_ENGLISH_SIZE - len(letters) - len(special))]
    vocabulary = {token: number for number, token in enumerate([*letters, *fillers])}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    return tokenizer, {token: tokenizer.token_to_id(token) for token in special}
