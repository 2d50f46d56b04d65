"""Build the networks of a size, untrained (the text encoder excepted, which starts from the sentence encoder)."""

from __future__ import annotations

import torch
from diffusers import AutoencoderKLLTXVideo, FlowMatchEulerDiscreteScheduler, LTXVideoTransformer3DModel

from kinora.generate.model.sizes import ModelSize

TEXT_CHANNELS = 384
_FIRST_LOG_VARIANCE = -7.0


def build_vae(size: ModelSize) -> AutoencoderKLLTXVideo:
    """Return a causal video autoencoder: (B, 3, T, H, W) in [-1, 1] ↔ (B, C, (T-1)/4+1, H/16, W/16).

    Down- and upsampling have shortcuts without weights (LTX-Video 0.9.5; Chen et al. 2024, "Deep Compression
    Autoencoder"): it learns several times faster than with strided convolutions.
    """
    vae = AutoencoderKLLTXVideo(
        latent_channels=size.latent_channels,
        block_out_channels=size.encoder_channels,
        decoder_block_out_channels=size.decoder_channels,
        down_block_types=("LTXVideo095DownBlock3D",) * 2,
        downsample_type=("spatiotemporal",) * 2,
        layers_per_block=size.vae_layers,
        decoder_layers_per_block=size.vae_layers,
        spatio_temporal_scaling=(True, True),
        decoder_spatio_temporal_scaling=(True, True),
        decoder_inject_noise=(False,) * 3,
        upsample_residual=(True,) * 2,
        upsample_factor=(2,) * 2,
        patch_size=4,
        encoder_causal=True,
        decoder_causal=False,
    )
    for name, weights in vae.named_parameters():
        if ".conv2.conv." in name:
            torch.nn.init.zeros_(weights)  # each residual block begins as nothing: learns steadier and sooner
    last = vae.encoder.conv_out.conv  # its last channel is the log variance of all: begin with little noise
    torch.nn.init.zeros_(last.weight[-1:])
    torch.nn.init.constant_(last.bias[-1:], _FIRST_LOG_VARIANCE)
    return vae


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
