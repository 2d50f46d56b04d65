"""Let a scene happen: gravity, bounces, friction, rolling without slipping, momentum in collisions.

Many scenes are stepped side by side as arrays (axes: B scene, K thing, T frame). A thing is a disc on the ground as far
as collisions go and does not topple; the MuJoCo backend lets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinora.world.camera import CameraFrames, camera_frames
from kinora.world.figures import FIGURES
from kinora.world.sample_objects import rest_height
from kinora.world.spec import Thing, WorldSpec

Array = NDArray[np.float32]
GRAVITY_MPS2 = 9.81
_STEP_SECONDS = 1 / 120
_STILL_MPS = 0.12
_JUMP_PAUSE_SECONDS = 0.18


@dataclass(frozen=True)
class Trajectory:
    """Where everything is at each frame: metres, rotation matrices (thing to world), size factor in [0, 1]."""

    seconds_T: Array
    positions_TK3: Array
    rotations_TK33: Array
    scales_TK: Array  # 0: not there
    walked_TK: Array  # metres travelled over the ground since the first frame
    pace_TK: Array  # metres a second over the ground
    camera: CameraFrames

    def frames(self, some: slice) -> Trajectory:
        """Return a stretch of frames."""
        return Trajectory(
            self.seconds_T[some], self.positions_TK3[some], self.rotations_TK33[some], self.scales_TK[some],
            self.walked_TK[some], self.pace_TK[some], self.camera.frames(some),
        )  # fmt: skip


def simulate(spec: WorldSpec, *, num_frames: int, fps: float) -> Trajectory:
    """Run one scene for `num_frames` frames at `fps`, the first at second 0."""
    return simulate_many([spec], num_frames=num_frames, fps=fps)[0]


def simulate_many(specs: Sequence[WorldSpec], *, num_frames: int, fps: float) -> list[Trajectory]:
    """Run many scenes side by side."""
    seconds_T = np.arange(num_frames, dtype=np.float32) / fps
    bodies = _Bodies(specs)
    positions, velocities = bodies.run(seconds_T)
    trajectories = []
    for number, spec in enumerate(specs):
        num_things = len(spec.things)
        path, velocity = positions[:, number, :num_things], velocities[:, number, :num_things]
        trajectories.append(trajectory_of(spec, seconds_T, path, velocity))
    return trajectories


def trajectory_of(
    spec: WorldSpec, seconds_T: Array, path_TK3: NDArray[np.float64], velocity_TK3: NDArray[np.float64]
) -> Trajectory:  # fmt: skip
    """Complete the path of the things of a scene by how they turn and grow, and by the camera."""
    steps = np.linalg.norm(np.diff(path_TK3[..., :2], axis=0), axis=-1)
    walked = np.concatenate([np.zeros((1, steps.shape[1])), np.cumsum(steps, axis=0)])
    pace = np.linalg.norm(velocity_TK3[..., :2], axis=-1)
    return Trajectory(
        seconds_T, path_TK3.astype(np.float32), _rotations(spec, seconds_T, path_TK3, velocity_TK3),
        _scales(spec, seconds_T), walked.astype(np.float32), pace.astype(np.float32), camera_frames(spec, seconds_T),
    )  # fmt: skip


class _Bodies:
    """The state of every thing of every scene."""

    def __init__(self, specs: Sequence[WorldSpec]) -> None:
        most = max([1, *(len(spec.things) for spec in specs)])
        shape = (len(specs), most)
        self.position = np.zeros((*shape, 3))
        self.velocity = np.zeros((*shape, 3))
        self.rest = np.zeros(shape)
        self.radius = np.full(shape, 1e-6)
        self.mass = np.ones(shape)
        self.restitution = np.zeros(shape)
        self.friction = np.zeros(shape)
        self.starts = np.zeros(shape)
        self.jump = np.zeros(shape)
        self.rate = np.zeros(shape)  # of an orbit, radians a second
        self.other = np.full(shape, -1)
        self.is_solid = np.zeros(shape, bool)
        self.stops = np.full(shape, np.inf)
        self.position[..., 0] = 1000.0 * (1 + np.arange(most))  # nothing there: far off and far apart
        for number, spec in enumerate(specs):
            for place, thing in enumerate(spec.things):
                self._put(number, place, thing)
        self.landed = np.full(shape, -np.inf)

    def _put(self, number: int, place: int, thing: Thing) -> None:
        at = (number, place)
        motion = thing.motion
        self.position[at] = thing.position_m
        self.rest[at] = rest_height(thing.shape, thing.half_size_m, is_lying=thing.is_lying)
        self.radius[at] = thing.half_size_m[0] * (1.15 if thing.shape == "cube" else 1.0)
        self.mass[at] = float(np.prod(thing.half_size_m))
        self.restitution[at], self.friction[at] = thing.restitution, thing.friction
        self.starts[at] = motion.start_seconds
        self.is_solid[at] = motion.name not in ("orbit", "appear") and thing.shape not in FIGURES
        if motion.name == "meet":
            self.stops[at] = motion.length_seconds
        if motion.name == "fly":
            self.rest[at] = thing.position_m[2]  # carried by its wings
        if motion.name == "jump":
            self.jump[at] = motion.velocity_mps[2]
        elif motion.name == "orbit":
            self.rate[at], self.other[at] = np.radians(motion.rate), motion.other
        else:
            self.velocity[at] = motion.velocity_mps

    def run(self, seconds_T: Array) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Step to the last frame; between two steps a frame is interpolated. Returns (T, B, K, 3) twice."""
        num_steps = int(np.ceil(float(seconds_T[-1]) / _STEP_SECONDS)) + 1
        path = np.empty((num_steps + 1, *self.position.shape))
        speed = np.empty_like(path)
        start = self.position.copy()
        path[0], speed[0] = self.position, self.velocity
        may_touch = self._may_touch()
        for step in range(1, num_steps + 1):
            self._step((step - 1) * _STEP_SECONDS, may_touch=may_touch)
            path[step], speed[step] = self.position, self.velocity
        times = np.arange(num_steps + 1) * _STEP_SECONDS
        self._orbits(path, speed, start, times)
        places = seconds_T / _STEP_SECONDS
        low = np.minimum(places.astype(int), num_steps - 1)
        part = (places - low)[:, None, None, None]
        return path[low] * (1 - part) + path[low + 1] * part, speed[low] * (1 - part) + speed[low + 1] * part

    def _may_touch(self) -> NDArray[np.bool_]:
        moves = (np.abs(self.velocity[..., :2]).sum(-1) > 0).any(-1)
        touching: NDArray[np.bool_] = moves & (self.is_solid.sum(-1) > 1)
        return touching

    def _step(self, now: float, *, may_touch: NDArray[np.bool_]) -> None:
        dt = _STEP_SECONDS
        is_free = now >= self.starts
        height = self.position[..., 2] - self.rest
        on_ground = (height <= 1e-6) & (self.velocity[..., 2] <= 0)
        springs = on_ground & (self.jump > 0) & is_free & (now - self.landed >= _JUMP_PAUSE_SECONDS)
        self.velocity[..., 2] = np.where(springs, self.jump, self.velocity[..., 2])
        in_air = is_free & ~(on_ground & ~springs)
        self.velocity[..., 2] -= np.where(in_air, GRAVITY_MPS2 * dt, 0.0)
        self._rub(on_ground, dt)
        self.velocity[..., :2] *= (now < self.stops)[..., None]
        self.position += self.velocity * (dt * is_free[..., None])
        self._bounce(now)
        if may_touch.any():
            self._collide(may_touch)

    def _rub(self, on_ground: NDArray[np.bool_], dt: float) -> None:
        """Friction takes a constant share of the weight as long as a thing moves."""
        flat = self.velocity[..., :2]
        speed = np.sqrt((flat**2).sum(-1))
        left = np.maximum(speed - on_ground * self.friction * GRAVITY_MPS2 * dt, 0.0)
        flat *= (left / np.maximum(speed, 1e-9))[..., None]

    def _bounce(self, now: float) -> None:
        below = self.rest - self.position[..., 2]
        strikes = below > 0
        rebound = -self.velocity[..., 2] * self.restitution
        settles = rebound < _STILL_MPS
        self.landed = np.where(strikes & (self.velocity[..., 2] < 0), now, self.landed)
        self.velocity[..., 2] = np.where(strikes, np.where(settles, 0.0, rebound), self.velocity[..., 2])
        lifted = np.where(settles, 0.0, below * self.restitution)
        self.position[..., 2] = np.where(strikes, self.rest + lifted, self.position[..., 2])

    def _collide(self, scenes: NDArray[np.bool_]) -> None:
        """Impulses along the line of centres: momentum is kept, the lesser restitution decides the bounce."""
        most = self.position.shape[1]
        for first in range(most):
            for second in range(first + 1, most):
                gap = self.position[:, second, :2] - self.position[:, first, :2]
                distance = np.sqrt((gap**2).sum(-1))
                normal = gap / np.maximum(distance, 1e-9)[:, None]
                closing = ((self.velocity[:, first, :2] - self.velocity[:, second, :2]) * normal).sum(-1)
                height = np.abs(self.position[:, first, 2] - self.position[:, second, 2])
                reach = self.radius[:, first] + self.radius[:, second]
                hits = scenes & (distance < reach) & (closing > 0) & (height < reach)
                hits &= self.is_solid[:, first] & self.is_solid[:, second]
                if hits.any():
                    self._knock((first, second), hits, closing[:, None] * normal)

    def _knock(self, pair: tuple[int, int], hits: NDArray[np.bool_], closing: NDArray[np.float64]) -> None:
        first, second = pair
        masses = self.mass[:, first] + self.mass[:, second]
        bounce = 1 + np.minimum(self.restitution[:, first], self.restitution[:, second])
        push = (hits * bounce / masses)[:, None] * closing
        self.velocity[:, first, :2] -= push * self.mass[:, second, None]
        self.velocity[:, second, :2] += push * self.mass[:, first, None]

    def _orbits(
        self, path: NDArray[np.float64], speed: NDArray[np.float64], start: NDArray[np.float64],
        times: NDArray[Any],
    ) -> None:  # fmt: skip
        """What circles another is held on its circle, as by a rod."""
        for number, place in np.argwhere(self.other >= 0):
            centre = path[:, number, self.other[number, place], :2]
            arm = start[number, place, :2] - start[number, self.other[number, place], :2]
            rate = self.rate[number, place]
            angle = np.arctan2(arm[1], arm[0]) + rate * times
            radius = float(np.hypot(*arm))
            circle = np.stack([np.cos(angle), np.sin(angle)], -1) * radius
            path[:, number, place, :2] = centre + circle
            speed[:, number, place, :2] = np.stack([-circle[:, 1], circle[:, 0]], -1) * rate


