"""Where the things of a scene are in its pictures: the detector's truth, and the boxes that a data set lists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinora.world.simulate import Trajectory
from kinora.world.spec import WorldSpec

_LEAST_SCALE = 0.3


@dataclass(frozen=True)
class Sighting:
    """A thing in one picture: its centre and radius in picture heights, x from the left and y from the top.

    `is_plain` is False where it is cut off by the edge, hidden by another, or not full-grown.
    """

    thing: int
    colour: str
    shape: str
    x: float
    y: float
    radius: float
    depth_m: float
    is_plain: bool


def sightings(spec: WorldSpec, path: Trajectory, *, width_over_height: float) -> list[list[Sighting]]:
    """List, for each frame, the things whose centre is near or inside the picture."""
    frames = []
    shorter = min(1.0, width_over_height)
    for number in range(len(path.seconds_T)):
        axes, origin = path.camera.axes_T33[number], path.camera.positions_T3[number]
        tan = float(path.camera.half_angle_T[number]) / shorter
        seen: list[Sighting] = []
        for place, thing in enumerate(spec.things):
            scale = float(path.scales_TK[number, place])
            centre = path.positions_TK3[number, place].copy()
            centre[2] -= thing.position_m[2] * (1 - scale)
            x, y, depth = axes @ (centre - origin)
            if scale < 0.05 or depth < 0.3:
                continue
            radius = float(np.mean(thing.half_size_m)) * scale / (2 * depth * tan)
            row, column = 0.5 - y / (2 * depth * tan), 0.5 * width_over_height + x / (2 * depth * tan)
            if -radius < row < 1 + radius and -radius < column < width_over_height + radius:
                inside = 0 <= row < 1 and 0 <= column < width_over_height
                is_full = scale > _LEAST_SCALE or thing.motion.name in ("grow", "shrink")
                seen.append(
                    Sighting(place, thing.colour, thing.shape, column, row, radius, float(depth), inside and is_full)
                )
        frames.append(_with_hidden(seen))
    return frames


def _with_hidden(seen: list[Sighting]) -> list[Sighting]:
    """Mark what a nearer thing covers."""
    marked = []
    for one in seen:
        covered = any(
            other.depth_m < one.depth_m
            and np.hypot(other.x - one.x, other.y - one.y) < 0.75 * other.radius + 0.1 * one.radius
            for other in seen
        )
        marked.append(Sighting(**{**one.__dict__, "is_plain": one.is_plain and not covered}))
    return marked
