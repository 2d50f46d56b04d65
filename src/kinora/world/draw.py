"""Draw solids into pictures: rays inside each solid's rectangle, nearest wins, lit, with shadows on the ground.

Depth is metres along the view axis. Several samples a pixel make smooth edges; several places on the sun make soft
shadows. The same code runs on any torch device. Source of the ball's occlusion: Quilez, "sphere ambient occlusion".
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinora.world import shapes
from kinora.world.solids import (
    Cameras,
    Fragments,
    Solids,
    bend,
    corners,
    fragments_of,
    picture_places,
    rays_at,
    rectangles,
    views_of,
)

_SUN_PLACES = ((0.25, 0.25, 0.045, 0.0), (0.75, 0.25, -0.02, 0.04), (0.25, 0.75, -0.02, -0.04), (0.75, 0.75, 0.0, 0.0))
"""Offsets in the pixel, and of the sun's direction."""
_SHINE = 0.20


@dataclass(frozen=True)
class Lights:
    """The light of each picture (F)."""

    sun_direction_F3: Tensor
    sun_F3: Tensor
    ambient_F3: Tensor
    bounce_F3: Tensor  # what the ground throws up
    ground_sun_F3: Tensor  # what the sun gives to level ground


@dataclass(frozen=True)
class Hits:
    """Samples (M) that see a solid, nearest only."""

    solid_M: Tensor
    key_M: Tensor  # frame, row, column as one number, in samples
    depth_M: Tensor
    ray_3M: Tensor
    kinds: tuple[slice, ...]


def find_hits(solids: Solids, cameras: Cameras) -> Hits:
    """Find which solid each pixel centre of these cameras sees; pass larger cameras for samples."""
    boxes = rectangles(corners(solids), solids.frame_N, cameras, margin=0.0)
    fragments = fragments_of(boxes, solids.num_by_kind)
    depth = _depths(solids, cameras, fragments)
    hit = (depth < shapes.NEVER).nonzero()[:, 0]
    solid, depth = fragments.solid_M.index_select(0, hit), depth.index_select(0, hit)
    x, y = fragments.x_M.index_select(0, hit), fragments.y_M.index_select(0, hit)
    key = _keys(solids.frame_N.index_select(0, solid), x, y, cameras)
    nearest = torch.full((len(cameras.origin_F3) * cameras.height * cameras.width,), shapes.NEVER, device=key.device)
    nearest.scatter_reduce_(0, key, depth, "amin")
    wins = (depth == nearest.index_select(0, key)).nonzero()[:, 0]
    solid, x, y = (part.index_select(0, wins) for part in (solid, x, y))
    rays = rays_at(cameras, solids.frame_N.index_select(0, solid), x + 0.5, y + 0.5)
    ends = torch.tensor(solids.num_by_kind, device=key.device).cumsum(0)
    counts = torch.searchsorted(solid, ends).tolist()
    kinds = tuple(slice(first, last) for first, last in zip([0, *counts[:-1]], counts, strict=True))
    return Hits(solid, key.index_select(0, wins), depth.index_select(0, wins), rays, kinds)


def _keys(frame_M: Tensor, x_M: Tensor, y_M: Tensor, cameras: Cameras) -> Tensor:
    return (frame_M * cameras.height + y_M.long()) * cameras.width + x_M.long()


def _depths(solids: Solids, cameras: Cameras, fragments: Fragments) -> Tensor:
    views = views_of(solids, cameras)
    u, v = picture_places(cameras, fragments.x_M + 0.5, fragments.y_M + 0.5)
    depths = []
    start = 0
    for kind, count in enumerate(fragments.num_by_kind):
        if count:
            part = slice(start, start + count)
            solid = fragments.solid_M[part]
            ray = bend(views.rays_9N.index_select(1, solid), u[part], v[part])
            param = solids.param_N.index_select(0, solid)
            depths.append(shapes.meet(kind, views.origin_3N.index_select(1, solid), ray, param))
        start += count
    return torch.cat(depths) if depths else torch.zeros(0, device=u.device)


def _into(into_9M: Tensor, arrow_3M: Tensor) -> Tensor:
    """Turn world arrows into unit space, each by its own matrix."""
    x, y, z = arrow_3M
    return torch.stack([into_9M[axis] * x + into_9M[3 + axis] * y + into_9M[6 + axis] * z for axis in range(3)])


