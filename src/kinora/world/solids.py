"""Solids in front of cameras: flat lists of instances, one for each thing part and frame, and their rectangles."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinora.world import shapes


@dataclass(frozen=True)
class Cameras:
    """One camera a frame (F). `rays_F33` turns (u, v, 1), u and v in [-1, 1] to the right and up, into a world ray."""

    origin_F3: Tensor
    rays_F33: Tensor  # columns: right * tan_x, up * tan_y, forward
    to_view_F33: Tensor  # rows: right / tan_x, up / tan_y, forward
    height: int
    width: int


@dataclass(frozen=True)
class Solids:
    """Solids (N), sorted by kind. `frame_N` says in which picture of the batch each stands."""

    kind_N: Tensor
    frame_N: Tensor
    centre_N3: Tensor
    rotation_N33: Tensor  # solid to world
    half_N3: Tensor
    param_N: Tensor
    colour_N3: Tensor
    label_N: Tensor
    num_by_kind: tuple[int, ...]

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.centre_N3.device


@dataclass(frozen=True)
class Fragments:
    """Samples (M) of rectangles about solids: which solid, which pixel; sorted by solid, so by kind."""

    solid_M: Tensor
    x_M: Tensor
    y_M: Tensor
    num_by_kind: tuple[int, ...]


def corners(solids: Solids) -> Tensor:
    """Return the eight corners (N, 8, 3) of each solid's box, in metres."""
    boxes = []
    start = 0
    for kind, count in enumerate(solids.num_by_kind):
        boxes.append(shapes.bounds(kind, solids.param_N[start : start + count]))
        start += count
    half = solids.half_N3 * torch.cat(boxes)
    signs = torch.tensor(
        [[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)], device=solids.device
    )
    local = signs[None] * half[:, None]
    return solids.centre_N3[:, None] + local @ solids.rotation_N33.transpose(1, 2)


def rectangles(points_NC3: Tensor, frame_N: Tensor, cameras: Cameras, *, margin: float) -> Tensor:
    """Return the pixel rectangle (N, 4: x0, y0, x1, y1, half-open) about points; empty behind the camera."""
    view = (points_NC3 - cameras.origin_F3[frame_N][:, None]) @ cameras.to_view_F33[frame_N].transpose(1, 2)
    depth = view[..., 2]
    near = depth.clamp_min(0.05)
    x = (view[..., 0] / near + 1) * (cameras.width / 2)
    y = (1 - view[..., 1] / near) * (cameras.height / 2)
    box = torch.stack(
        [
            (x.amin(1) - margin).floor().clamp(0, cameras.width), (y.amin(1) - margin).floor().clamp(0, cameras.height),
            (x.amax(1) + margin).ceil().clamp(0, cameras.width), (y.amax(1) + margin).ceil().clamp(0, cameras.height),
        ], 1,
    )  # fmt: skip
    return (box * (depth.amax(1) > 0.05)[:, None]).long()


def fragments_of(box_N4: Tensor, num_by_kind: tuple[int, ...]) -> Fragments:
    """List every pixel of every rectangle."""
    wide, high = box_N4[:, 2] - box_N4[:, 0], box_N4[:, 3] - box_N4[:, 1]
    count = wide * high
    ends = count.cumsum(0)
    total = int(ends[-1]) if len(ends) else 0
    solid = torch.repeat_interleave(torch.arange(len(count), device=count.device), count, output_size=total)
    lines = torch.stack([ends - count, wide, box_N4[:, 0], box_N4[:, 1]]).float().index_select(1, solid)
    place = torch.arange(total, device=count.device).float() - lines[0]
    row = ((place + 0.5) / lines[1]).floor()
    x, y = place - row * lines[1] + lines[2], row + lines[3]
    of_kind = [int(part.sum()) for part in torch.split(count, list(num_by_kind))]
    return Fragments(solid, x, y, tuple(of_kind))


@dataclass(frozen=True)
class Views:
    """The cameras as each solid sees them, in its unit space: columns of N solids."""

    origin_3N: Tensor
    rays_9N: Tensor  # row-major 3 x 3, turns (u, v, 1) into a ray
    into_N33: Tensor  # world arrow @ into = arrow in unit space


def views_of(solids: Solids, cameras: Cameras) -> Views:
    """Turn each solid's camera into its unit space."""
    into = solids.rotation_N33 / solids.half_N3[:, None, :]
    origin = ((cameras.origin_F3[solids.frame_N] - solids.centre_N3)[:, None] @ into)[:, 0]
    rays = into.transpose(1, 2) @ cameras.rays_F33[solids.frame_N]
    return Views(origin.T.contiguous(), rays.reshape(-1, 9).T.contiguous(), into)


def bend(rows_9M: Tensor, u_M: Tensor, v_M: Tensor) -> Tensor:
    """Return the rays (3, M) that 3 x 3 matrices make of (u, v, 1)."""
    return torch.stack(
        [torch.addcmul(torch.addcmul(rows_9M[i + 2], rows_9M[i + 1], v_M), rows_9M[i], u_M) for i in (0, 3, 6)]
    )


def picture_places(cameras: Cameras, x_M: Tensor, y_M: Tensor) -> tuple[Tensor, Tensor]:
    """Return u and v, in [-1, 1] to the right and up, of points in pixels."""
    return x_M * (2 / cameras.width) - 1, 1 - y_M * (2 / cameras.height)


def rays_at(cameras: Cameras, frame_M: Tensor, x_M: Tensor, y_M: Tensor) -> Tensor:
    """Return the world rays (3, M) through points of the picture (pixels, fractions allowed); forward part 1."""
    u, v = picture_places(cameras, x_M, y_M)
    return bend(cameras.rays_F33.reshape(-1, 9).T.contiguous().index_select(1, frame_M), u, v)
