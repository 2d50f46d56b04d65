"""Rays against unit solids."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from kinora.world.shapes import KINDS, NEVER, RING_TUBE, bounds, meet, normal_at


def outside(kind: str, point: Tensor, param: float) -> Tensor:
    """Return a number that is 0 on the surface, above it outside."""
    x, y, z = point
    flat = (x * x + y * y).sqrt()
    return {
        "ball": lambda: (point * point).sum(0).sqrt() - 1,
        "cube": lambda: point.abs().amax(0) - 1,
        "cylinder": lambda: torch.maximum(flat - 1, z.abs() - 1),
        "cone": lambda: torch.maximum(flat - (1 - z) / 2, -z - 1),
        "ring": lambda: ((flat - 1 + RING_TUBE) ** 2 + z * z).sqrt() - RING_TUBE,
        "pyramid": lambda: torch.maximum(torch.maximum(x.abs(), y.abs()) - (1 - z) / 2, -z - 1),
        "capsule": lambda: (x * x + y * y + (z - z.clamp(-param, param)) ** 2).sqrt() - 1,
    }[kind]()


def rays(count: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    origin = torch.randn(3, count, generator=generator)
    origin = origin / origin.norm(dim=0) * 5
    aim = (torch.rand(3, count, generator=generator) - 0.5) * 1.6
    return origin, (aim - origin) * (0.5 + torch.rand(count, generator=generator))


@pytest.mark.parametrize("kind", KINDS)
def test_hits_lie_on_the_surface_and_nothing_is_passed_through(kind: str) -> None:
    number, param = KINDS.index(kind), 0.8
    origin, ray = rays(4000)
    params = torch.full((4000,), param)
    distance = meet(number, origin, ray, params)
    hits = distance < NEVER
    assert 0.2 < hits.float().mean() <= 1.0
    point = (origin + ray * distance)[:, hits]
    assert outside(kind, point, param).abs().max() < (0.03 if kind == "ring" else 2e-3)
    for part in torch.linspace(0, 1, 40)[:-2]:
        before = origin[:, hits] + ray[:, hits] * (distance[hits] * part)
        assert outside(kind, before, param).min() > -0.02
    for part in torch.linspace(0, 3, 120):
        missed = origin[:, ~hits] + ray[:, ~hits] * part
        most = 0.05 if kind == "ring" else 0.03  # sphere tracing gives up on the most grazing rays
        assert missed.numel() == 0 or outside(kind, missed, param).min() > -most


@pytest.mark.parametrize("kind", KINDS)
def test_normals_point_outward(kind: str) -> None:
    number, param = KINDS.index(kind), 0.8
    origin, ray = rays(3000)
    params = torch.full((3000,), param)
    distance = meet(number, origin, ray, params)
    hits = distance < NEVER
    point = (origin + ray * distance)[:, hits]
    normal = normal_at(number, point, params[hits])
    normal = normal / normal.norm(dim=0)
    rises = outside(kind, point + 0.02 * normal, param) - outside(kind, point, param)
    assert (rises > 0.005).float().mean() > 0.985
    assert ((normal * ray[:, hits]).sum(0) < 1e-3).float().mean() > 0.985


@pytest.mark.parametrize("kind", KINDS)
def test_boxes_hold_their_solids(kind: str) -> None:
    number = KINDS.index(kind)
    box = bounds(number, torch.tensor([0.8]))[0]
    generator = torch.Generator().manual_seed(1)
    points = (torch.rand(3, 20000, generator=generator) - 0.5) * 5
    inside = points[:, outside(kind, points, 0.8) < 0]
    assert (inside.abs().amax(1) <= box + 1e-6).all()
    assert (inside.abs().amax(1) > 0.8 * box).all()


def test_a_ray_from_inside_meets_the_far_wall() -> None:
    ray = torch.tensor([[0.0], [0.0], [2.0]])
    assert float(meet(0, torch.zeros(3, 1), ray, torch.zeros(1))) == pytest.approx(0.5)
    assert math.isclose(float(meet(1, torch.zeros(3, 1), ray, torch.zeros(1))), 0.5)
