"""Start an autoencoder as the best linear one (principal components of blocks of video), in closed form.

Its convolutions can hold a linear map block by block: each halving keeps the largest principal components of 2×2×2
cells, each doubling lays them out again. Two normalisations with SiLU stand in the way; a constant that is large beside
the signal makes both all but linear there. Residual blocks begin as nothing. Training then begins at the quality of
principal components and goes on from there; from random
weights the same network learnt next to nothing in the same time.

Letters: B clips, C channels, T frames, H and W rows and columns, X cells, D values of a cell.
"""

from __future__ import annotations

import torch
from diffusers import AutoencoderKLLTXVideo

_ENCODER_CONSTANT = 100.0
_DECODER_CONSTANT = 12.0
_WHITENING = 0.5  # 0: components as large as they are; 1: all alike
_LOG_VARIANCE = -7.0  # of the latents, at first


@torch.no_grad()
def start_linear(vae: AutoencoderKLLTXVideo, video_BCTHW: torch.Tensor) -> None:
    """Set the weights from clips in [-1, 1]; every stage of the network must have the same number of channels."""
    width = vae.config.block_out_channels[0]
    for name, weights in vae.named_parameters():
        if ".conv2.conv." in name:
            weights.zero_()
    conv_in = vae.encoder.conv_in.conv
    conv_in.weight.zero_()
    conv_in.bias.zero_()
    num_pixels = conv_in.in_channels
    conv_in.weight[:num_pixels, :, 2, 1, 1] = torch.eye(num_pixels)
    pixels_BCTHW = _patches(vae, video_BCTHW)
    first_KD = _components(_cells(pixels_BCTHW), width)[0]
    halved_BCTHW = _project(pixels_BCTHW, first_KD)
    second_KD, spread_K = _components(_cells(halved_BCTHW), width - 1)
    turn_CC = _turn(width)
    _set_down(vae.encoder.down_blocks[0], first_KD)
    _set_down(vae.encoder.down_blocks[1], turn_CC[:, : width - 1] @ second_KD)
    scale_K = spread_K[: vae.config.latent_channels].clamp(min=1e-3) ** -_WHITENING
    _set_encoder_end(vae, turn_CC, scale_K)
    _set_decoder(vae, first_KD, second_KD, turn_CC, scale_K)


def hold_ends(vae: AutoencoderKLLTXVideo) -> None:
    """Keep the two last convolutions as they are: with nearly constant input, a small step would be a large one."""
    for part in (vae.encoder.conv_out, vae.decoder.conv_out):
        part.requires_grad_(False)


def _patches(vae: AutoencoderKLLTXVideo, video_BCTHW: torch.Tensor) -> torch.Tensor:
    """Return patches of pixels as the encoder's first convolution gives them."""
    found: list[torch.Tensor] = []
    hook = vae.encoder.conv_in.register_forward_hook(lambda _module, _given, made: found.append(made))
    vae.encoder(video_BCTHW)
    hook.remove()
    return found[0]


def _cells(video_BCTHW: torch.Tensor) -> torch.Tensor:
    """Return 2×2×2 cells (X, D), D in the order frame, row, column, channel; the first frame is taken twice."""
    doubled = torch.cat([video_BCTHW[:, :, :1], video_BCTHW], dim=2)
    cells = doubled.unflatten(4, (-1, 2)).unflatten(3, (-1, 2)).unflatten(2, (-1, 2))  # type: ignore[no-untyped-call]
    found: torch.Tensor = cells.permute(0, 2, 4, 6, 3, 5, 7, 1).flatten(0, 3).flatten(1)
    return found


