"""The bill's formula beside PyTorch's own counter, on tiny models of the true classes and the embedded sizes."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.integration.generate.tiny_families import BUILDERS, saved
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from kinora.generate.architecture import architecture_of
from kinora.generate.families.family import Given, WindowRequest
from kinora.generate.loader import open_model

SIDE, LATENT_FRAMES = 64, 3  # and as many words as a family reads: Mochi leaves places without words out
FIXED = {"cogvideox_i2v": 32, "cogvideox_dpm": 32}  # their places are of one size, and no larger than it


def counted_flop(family, side: int) -> float:
    """Return what one forward pass of the family's denoiser counts: attention as two products."""
    transformer, counted = family._pipeline.transformer, []
    forward = transformer.forward

    def counting(*args, **kwargs):
        with FlopCounterMode(display=False) as counter:
            made = forward(*args, **kwargs)
        batch = (kwargs["hidden_states"] if "hidden_states" in kwargs else args[0]).shape[0]
        counted.append(counter.get_total_flops() / batch)
        return made

    transformer.forward = counting
    pixels = np.zeros((1, side, side, 3), np.uint8)
    given = (Given(None, None, 0.0, 1.0, pixels),) if family.facts.needs else ()
    space = family.facts.spatial_ratio
    shape = (family.num_channels, LATENT_FRAMES, side // space, side // space)
    window = WindowRequest("a red ball rolls left " * 60, "", shape, 8.0, True, given, None, 1.0, 0, 2, 1.0)
    with sdpa_kernel(SDPBackend.MATH):
        family.denoise(window, lambda *_: None)
    return counted[0]


def predicted_flop(folder: Path, family, side: int) -> float:
    architecture = architecture_of(folder)
    num_frames = (LATENT_FRAMES - 1) * family.facts.temporal_ratio + 1
    return architecture.denoiser_flop(architecture.num_tokens(side, side, num_frames))


@pytest.mark.parametrize("name", list(BUILDERS))
def test_the_formula_is_within_a_quarter_of_the_counter(name, tmp_path):
    torch.manual_seed(0)
    folder = saved(name, tmp_path)
    family = open_model(str(folder))
    side = FIXED.get(name, SIDE)
    assert predicted_flop(folder, family, side) == pytest.approx(counted_flop(family, side), rel=0.25)


@pytest.mark.parametrize("size", ["tiny", "small"])
def test_the_formula_is_within_a_quarter_for_the_embedded_sizes(size, tmp_path):
    import json

    from kinora.generate.model.networks import build_denoiser
    from kinora.generate.model.sizes import SIZES

    denoiser = build_denoiser(SIZES[size]).eval()
    denoiser.save_pretrained(tmp_path / "transformer")
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "LTXConditionPipeline"}))
    (tmp_path / "vae").mkdir()
    (tmp_path / "vae" / "config.json").write_text(json.dumps({"spatio_temporal_scaling": [True, True]}))
    (tmp_path / "tokenizer").mkdir()
    (tmp_path / "tokenizer" / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 48}))
    frames, rows = 5, 4
    num_tokens = frames * rows * rows
    inputs = SimpleNamespace(
        hidden_states=torch.zeros(1, num_tokens, SIZES[size].latent_channels),
        encoder_hidden_states=torch.zeros(1, 48, 384),
        timestep=torch.zeros(1, num_tokens),
        encoder_attention_mask=torch.ones(1, 48),
        video_coords=torch.zeros(1, 3, num_tokens),
    )
    with sdpa_kernel(SDPBackend.MATH), torch.no_grad(), FlopCounterMode(display=False) as counter:
        denoiser(**vars(inputs))
    architecture = architecture_of(tmp_path)
    assert architecture.num_tokens(64, 64, 17) == num_tokens
    assert architecture.denoiser_flop(num_tokens) == pytest.approx(counter.get_total_flops(), rel=0.25)
