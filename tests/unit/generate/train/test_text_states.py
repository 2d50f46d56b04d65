"""Captions' states are read once, padded to the batch, and the oldest are forgotten."""

import torch

from kinora.generate.model.sizes import SIZES
from kinora.generate.model.text import build_text_encoder
from kinora.generate.train.clip_source import ClipShape
from kinora.generate.train.denoiser import clips_of_a_batch
from kinora.generate.train.text_states import TextStates


class Counted:
    """Counts the texts that a text encoder reads."""

    def __init__(self, encoder) -> None:
        self.encoder = encoder
        self.num_texts = 0

    def __call__(self, input_ids, **rest):
        self.num_texts += len(input_ids)
        return self.encoder(input_ids, **rest)


def test_states_are_the_encoders_own_and_read_once():
    encoder, tokenizer = build_text_encoder(SIZES["tiny"], ["red", "ball", "left"])
    counted = Counted(encoder)
    states = TextStates(counted, tokenizer, "cpu")
    texts = ["a red ball", "", "a red ball rolls left"]
    found_BLD, mask_BL = states(texts)
    tokens = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        wanted_BLD = encoder(**{name: tokens[name] for name in ("input_ids", "attention_mask")})[0]
    assert mask_BL.tolist() == tokens["attention_mask"].tolist()
    torch.testing.assert_close(found_BLD[mask_BL == 1], wanted_BLD[mask_BL == 1], atol=5e-3, rtol=5e-3)
    assert not found_BLD[mask_BL == 0].any()
    again_BLD, _ = states(list(reversed(texts)))
    assert counted.num_texts == 3
    torch.testing.assert_close(again_BLD.flip(0), found_BLD)


def test_the_oldest_captions_are_forgotten():
    encoder, tokenizer = build_text_encoder(SIZES["tiny"], ["red", "blue"])
    counted = Counted(encoder)
    states = TextStates(counted, tokenizer, "cpu", kept_captions=1)
    for text in ("red", "blue", "blue", "red"):
        states([text])
    assert counted.num_texts == 3


def test_a_batch_has_as_many_clips_as_its_tokens_allow():
    assert clips_of_a_batch(ClipShape(17, 64, 64, 8.0), 960) == 12
    assert clips_of_a_batch(ClipShape(1, 64, 64, 8.0), 960) == 60
    assert clips_of_a_batch(ClipShape(33, 128, 128, 8.0), 100) == 1
