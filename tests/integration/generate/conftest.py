"""A tiny model of the shipped one's classes, with random weights: every door is tried on the true path in seconds."""

from pathlib import Path

import pytest
import torch


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    """Return a diffusers folder of two layers and eight latent channels."""
    from diffusers import LTXConditionPipeline

    from kinora.generate.model.folder import save_pipeline
    from kinora.generate.model.networks import build_denoiser, build_scheduler, build_vae
    from kinora.generate.model.sizes import SIZES
    from kinora.generate.model.text import build_text_encoder

    torch.manual_seed(0)
    size = SIZES["tiny"]
    encoder, tokenizer = build_text_encoder(size, ["ball"])
    denoiser = build_denoiser(size)
    torch.nn.init.normal_(denoiser.proj_out.weight, std=0.2)  # it is built to say nothing; here it must say something
    folder = tmp_path_factory.mktemp("model") / "tiny"
    pipeline = LTXConditionPipeline(
        scheduler=build_scheduler(),
        vae=build_vae(size),
        text_encoder=encoder,
        tokenizer=tokenizer,
        transformer=denoiser,
    )
    save_pipeline(pipeline, folder)
    return folder
