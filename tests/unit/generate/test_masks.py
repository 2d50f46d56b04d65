"""What is given in training."""

import torch

from kinora.generate.train.masks import draw_masks


def test_a_picture_is_never_given_to_itself():
    given = draw_masks(64, 1, 0, torch.Generator().manual_seed(0))
    assert not given.frames_BF.any()
    assert given.keys == ()


def test_every_kind_of_mask_is_drawn_and_something_is_always_left_to_make():
    generator = torch.Generator().manual_seed(0)
    frames_BF = torch.cat([draw_masks(64, 5, 4, generator).frames_BF for _ in range(20)])
    assert not frames_BF.all(dim=1).any(), "a clip with everything given teaches nothing"
    seen = {tuple(row) for row in frames_BF.int().tolist()}
    for mask in ((0, 0, 0, 0, 0), (1, 0, 0, 0, 0), (1, 1, 0, 0, 0), (0, 0, 0, 0, 1), (1, 0, 0, 0, 1)):
        assert mask in seen
    assert 0.4 < (frames_BF.sum(dim=1) == 0).float().mean() < 0.7


def test_key_frames_are_given_to_whole_batches_now_and_then():
    generator = torch.Generator().manual_seed(0)
    keys = [draw_masks(4, 5, 4, generator).keys for _ in range(400)]
    assert 0.05 < sum(bool(key) for key in keys) / len(keys) < 0.25
    assert (0, 1, 2, 3) in keys and (3,) in keys


def test_the_same_seed_draws_the_same():
    one, other = (draw_masks(16, 5, 4, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one.frames_BF, other.frames_BF)
    assert one.keys == other.keys
