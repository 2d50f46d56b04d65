"""An autoencoder that starts as principal components."""

import torch

from kinora.generate.model.networks import build_vae
from kinora.generate.model.sizes import SIZES
from kinora.generate.train.linear_start import hold_ends, start_linear


def video(seed: int, num_clips: int = 12) -> torch.Tensor:
    """Return smooth moving pictures, (B, 3, 9, 32, 32): few components hold most of them."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(num_clips, 3, 3, 2, 2, generator=generator) * 2 - 1
    return torch.nn.functional.interpolate(coarse, size=(9, 32, 32), mode="trilinear", align_corners=True)


def psnr(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(10 * torch.log10(4.0 / (one - other).square().mean()))


@torch.no_grad()
def through(vae, clips: torch.Tensor) -> torch.Tensor:
    return vae.decode(vae.encode(clips).latent_dist.mode()).sample


def test_it_gives_unseen_clips_back_before_any_training():
    torch.manual_seed(0)
    vae = build_vae(SIZES["tiny"])
    before = psnr(through(vae, video(2)), video(2))
    start_linear(vae, video(1))
    after = psnr(through(vae, video(2)), video(2))
    assert after > 20.0
    assert after > before + 6.0


def test_single_pictures_and_other_sizes_pass_too():
    vae = build_vae(SIZES["tiny"])
    start_linear(vae, video(1))
    picture = video(3)[:, :, :1]
    assert psnr(through(vae, picture), picture) > 20.0
    wide = torch.nn.functional.interpolate(video(4), size=(5, 32, 64), mode="trilinear")
    assert through(vae, wide).shape == wide.shape


def test_the_latent_looks_back_only():
    vae = build_vae(SIZES["tiny"])
    start_linear(vae, video(1))
    clips = video(5)
    changed = clips.clone()
    changed[:, :, 5:] = 0.0
    with torch.no_grad():
        one, other = (vae.encode(video_BCTHW).latent_dist.mode() for video_BCTHW in (clips, changed))
    assert torch.equal(one[:, :, :2], other[:, :, :2]), "latent frames 0 and 1 hold frames 0 to 4"
    assert not torch.equal(one[:, :, 2], other[:, :, 2])


def test_the_ends_are_held():
    vae = build_vae(SIZES["tiny"])
    hold_ends(vae)
    held = {name for name, weights in vae.named_parameters() if not weights.requires_grad}
    assert {name.rsplit(".", 2)[0] for name in held} == {"encoder.conv_out", "decoder.conv_out"}
