"""SigLIP 2 by the classes of its public checkpoints, tiny and with random weights."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frame_encoder_suite import FrameEncoderSuite, pictures

from kinora.config import Settings
from kinora.errors import SettingRefused, WeightsMissing
from kinora.moments.encoder_service import Encoders
from kinora.moments.frame_encoder import info_of
from kinora.moments.siglip import SiglipEncoder


@pytest.fixture(scope="module")
def encoder(tiny_siglip: Path) -> SiglipEncoder:
    import torch

    return SiglipEncoder("tiny", tiny_siglip, dtype=torch.float32)


@pytest.fixture(scope="module")
def rounded_encoder(tiny_siglip: Path) -> SiglipEncoder:
    import torch

    return SiglipEncoder("tiny", tiny_siglip, dtype=torch.bfloat16)


class TestSiglip(FrameEncoderSuite):
    """The conformance suite over SigLIP."""


class TestBfloat16(FrameEncoderSuite):
    """The same where the processor multiplies bfloat16."""

    @pytest.fixture
    def encoder(self, rounded_encoder: SiglipEncoder) -> SiglipEncoder:
        return rounded_encoder


def test_words_are_lower_case_padded_right_to_64_with_an_end_and_no_start(encoder: SiglipEncoder) -> None:
    ids = encoder.token_ids("A Dog")
    letters = [encoder._tokenizer.token_to_id(letter) for letter in "a▁dog"]
    assert ids == [*letters, 1, *[0] * 58]
    long = encoder.token_ids("dog " * 100)
    assert len(long) == 64 and long[-1] == 1 and 0 not in long


def test_it_agrees_with_transformers_own_processing(encoder: SiglipEncoder, tiny_siglip: Path) -> None:
    """The model's own forward pass with its own image processor gives the same cosines, scale and bias."""
    import torch
    from PIL import Image
    from transformers import SiglipModel
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    model = SiglipModel.from_pretrained(tiny_siglip).eval()
    processor = SiglipImageProcessorPil(
        size={"height": 32, "width": 32}, image_mean=[0.5] * 3, image_std=[0.5] * 3, resample=2
    )
    images, texts = pictures(4), ["a dog", "the sea at night"]
    pixels = processor([Image.fromarray(rgb) for rgb in images], return_tensors="pt")["pixel_values"]
    with torch.inference_mode():
        whole = model(pixel_values=pixels, input_ids=torch.tensor([encoder.token_ids(text) for text in texts]))
    cosines = encoder.embed_texts(texts) @ encoder.embed_images(images).T
    info = info_of(encoder)
    assert (info.logit_scale, info.logit_bias) == (pytest.approx(4.7123), pytest.approx(-16.5432))
    logits = math.exp(info.logit_scale) * cosines + info.logit_bias
    assert np.allclose(logits, whole.logits_per_text.numpy(), atol=0.05)
    probability = info.match_probability(float(cosines[0, 0]))
    assert probability == pytest.approx(1 / (1 + math.exp(-float(whole.logits_per_text[0, 0]))), rel=0.05)


def test_settings_choose_it(tiny_siglip: Path, tmp_path: Path) -> None:
    def described(setting: str) -> dict[str, Any]:
        return Encoders(Settings(home=tmp_path, frame_encoder=setting)).answer({"verb": "describe_frame_encoder"})[0]

    found = described(str(tiny_siglip))
    assert (found["name"], found["dimension"]) == ("tiny-siglip2", 32)
    with pytest.raises(WeightsMissing, match="no picture encoder is set"):
        described("off")
    with pytest.raises(WeightsMissing, match="pictures are not searched by words"):
        described("siglip2-base-patch16-224")


def test_another_kind_of_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "siglip2"}')
    with pytest.raises(SettingRefused, match="NaFlex"):
        SiglipEncoder("x", tmp_path)