def _rotations(
    spec: WorldSpec, seconds_T: Array, path_TK3: NDArray[np.float64], velocity_TK3: NDArray[np.float64]
) -> Array:
    turned = np.empty((len(seconds_T), len(spec.things), 3, 3), np.float32)
    for place, thing in enumerate(spec.things):
        yaw = np.radians(thing.yaw_degrees)
        if thing.motion.name in ("spin", "turn"):
            turned[:, place] = about_z(yaw + np.radians(thing.motion.rate) * seconds_T) @ _stance(thing)
        elif thing.shape in ("ball", "ring", "cylinder") and rolls(thing):
            turned[:, place] = (
                _rolled(path_TK3[:, place], velocity_TK3[:, place], thing) @ about_z(yaw) @ _stance(thing)
            )
        else:
            turned[:, place] = about_z(yaw) @ _stance(thing)
    return turned


def rolls(thing: Thing) -> bool:
    """Say whether the thing turns as it travels."""
    return thing.shape == "ball" or thing.motion.name == "roll"


def _stance(thing: Thing) -> NDArray[np.float64]:
    """Return how a thing stands before its yaw: a ring on edge, a lying cylinder with its axis along x."""
    if thing.shape == "ring":
        return np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
    if thing.is_lying:
        return np.array([[0.0, 0, 1.0], [0, 1.0, 0], [-1.0, 0, 0]])
    return np.eye(3)