def shade(hits: Hits, solids: Solids, cameras: Cameras, lights: Lights) -> Tensor:
    """Return the colour (3, M) of each hit."""
    frame = solids.frame_N.index_select(0, hits.solid_M)
    point = cameras.origin_F3.T.index_select(1, frame) + hits.depth_M * hits.ray_3M
    normal, panel = _surface(hits, solids, point)
    sun = lights.sun_direction_F3.T.index_select(1, frame)
    facing = (normal * sun).sum(0)
    shadow = _between(hits, solids, frame, point, sun)
    lit = facing.clamp_min(0) * (1 - shadow)
    up = 0.5 + 0.5 * normal[2]
    albedo = solids.colour_N3.T.index_select(1, hits.solid_M) * panel
    ambient = torch.lerp(lights.bounce_F3.T.index_select(1, frame), lights.ambient_F3.T.index_select(1, frame), up)
    sunny = lights.sun_F3.T.index_select(1, frame)
    view = -hits.ray_3M / (hits.ray_3M * hits.ray_3M).sum(0).sqrt()
    half = view + sun
    shine = ((normal * half).sum(0) / (half * half).sum(0).sqrt()).clamp_min(0) ** 28 * _SHINE * (1 - shadow)
    near_ground = (0.70 + 0.30 * (point[2] / 0.5).clamp(0, 1)) + 0.30 * up
    return (albedo * (ambient * near_ground.clamp_max(1) + sunny * lit) + shine * sunny).clamp(0, 1)


def _surface(hits: Hits, solids: Solids, point_3M: Tensor) -> tuple[Tensor, Tensor]:
    """Return the world normal (3, M) and how bright the paint is there (M)."""
    rotation = solids.rotation_N33.reshape(-1, 9).T.contiguous().index_select(1, hits.solid_M)
    half = solids.half_N3.T.index_select(1, hits.solid_M)
    unit = _into(rotation, point_3M - solids.centre_N3.T.index_select(1, hits.solid_M)) / half
    normals, panels = [], []
    for kind, part in enumerate(hits.kinds):
        if part.stop > part.start:
            place = unit[:, part]
            normals.append(shapes.normal_at(kind, place, solids.param_N.index_select(0, hits.solid_M[part])))
            panels.append(_panel(shapes.KINDS[kind], place))
    local = (torch.cat(normals, 1) if normals else unit) / half
    x, y, z = local
    normal = torch.stack(
        [rotation[3 * row] * x + rotation[3 * row + 1] * y + rotation[3 * row + 2] * z for row in range(3)]
    )
    normal = normal / (normal * normal).sum(0).sqrt().clamp_min(1e-9)
    return normal, torch.cat(panels) if panels else local[0]


def _panel(kind: str, place_3M: Tensor) -> Tensor:
    """Return the paint: panels light and less light, so that a turn is seen."""
    x, y, z = place_3M
    if kind == "ball":
        return 0.90 + 0.10 * torch.tanh(24 * x * y * z)
    if kind == "cube":
        second = place_3M.abs().sort(0).values[1]
        return 1 - 0.17 * torch.sigmoid((second - 0.74) * 30)
    if kind in ("cylinder", "cone", "ring"):
        return 0.90 + 0.10 * torch.tanh(12 * x * y)
    return torch.ones_like(x)


def _between(hits: Hits, solids: Solids, frame_M: Tensor, point_3M: Tensor, sun_3M: Tensor) -> Tensor:
    """Return how much of the sun other things take from each hit, each thing taken as a ball."""
    shadow = torch.zeros_like(hits.depth_M)
    slots = _slots(solids)
    if slots.shape[1] < 2 or slots.shape[1] > 3:
        return shadow
    radius = solids.half_N3.mean(1)
    for slot in slots.T:
        other = slot.index_select(0, frame_M)
        arrow = solids.centre_N3.T.index_select(1, other) - point_3M
        along = (arrow * sun_3M).sum(0)
        miss = ((arrow * arrow).sum(0) - along * along).clamp_min(0).sqrt() - radius.index_select(0, other) * 0.95
        dark = (0.5 - miss / (0.12 + 0.1 * along.clamp_min(0))).clamp(0, 1)
        shadow = torch.maximum(shadow, torch.where((other != hits.solid_M) & (along > 0), dark, 0.0))
    return shadow


def _slots(solids: Solids) -> Tensor:
    """List the solids of each picture (F, K); a free place repeats the first solid of all, far from harm."""
    num_frames = int(solids.frame_N.max()) + 1 if len(solids.frame_N) else 0
    order = torch.argsort(solids.frame_N, stable=True)
    frames = solids.frame_N[order]
    counts = torch.bincount(frames, minlength=num_frames)
    place = torch.arange(len(order), device=order.device) - (counts.cumsum(0) - counts)[frames]
    slots = torch.zeros(num_frames, int(counts.max()) if num_frames else 0, dtype=torch.long, device=order.device)
    first = torch.zeros(num_frames, dtype=torch.long, device=order.device)
    first[frames.flip(0)] = order.flip(0)
    slots[:] = first[:, None]
    slots[frames, place] = order
    return slots


