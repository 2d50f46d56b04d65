"""Build the networks of a size, untrained (the text encoder excepted, which starts from the sentence encoder)."""

from __future__ import annotations

import torch
from diffusers import AutoencoderKLLTXVideo, FlowMatchEulerDiscreteScheduler, LTXVideoTransformer3DModel

from kinora.generate.model.sizes import ModelSize

TEXT_CHANNELS = 384


def build_vae(size: ModelSize) -> AutoencoderKLLTXVideo:
    """Return a causal video autoencoder: (B, 3, T, H, W) in [-1, 1] ↔ (B, C, (T-1)/4+1, H/16, W/16).

    Where all stages are as wide, training starts from principal components (`train/linear_start.py`).
    """
    return AutoencoderKLLTXVideo(
        latent_channels=size.latent_channels,
        block_out_channels=size.encoder_channels,
        decoder_block_out_channels=size.decoder_channels,
        down_block_types=("LTXVideoDownBlock3D",) * 3,
        layers_per_block=size.encoder_layers,
        decoder_layers_per_block=size.decoder_layers,
        spatio_temporal_scaling=(True, True, False),
        decoder_spatio_temporal_scaling=(True, True, False),
        decoder_inject_noise=(False,) * 4,
        upsample_residual=(False,) * 3,
        upsample_factor=(1,) * 3,
        downsample_type=("conv",) * 3,
        patch_size=4,
        encoder_causal=True,
        decoder_causal=False,
    )


def build_denoiser(size: ModelSize) -> LTXVideoTransformer3DModel:
    """Return a diffusion transformer over latent tokens; its output starts at zero, so that training starts calm."""
    denoiser = LTXVideoTransformer3DModel(
        in_channels=size.latent_channels,
        out_channels=size.latent_channels,
        num_attention_heads=size.num_heads,
        attention_head_dim=size.head_dim,
        cross_attention_dim=size.width,
        num_layers=size.num_layers,
        caption_channels=TEXT_CHANNELS,
    )
    torch.nn.init.zeros_(denoiser.proj_out.weight)
    torch.nn.init.zeros_(denoiser.proj_out.bias)
    torch.nn.init.zeros_(denoiser.time_embed.linear.weight)
    torch.nn.init.zeros_(denoiser.time_embed.linear.bias)
    return denoiser


def build_scheduler() -> FlowMatchEulerDiscreteScheduler:
    """Return the scheduler of straight paths from noise to data (Liu et al. 2022, "Flow Straight and Fast")."""
    return FlowMatchEulerDiscreteScheduler()
