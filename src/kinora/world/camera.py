"""Where the camera is at each frame, and what it sees: right, up and forward axes, and the picture angle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinora.world.spec import WorldSpec

Array = NDArray[np.float32]


@dataclass(frozen=True)
class CameraFrames:
    """A camera a frame. `axes_T33` has the rows right, up, forward; `half_angle_T` is of the shorter side (tangent)."""

    positions_T3: Array
    axes_T33: Array
    half_angle_T: Array

    @property
    def is_still(self) -> bool:
        """Say whether all frames have the same camera."""
        return bool(
            (self.positions_T3 == self.positions_T3[:1]).all()
            and (self.axes_T33 == self.axes_T33[:1]).all()
            and (self.half_angle_T == self.half_angle_T[:1]).all()
        )

    def frames(self, some: slice) -> CameraFrames:
        """Return a stretch of frames."""
        return CameraFrames(self.positions_T3[some], self.axes_T33[some], self.half_angle_T[some])


def camera_frames(spec: WorldSpec, seconds_T: Array) -> CameraFrames:
    """Return the scene's camera at each second of `seconds_T`."""
    path = spec.camera
    part = seconds_T / spec.seconds
    num_frames = len(seconds_T)
    position = np.repeat(np.array(path.position_m)[None], num_frames, 0)
    target = np.repeat(np.array(path.target_m)[None], num_frames, 0)
    half_angle = np.full(num_frames, path.half_angle)
    kind, _, way = path.move.partition("_")
    if kind == "pan":
        target = position + _turned(target - position, np.radians(path.amount) * (part - 0.5) * _sign(way))
    elif kind == "tilt":
        target[:, 2] += np.tan(np.radians(path.amount)) * (part - 0.5) * (1 if way == "up" else -1) * _reach(path)
    elif kind == "zoom":
        half_angle = path.half_angle * path.amount ** ((0.5 - part) * (1 if way == "in" else -1))
    elif kind == "orbit":
        position = target + _turned(position - target, np.radians(path.amount) * (part - 0.5) * -_sign(way))
    elif kind in ("fly", "rise", "sink"):
        step = _flight(path.move, position[0], target[0]) * path.amount * part[:, None]
        position, target = position + step, target + step
    return CameraFrames(position.astype(np.float32), _axes(position, target), half_angle.astype(np.float32))


def _sign(way: str) -> float:
    return 1.0 if way == "left" else -1.0


def _reach(path: object) -> float:
    return float(np.linalg.norm(np.subtract(path.target_m, path.position_m)))  # type: ignore[attr-defined]


def _turned(arrow_T3: NDArray[np.float64], angle_T: NDArray[np.floating]) -> NDArray[np.float64]:
    cos, sin = np.cos(angle_T), np.sin(angle_T)
    x, y, z = arrow_T3.T
    return np.stack([cos * x - sin * y, sin * x + cos * y, z], -1)


def _flight(move: str, position: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    ahead = np.array([*(target - position)[:2], 0.0])
    ahead /= np.linalg.norm(ahead)
    ways = {
        "fly_forward": ahead, "fly_right": np.array([ahead[1], -ahead[0], 0.0]),
        "fly_left": np.array([-ahead[1], ahead[0], 0.0]), "rise": np.array([0, 0, 1.0]), "sink": np.array([0, 0, -1.0]),
    }  # fmt: skip
    return ways[move]


def _axes(position_T3: NDArray[np.float64], target_T3: NDArray[np.float64]) -> Array:
    forward = target_T3 - position_T3
    forward /= np.linalg.norm(forward, axis=-1, keepdims=True)
    right = np.stack([forward[:, 1], -forward[:, 0], np.zeros(len(forward))], -1)
    right /= np.linalg.norm(right, axis=-1, keepdims=True)
    return np.stack([right, np.cross(right, forward), forward], 1).astype(np.float32)
