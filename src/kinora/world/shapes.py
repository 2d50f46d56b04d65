"""Where a ray meets a solid, in the solid's own unit space, on flat lists of rays (last axis N).

Every solid fits a box of `BOUNDS`; a ring and a capsule keep one scale for all axes, the others may be stretched. A
capsule's `param` is the half length of its straight part in radii. Sources: the slab method (Kay & Kajiya 1986), sphere
tracing (Hart 1996) for the ring, and the quadratics of any text book.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

KINDS = ("ball", "cube", "cylinder", "cone", "ring", "pyramid", "capsule")
RING_TUBE = 0.30
_RING_STEPS = 24
NEVER = 1e9
_TINY = 1e-9


def bounds(kind: int, param: Tensor) -> Tensor:
    """Return the half sides (N, 3) of the unit box about a solid."""
    box = torch.ones(param.shape[0], 3, device=param.device)
    if KINDS[kind] == "ring":
        box[:, 2] = RING_TUBE
    elif KINDS[kind] == "capsule":
        box[:, 2] = 1 + param
    return box


def meet(kind: int, origin_3N: Tensor, ray_3N: Tensor, param_N: Tensor) -> Tensor:
    """Return the first positive distance (N) along each ray, in lengths of the ray; `NEVER` where it misses."""
    return _MEET[KINDS[kind]](origin_3N, ray_3N, param_N)


def normal_at(kind: int, point_3N: Tensor, param_N: Tensor) -> Tensor:
    """Return the outward direction (3, N), not normalised, at points of the surface."""
    return _NORMAL[KINDS[kind]](point_3N, param_N)


def _safe(value: Tensor) -> Tensor:
    return torch.where(value.abs() < _TINY, torch.full_like(value, _TINY), value)


def _nearest(near: Tensor, far: Tensor, hits: Tensor) -> Tensor:
    first = torch.where(near > 0, near, far)
    return torch.where(hits & (first > 0), first, NEVER)


def _ball(origin: Tensor, ray: Tensor, param: Tensor) -> Tensor:
    a = (ray * ray).sum(0)
    b = (origin * ray).sum(0)
    c = (origin * origin).sum(0) - 1
    root = b * b - a * c
    depth = root.clamp_min(0).sqrt()
    return _nearest((-b - depth) / a, (-b + depth) / a, root > 0)


def _slab(origin: Tensor, ray: Tensor) -> tuple[Tensor, Tensor]:
    inverse = 1 / _safe(ray)
    middle, half = -origin * inverse, inverse.abs()
    return middle - half, middle + half


def _cube(origin: Tensor, ray: Tensor, param: Tensor) -> Tensor:
    near, far = _slab(origin, ray)
    enters, leaves = near.amax(0), far.amin(0)
    return _nearest(enters, leaves, enters < leaves)


def _cylinder(origin: Tensor, ray: Tensor, param: Tensor) -> Tensor:
    a = _safe((ray[:2] * ray[:2]).sum(0))
    b = (origin[:2] * ray[:2]).sum(0)
    root = b * b - a * ((origin[:2] * origin[:2]).sum(0) - 1)
    depth = root.clamp_min(0).sqrt()
    low, high = _slab(origin[2], ray[2])
    near, far = torch.maximum((-b - depth) / a, low), torch.minimum((-b + depth) / a, high)
    return _nearest(near, far, (root > 0) & (near < far))


def _cone(origin: Tensor, ray: Tensor, param: Tensor) -> Tensor:
    """Apex at z = 1, a disc of radius 1 at z = -1: x² + y² = ((1 - z) / 2)²."""
    height, fall = (1 - origin[2]) / 2, -ray[2] / 2
    a = _safe((ray[:2] * ray[:2]).sum(0) - fall * fall)
    b = (origin[:2] * ray[:2]).sum(0) - height * fall
    c = (origin[:2] * origin[:2]).sum(0) - height * height
    root = b * b - a * c
    depth = root.clamp_min(0).sqrt()
    best = torch.full_like(a, NEVER)
    for side in ((-b - depth) / a, (-b + depth) / a):
        z = origin[2] + side * ray[2]
        hits = (root > 0) & (z > -1) & (z < 1) & (side > 0)
        best = torch.where(hits, torch.minimum(best, side), best)
    base = (-1 - origin[2]) / _safe(ray[2])
    x, y = origin[0] + base * ray[0], origin[1] + base * ray[1]
    return torch.where((x * x + y * y < 1) & (base > 0), torch.minimum(best, base), best)


def _pyramid(origin: Tensor, ray: Tensor, param: Tensor) -> Tensor:
    """Cut the ray by the five planes: apex at z = 1, a square of half side 1 at z = -1."""
    enters, leaves = torch.full_like(origin[0], -NEVER), torch.full_like(origin[0], NEVER)
    for axis, sign in ((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0), (2, 0.0)):
        if sign:
            over, rate = sign * origin[axis] + 0.5 * origin[2] - 0.5, sign * ray[axis] + 0.5 * ray[2]
        else:
            over, rate = -origin[2] - 1, -ray[2]
        crossing = -over / _safe(rate)
        enters = torch.where(rate < 0, torch.maximum(enters, crossing), enters)
        leaves = torch.where(rate > 0, torch.minimum(leaves, crossing), leaves)
    return _nearest(enters, leaves, enters < leaves)


def _ring_distance(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    across = torch.sqrt(x * x + y * y) - (1 - RING_TUBE)
    return torch.sqrt(across * across + z * z) - RING_TUBE


def _ring(origin: Tensor, ray: Tensor, param: Tensor) -> Tensor:
    length = (ray * ray).sum(0).sqrt()
    way = ray / length
    near, far = _slab(torch.stack([origin[0], origin[1], origin[2] / RING_TUBE]), _flattened(way))
    enters, leaves = near.amax(0).clamp_min(0), far.amin(0)
    travelled = enters
    for _ in range(_RING_STEPS):
        x, y, z = (origin[axis] + travelled * way[axis] for axis in range(3))
        distance = _ring_distance(x, y, z)
        travelled = travelled + distance
    hits = (distance < 0.02) & (travelled < leaves + 0.05) & (enters < leaves)
    return torch.where(hits & (travelled > 0), travelled / length, NEVER)


def _flattened(way: Tensor) -> Tensor:
    return torch.stack([way[0], way[1], way[2] / RING_TUBE])


def _capsule(origin: Tensor, ray: Tensor, param: Tensor) -> Tensor:
    """Quilez' capsule: the tube's quadratic, then the ball at the end that the ray comes nearest."""
    a = _safe((ray[:2] * ray[:2]).sum(0))
    b = (origin[:2] * ray[:2]).sum(0)
    root = b * b - a * ((origin[:2] * origin[:2]).sum(0) - 1)
    near = (-b - root.clamp_min(0).sqrt()) / a
    z = origin[2] + near * ray[2]
    on_tube = (root > 0) & (z.abs() < param) & (near > 0)
    end = torch.where(z > 0, param, -param)
    cap = _ball(torch.stack([origin[0], origin[1], origin[2] - end]), ray, param)
    return torch.where(on_tube, near, cap)


def _normal_ball(point: Tensor, param: Tensor) -> Tensor:
    return point


def _normal_cube(point: Tensor, param: Tensor) -> Tensor:
    size = point.abs()
    return torch.where(size == size.amax(0), point, 0.0)


def _normal_cylinder(point: Tensor, param: Tensor) -> Tensor:
    on_end = (point[2].abs() > 0.999)[None]
    zero = torch.zeros_like(point[2])
    return torch.where(on_end, torch.stack([zero, zero, point[2]]), torch.stack([point[0], point[1], zero]))


def _normal_cone(point: Tensor, param: Tensor) -> Tensor:
    radius = (1 - point[2]) / 2
    side = torch.stack([point[0], point[1], radius / 2])
    zero = torch.zeros_like(radius)
    return torch.where((point[2] < -0.999)[None], torch.stack([zero, zero, zero - 1]), side)


def _normal_ring(point: Tensor, param: Tensor) -> Tensor:
    across = (point[0] * point[0] + point[1] * point[1]).sqrt().clamp_min(_TINY)
    middle = (1 - RING_TUBE) / across
    return torch.stack([point[0] * (1 - middle), point[1] * (1 - middle), point[2]])


def _normal_pyramid(point: Tensor, param: Tensor) -> Tensor:
    x_is_larger = point[0].abs() > point[1].abs()
    zero = torch.zeros_like(point[0])
    side = torch.stack(
        [torch.where(x_is_larger, point[0].sign(), zero), torch.where(x_is_larger, zero, point[1].sign()), zero + 0.5]
    )
    return torch.where((point[2] < -0.999)[None], torch.stack([zero, zero, zero - 1]), side)


def _normal_capsule(point: Tensor, param: Tensor) -> Tensor:
    return torch.stack([point[0], point[1], point[2] - torch.minimum(torch.maximum(point[2], -param), param)])


_Meet = Callable[[Tensor, Tensor, Tensor], Tensor]
_MEET: dict[str, _Meet] = {
    "ball": _ball, "cube": _cube, "cylinder": _cylinder, "cone": _cone, "ring": _ring, "pyramid": _pyramid,
    "capsule": _capsule,
}  # fmt: skip
_NORMAL: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "ball": _normal_ball, "cube": _normal_cube, "cylinder": _normal_cylinder, "cone": _normal_cone,
    "ring": _normal_ring, "pyramid": _normal_pyramid, "capsule": _normal_capsule,
}  # fmt: skip
