"""Views made where the pixels lie, and what is told of mixed ones."""

from __future__ import annotations

import torch

from kinora.moments.train_frames.losses import shared_with_next
from kinora.moments.train_frames.views import Strength, mixed, random_views


def dice(seed: int = 0) -> torch.Generator:
    return torch.Generator("cpu").manual_seed(seed)


def test_views_follow_the_seed_and_have_the_side_asked_for() -> None:
    squares = torch.randint(0, 256, (6, 3, 96, 96), generator=dice(), dtype=torch.uint8)
    for side in (48, 80):
        views = random_views(squares, side, Strength(), dice(1))
        assert views.shape == (6, 3, side, side) and bool(views.isfinite().all())
        assert torch.equal(views, random_views(squares, side, Strength(), dice(1)))
        assert not torch.equal(views, random_views(squares, side, Strength(), dice(2)))


def test_a_view_without_strength_is_the_picture_or_its_mirror_image() -> None:
    squares = torch.randint(0, 256, (8, 3, 96, 96), generator=dice(), dtype=torch.uint8)
    still = Strength(smallest_area=1.0, colour=0.0, grey=0.0, erased=0.0)
    views = random_views(squares, 96, still, dice(3))
    plain = squares.float() / 127.5 - 1.0
    # a window of all the area still differs in aspect, so compare what averaging leaves
    assert torch.allclose(views.mean(dim=(2, 3)), plain.mean(dim=(2, 3)), atol=0.08)


def test_mixed_views_lie_between_two_pictures_by_the_share_told() -> None:
    views = torch.stack([torch.zeros(3, 40, 40), torch.ones(3, 40, 40)] * 8)
    both, share = mixed(views, dice(4))
    assert bool(((share > 0.02) & (share < 0.55)).all())
    told = torch.where(torch.arange(16) % 2 == 0, share, 1.0 - share)
    assert torch.allclose(both.mean(dim=(1, 2, 3)), told, atol=1e-4)


def test_targets_of_mixed_views_are_mixed_alike() -> None:
    targets = torch.eye(4)
    shares = torch.tensor([0.0, 0.0, 0.25, 0.5])
    found = shared_with_next(targets, shares, 2)
    assert torch.equal(found[:2], targets[:2])
    assert torch.allclose(found[2:], torch.tensor([[0.0, 0.0, 0.75, 0.25], [0.0, 0.0, 0.5, 0.5]]))
