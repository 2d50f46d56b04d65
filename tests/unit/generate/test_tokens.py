"""Tokens: their order and their coordinates."""

import torch

from kinora.generate.model.tokens import coordinates, pack, starts_of_latent_frames, unpack


def test_packing_is_undone_by_unpacking():
    latents_BCFHW = torch.randn(2, 3, 4, 5, 6)
    assert torch.equal(unpack(pack(latents_BCFHW), 4, 5, 6), latents_BCFHW)


def test_the_first_latent_frame_holds_one_frame_and_the_others_four():
    assert starts_of_latent_frames(4, 4).tolist() == [0, 1, 5, 9]


def test_coordinates_are_those_of_the_stock_pipeline():
    from diffusers import LTXConditionPipeline

    ids = LTXConditionPipeline._prepare_video_ids(1, 3, 2, 4)
    stock = LTXConditionPipeline._scale_video_ids(ids, scale_factor=16, scale_factor_t=4).float()
    stock[:, 0] /= 8.0
    ours = coordinates(starts_of_latent_frames(3, 4), 2, 4, spatial_ratio=16, fps=8.0)
    assert torch.allclose(ours, stock[0])
