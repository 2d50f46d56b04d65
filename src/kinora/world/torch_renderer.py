"""The renderer in PyTorch: scenes → pictures, depth and labels, many scenes at once, on any torch device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from kinora.world.backdrop import Backdrop, ground_light, plane_backdrop
from kinora.world.draw import Lights, cast_shadows, find_hits, lay_over, shade
from kinora.world.instances import drops_of, solids_of
from kinora.world.landscape import land_backdrop
from kinora.world.looks import GROUND_LOOKS, LIGHT_LOOKS, sun_direction
from kinora.world.simulate import Trajectory
from kinora.world.solids import Cameras
from kinora.world.spec import WorldSpec

SAMPLES = 2


@dataclass(frozen=True)
class Pictures:
    """Drawn scenes (axes: B scene, T frame, H row, W column)."""

    rgb_BTHW3: Tensor  # uint8
    depth_BTHW: Tensor | None  # float32 metres
    labels_BTHW: Tensor | None  # uint8: 0 the backdrop, 1 + the thing's index


@dataclass(frozen=True)
class Size:
    """Rows and columns of a picture."""

    height: int
    width: int


def draw_scenes(
    specs: Sequence[WorldSpec], trajectories: Sequence[Trajectory], size: Size, device: str, *, with_depth: bool
) -> Pictures:
    """Draw every frame of every scene."""
    num_frames = len(trajectories[0].seconds_T)
    cameras = _cameras(trajectories, size, device)
    solids = solids_of(specs, trajectories, device)
    lights = _lights(specs, num_frames, device)
    backdrops = [
        _backdrop(spec, path, cameras, number * num_frames)
        for number, (spec, path) in enumerate(zip(specs, trajectories, strict=True))
    ]
    flat = torch.cat([_spread(drop.rgb_PHW3, num_frames) for drop in backdrops])
    if len(solids.frame_N):
        cast_shadows(flat, solids, cameras, lights)
        finer = replace(cameras, height=size.height * SAMPLES, width=size.width * SAMPLES)
        hits = find_hits(solids, finer)
        lay_over(flat, hits, shade(hits, solids, finer, lights), cameras, SAMPLES)
    _let_fall(flat, specs, trajectories, cameras)
    shape = (len(specs), num_frames, size.height, size.width)
    rgb = flat.clamp_(0, 1).mul_(255).add_(0.5).to(torch.uint8).reshape(*shape, 3)
    if not with_depth:
        return Pictures(rgb, None, None)
    depth = torch.cat([_spread(drop.depth_PHW[..., None], num_frames) for drop in backdrops])[:, 0]
    labels = torch.zeros(len(depth), dtype=torch.uint8, device=depth.device)
    if len(solids.frame_N):
        seen = find_hits(solids, cameras)
        depth[seen.key_M] = seen.depth_M
        labels[seen.key_M] = solids.label_N[seen.solid_M]
    return Pictures(rgb, depth.reshape(shape), labels.reshape(shape))


def _spread(pictures_PHWC: Tensor, num_frames: int) -> Tensor:
    """Give each frame its picture, one pose standing for all where the camera is still; flat (T * H * W, C)."""
    if len(pictures_PHWC) == 1:
        pictures_PHWC = pictures_PHWC.expand(num_frames, -1, -1, -1)
    return pictures_PHWC.reshape(-1, pictures_PHWC.shape[-1])


def _backdrop(spec: WorldSpec, path: Trajectory, cameras: Cameras, first: int) -> Backdrop:
    if spec.family != "landscapes":
        return plane_backdrop(spec, cameras, slice(first, first + (1 if path.camera.is_still else len(path.seconds_T))))
    is_still = path.camera.is_still and (spec.land is None or spec.land.sea_level_m is None)
    seconds = torch.from_numpy(path.seconds_T[: 1 if is_still else None])
    return land_backdrop(spec, cameras, slice(first, first + len(seconds)), seconds)


def _let_fall(flat: Tensor, specs: Sequence[WorldSpec], paths: Sequence[Trajectory], cameras: Cameras) -> None:
    """Draw snow and rain over pictures, in place."""
    pixel = 2 * specs[0].camera.half_angle / min(cameras.height, cameras.width)
    fallen = drops_of(specs, paths, pixel, str(flat.device))
    if fallen is None:
        return
    finer = replace(cameras, height=cameras.height * SAMPLES, width=cameras.width * SAMPLES)
    hits = find_hits(fallen, finer)
    lay_over(flat, hits, fallen.colour_N3.T.index_select(1, hits.solid_M), cameras, SAMPLES)


def _cameras(trajectories: Sequence[Trajectory], size: Size, device: str) -> Cameras:
    origin = np.concatenate([path.camera.positions_T3 for path in trajectories])
    axes = np.concatenate([path.camera.axes_T33 for path in trajectories])
    half_angle = np.concatenate([path.camera.half_angle_T for path in trajectories])
    shorter = min(size.height, size.width)
    tan = np.stack(
        [half_angle * size.width / shorter, half_angle * size.height / shorter, np.ones_like(half_angle)], -1
    )
    rays = (axes * tan[:, :, None]).transpose(0, 2, 1)
    view = axes / tan[:, :, None]
    tensors = [torch.from_numpy(np.ascontiguousarray(part)).to(device) for part in (origin, rays, view)]
    return Cameras(tensors[0], tensors[1], tensors[2], size.height, size.width)


def _lights(specs: Sequence[WorldSpec], num_frames: int, device: str) -> Lights:
    rows = []
    for spec in specs:
        look = LIGHT_LOOKS[spec.light.time]
        ground = GROUND_LOOKS[spec.ground].colour
        bounce = tuple(a * (0.50 + 0.42 * g) for a, g in zip(look.ambient, ground, strict=True))
        rows.append((sun_direction(spec.light), look.sun, look.ambient, bounce, ground_light(spec)[0]))
    table = torch.tensor(rows, device=device).repeat_interleave(num_frames, 0)
    return Lights(*table.unbind(1))
