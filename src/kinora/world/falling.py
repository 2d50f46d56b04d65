"""Falling snow and rain: drops fixed in the world, the nearest few metres of them about the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinora.world.simulate import Trajectory
from kinora.world.spec import WorldSpec

_BOX_M = np.array([14.0, 14.0, 9.0])
_FALL_MPS = {"snow": (0.35, 0.1, -1.3), "rain": (0.4, 0.0, -8.5)}
_NUM_DROPS = {"snow": 260, "rain": 300}
_NEAREST_M = 1.6
Rows = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]


def falls(spec: WorldSpec) -> bool:
    """Say whether anything falls from the sky."""
    return spec.weather.name in _FALL_MPS


def drops(spec: WorldSpec, path: Trajectory, pixel: float) -> Rows:
    """Return centres (N, 3), half sizes (N, 3), half lengths in radii (N) and frames (N) of drops before the camera.

    `pixel` is the size of a pixel at one metre: no drop is thinner than half a pixel.
    """
    random = np.random.default_rng((spec.seed, 0x736E6F77))
    count = round(_NUM_DROPS[spec.weather.name] * (0.4 + 0.6 * spec.weather.density))
    start = random.uniform(0, 1, (count, 3)) * _BOX_M
    drift = np.array(_FALL_MPS[spec.weather.name])
    eye = path.camera.positions_T3[:, None].astype(np.float64)
    place = start[None] + drift * path.seconds_T[:, None, None] - eye
    place = (place + _BOX_M / 2) % _BOX_M - _BOX_M / 2
    depth = (place * path.camera.axes_T33[:, None, 2]).sum(-1)
    frame, drop = np.nonzero(depth > _NEAREST_M)
    near = depth[frame, drop]
    is_snow = spec.weather.name == "snow"
    radius = np.maximum(0.012 if is_snow else 0.004, (0.55 if is_snow else 0.3) * pixel * near)
    centre = place[frame, drop] + path.camera.positions_T3[frame]
    stretch = np.zeros(len(frame)) if is_snow else np.maximum(0.16 / radius, 1.0)
    half = np.repeat(radius[:, None], 3, 1)
    return centre.astype(np.float32), half.astype(np.float32), stretch.astype(np.float32), frame