def _components(cells_XD: torch.Tensor, num: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the directions of most energy (K, D) and the root of that energy (K,), largest first."""
    energy_D, directions_DD = torch.linalg.eigh(cells_XD.T.double() @ cells_XD.double() / len(cells_XD))
    largest = energy_D.argsort(descending=True)[:num]
    return directions_DD[:, largest].T.float(), energy_D[largest].clamp(min=0).sqrt().float()


def _project(video_BCTHW: torch.Tensor, components_KD: torch.Tensor) -> torch.Tensor:
    batch, _, num_frames, height, width = video_BCTHW.shape
    cells_XK = _cells(video_BCTHW) @ components_KD.T
    grid = cells_XK.reshape(batch, (num_frames + 1) // 2, height // 2, width // 2, -1)
    return grid.permute(0, 4, 1, 2, 3).contiguous()


def _turn(width: int) -> torch.Tensor:
    """Return a rotation (C, C) whose last column is constant: what lies in the others has mean zero over channels."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(width, width, generator=generator)
    drawn[:, 0] = 1.0
    turned: torch.Tensor = torch.linalg.qr(drawn).Q
    return turned.roll(-1, dims=1)


def _set_down(block: torch.nn.Module, components_KD: torch.Tensor) -> None:
    """Make the strided convolution take these components of each cell: its two later taps a side."""
    conv = block.downsamplers[0].conv  # type: ignore[union-attr,index]
    conv.weight.zero_()
    conv.bias.zero_()
    taps = components_KD.reshape(len(components_KD), 2, 2, 2, -1).permute(0, 4, 1, 2, 3)
    conv.weight[: len(taps), : taps.shape[1], 1:, 1:, 1:] = taps


def _set_encoder_end(vae: AutoencoderKLLTXVideo, turn_CC: torch.Tensor, scale_K: torch.Tensor) -> None:
    vae.encoder.mid_block.resnets[-1].conv2.conv.bias.fill_(_ENCODER_CONSTANT)
    conv = vae.encoder.conv_out.conv
    conv.weight.zero_()
    conv.bias.zero_()
    gain = _ENCODER_CONSTANT / _silu_slope()
    conv.weight[: len(scale_K), :, 2, 1, 1] = gain * scale_K[:, None] * turn_CC[:, : len(scale_K)].T
    conv.bias[-1] = _LOG_VARIANCE


def _set_decoder(
    vae: AutoencoderKLLTXVideo,
    first_KD: torch.Tensor,
    second_KD: torch.Tensor,
    turn_CC: torch.Tensor,
    scale_K: torch.Tensor,
) -> None:
    decoder = vae.decoder
    decoder.conv_in.conv.weight.zero_()
    decoder.conv_in.conv.bias.zero_()
    decoder.conv_in.conv.weight[: len(scale_K), :, 1, 1, 1] = torch.diag(1.0 / scale_K)
    _set_up(decoder.up_blocks[1], second_KD, torch.eye(turn_CC.shape[0]))
    _set_up(decoder.up_blocks[2], first_KD, turn_CC)
    decoder.up_blocks[2].upsamplers[0].conv.conv.bias.fill_(_DECODER_CONSTANT)
    conv = decoder.conv_out.conv
    conv.weight.zero_()
    conv.bias.zero_()
    gain = _DECODER_CONSTANT / _silu_slope()
    conv.weight[:, :, 1, 1, 1] = gain * turn_CC[:, : conv.out_channels].T


def _set_up(block: torch.nn.Module, components_KD: torch.Tensor, turn_CC: torch.Tensor) -> None:
    """Make the convolution before the doubling lay components out over 2×2×2 cells, turned."""
    conv = block.upsamplers[0].conv.conv  # type: ignore[union-attr,index]
    conv.weight.zero_()
    conv.bias.zero_()
    laid = components_KD.reshape(len(components_KD), 8, -1)  # K, place in the cell, channel
    turned = laid @ turn_CC[:, : laid.shape[2]].T
    conv.weight[:, : len(components_KD), 1, 1, 1] = turned.permute(2, 1, 0).flatten(0, 1)


def _silu_slope() -> float:
    """Return SiLU's slope at 1, where the constant puts every value."""
    sigmoid = float(torch.sigmoid(torch.tensor(1.0)))
    return sigmoid * (1.0 + (1.0 - sigmoid))