def lay_over(picture_PX3: Tensor, hits: Hits, colour_3M: Tensor, cameras: Cameras, samples: int) -> None:
    """Blend hits found with `samples`² samples a pixel over flat pictures (F * H * W, 3), in place."""
    wide = cameras.width * samples
    row = torch.div(hits.key_M, wide, rounding_mode="floor")
    column = hits.key_M - row * wide
    pixel = torch.div(row, samples, rounding_mode="floor") * cameras.width
    pixel = pixel + torch.div(column, samples, rounding_mode="floor")
    sums = torch.zeros(len(picture_PX3), 4, device=picture_PX3.device)
    sums.index_add_(0, pixel, torch.cat([colour_3M, torch.ones_like(colour_3M[:1])]).T.contiguous())
    touched = sums[:, 3].nonzero()[:, 0]
    mean = sums.index_select(0, touched) / samples**2
    behind = picture_PX3.index_select(0, touched) * (1 - mean[:, 3:].clamp_max(1))
    picture_PX3.index_copy_(0, touched, behind + mean[:, :3])


def cast_shadows(picture_PX3: Tensor, solids: Solids, cameras: Cameras, lights: Lights) -> None:
    """Darken the ground of flat pictures (F * H * W, 3) in place, under and behind each solid."""
    points = corners(solids)
    sun_N3 = lights.sun_direction_F3[solids.frame_N]
    slope = (points[..., 2:] / sun_N3[:, None, 2:]).clamp_min(0)
    thrown = points - sun_N3[:, None] * slope
    middle = solids.centre_N3[:, None]
    foot = torch.cat([(points - middle) * 1.7 + middle, thrown + (thrown - middle) * 0.04], 1)
    foot[..., 2] = 0
    fragments = fragments_of(rectangles(foot, solids.frame_N, cameras, margin=0.5), solids.num_by_kind)
    frame = solids.frame_N.index_select(0, fragments.solid_M)
    key = _keys(frame, fragments.x_M, fragments.y_M, cameras)
    dark, close = _darkness(solids, cameras, lights, fragments)
    keep = (torch.maximum(dark, close) > 0.004).nonzero()[:, 0]
    key, frame, dark, close = (part.index_select(0, keep) for part in (key, frame, dark, close))
    total = torch.zeros(2, len(picture_PX3), device=key.device)
    total[0].scatter_reduce_(0, key, dark, "amax")
    total[1].scatter_reduce_(0, key, close, "amax")
    sun, ambient = lights.ground_sun_F3.index_select(0, frame), lights.ambient_F3.index_select(0, frame)
    of_sky, of_sun = (1 - 0.75 * total[1].index_select(0, key))[:, None], (1 - total[0].index_select(0, key))[:, None]
    left = (ambient * of_sky + sun * of_sun) / (ambient + sun)
    picture_PX3.index_copy_(0, key, picture_PX3.index_select(0, key) * left)


def _darkness(solids: Solids, cameras: Cameras, lights: Lights, fragments: Fragments) -> tuple[Tensor, Tensor]:
    """Return, by fragment, the share of the sun and the share of the sky that the solid takes from the ground."""
    solid = fragments.solid_M
    views = views_of(solids, cameras)
    rays, origin = views.rays_9N.index_select(1, solid), views.origin_3N.index_select(1, solid)
    fall = cameras.rays_F33[solids.frame_N, 2].T.contiguous().index_select(1, solid)
    height = cameras.origin_F3[solids.frame_N, 2].index_select(0, solid)
    sun = lights.sun_direction_F3[solids.frame_N]
    dark = torch.zeros_like(height)
    for across, down, east, north in _SUN_PLACES:
        u, v = picture_places(cameras, fragments.x_M + across, fragments.y_M + down)
        drop = (fall[0] * u + fall[1] * v + fall[2]).clamp_max(-1e-4)
        start = torch.addcmul(origin, bend(rays, u, v), -height / drop)
        aim = sun + torch.tensor([east, north, 0.0], device=sun.device)
        local = (aim[:, None] @ views.into_N33)[:, 0].T.contiguous()
        dark += _blocked(solids, fragments, start, local.index_select(1, solid)) * (drop < -1e-3)
    half = solids.half_N3.T.index_select(1, solid)
    squared = (start * half).square().sum(0)
    radius = solids.half_N3.mean(1).index_select(0, solid)
    rise = solids.centre_N3[:, 2].index_select(0, solid) / squared.sqrt().clamp_min(1e-6)
    close = rise.clamp_min(0) * (radius * radius / squared).clamp_max(1)
    return dark / len(_SUN_PLACES), (close * 1.15 - 0.15).clamp(0, 1) * (drop < -1e-3)


def _blocked(solids: Solids, fragments: Fragments, start_3M: Tensor, ray_3M: Tensor) -> Tensor:
    blocked = []
    first = 0
    for kind, count in enumerate(fragments.num_by_kind):
        if count:
            part = slice(first, first + count)
            depth = shapes.meet(
                kind, start_3M[:, part], ray_3M[:, part], solids.param_N.index_select(0, fragments.solid_M[part])
            )
            blocked.append(depth < shapes.NEVER)
        first += count
    return torch.cat(blocked).float() if blocked else torch.zeros(0, device=start_3M.device)