def about_z(angle: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Return rotation matrices about the vertical, for angles in radians."""
    angle = np.asarray(angle, np.float64)
    cos, sin, zero = np.cos(angle), np.sin(angle), np.zeros_like(angle)
    rows = [np.stack(row, -1) for row in ((cos, -sin, zero), (sin, cos, zero), (zero, zero, zero + 1))]
    return np.stack(rows, -2)


def _rolled(path_T3: NDArray[np.float64], velocity_T3: NDArray[np.float64], thing: Thing) -> NDArray[np.float64]:
    """Turn by the way travelled: rolling without slipping, ω = z × v / r."""
    steps = np.diff(path_T3[:, :2], axis=0)
    turns = np.stack([-steps[:, 1], steps[:, 0]], -1) / thing.half_size_m[0]
    turned = [np.eye(3)]
    for x, y in turns:
        turned.append(_about(np.array([x, y, 0.0])) @ turned[-1])
    return np.stack(turned)


def _about(turn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rodrigues' formula for a turn whose length is the angle in radians."""
    angle = float(np.sqrt((turn**2).sum()))
    if angle < 1e-9:
        return np.eye(3)
    x, y, z = turn / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turned: NDArray[np.float64] = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return turned


def _scales(spec: WorldSpec, seconds_T: Array) -> Array:
    scales = np.ones((len(seconds_T), len(spec.things)), np.float32)
    for place, thing in enumerate(spec.things):
        motion = thing.motion
        if motion.name not in ("appear", "disappear", "grow", "shrink"):
            continue
        part = np.clip((seconds_T - motion.start_seconds) / max(motion.length_seconds, 1e-6), 0.0, 1.0)
        smooth = part * part * (3 - 2 * part)
        curve = {"appear": smooth, "disappear": 1 - smooth, "grow": 0.35 + 0.65 * part, "shrink": 1 - 0.65 * part}
        scales[:, place] = curve[motion.name]
    return scales
