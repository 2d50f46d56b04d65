"""People and animals of capsules: joints by inverse kinematics from feet that stay where they stand.

A foot is planted for its stance, fixed on the ground while the body passes over it, and swings to its next place in an
arc; hips and knees follow (two-link inverse kinematics). The body's path comes from the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinora.world.kinds import COLOURS_SRGB
from kinora.world.spec import Thing

Array = NDArray[np.float64]
FIGURES = ("person", "dog", "cat", "horse", "bird")
_SKIN = (0.86, 0.66, 0.52)
_HAIR = (0.22, 0.15, 0.10)
_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Part:
    """One solid of a figure at all frames (T): a `shapes` kind, its place, and its colour."""

    kind: str
    centre_T3: Array
    rotation_T33: Array
    half_T3: Array
    param_T: Array
    colour: tuple[float, float, float]


@dataclass
class Body:
    """Collects parts. Points are in the figure's own frame: x to its right, y ahead, z up."""

    root_T3: Array
    turn_T33: Array
    parts: list[Part] = field(default_factory=list)

    def limb(self, start_T3: Array, end_T3: Array, radius: float, colour: tuple[float, float, float]) -> None:
        """Add a capsule between two points."""
        start, end = self._world(start_T3), self._world(end_T3)
        along = end - start
        length = np.linalg.norm(along, axis=-1)
        rotation = _facing(along / np.maximum(length, 1e-9)[:, None])
        half = np.full((len(length), 3), radius)
        self.parts.append(Part("capsule", (start + end) / 2, rotation, half, length / (2 * radius), colour))

    def lump(self, centre_T3: Array, half: tuple[float, float, float], colour: tuple[float, float, float]) -> None:
        """Add an ellipsoid, upright in the figure's frame."""
        centre = self._world(centre_T3)
        size = np.broadcast_to(np.array(half), centre.shape)
        self.parts.append(Part("ball", centre, self.turn_T33, size, np.zeros(len(centre)), colour))

    def _world(self, point_T3: Array) -> Array:
        turned: Array = np.einsum("tij,tj->ti", self.turn_T33, point_T3)
        return self.root_T3 + turned


def _facing(way_T3: Array) -> Array:
    """Return rotations whose z axis points along `way_T3`."""
    helper = np.where(np.abs(way_T3[:, 2:]) < 0.9, _UP, np.array([1.0, 0, 0]))
    right = np.cross(helper, way_T3)
    right /= np.linalg.norm(right, axis=-1, keepdims=True)
    return np.stack([right, np.cross(way_T3, right), way_T3], -1)


def _point(x: Array | float, y: Array | float, z: Array | float, num_frames: int) -> Array:
    return np.stack([np.broadcast_to(np.asarray(value, np.float64), (num_frames,)) for value in (x, y, z)], -1)


def bent(hip_T3: Array, foot_T3: Array, upper: float, lower: float, forward: float) -> tuple[Array, Array]:
    """Return the knee and the foot (pulled in where out of reach); the knee bends ahead for `forward` 1."""
    along = foot_T3 - hip_T3
    distance = np.linalg.norm(along, axis=-1, keepdims=True)
    reach = np.clip(distance, abs(upper - lower) + 1e-3, (upper + lower) * 0.999)
    along = along / np.maximum(distance, 1e-9)
    cosine = (upper**2 + reach**2 - lower**2) / (2 * upper * reach)
    across = np.array([0.0, forward, 0.0]) - along * (along[:, 1:2] * forward)
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    knee = hip_T3 + along * upper * cosine + across * upper * np.sqrt(np.clip(1 - cosine**2, 0, 1))
    return knee, hip_T3 + along * reach


def footfall(walked_T: Array, stride: float, phase: float, stance: float, lift: float) -> tuple[Array, Array]:
    """Return how far ahead of the hip a foot is, and how high: while it stands it does not move over the ground."""
    cycle = (walked_T / stride + phase) % 1.0
    stands = cycle < stance
    swing = np.clip((cycle - stance) / (1 - stance), 0, 1)
    half = stance * stride / 2
    eased = swing * swing * (3 - 2 * swing)
    ahead = np.where(stands, half - cycle * stride, -half + 2 * half * eased)
    return ahead, np.where(stands, 0.0, lift * np.sin(np.pi * swing))


@dataclass(frozen=True)
class Act:
    """What a figure is doing at each frame (T): its time, the way it has walked, and how much it walks (0 to 1)."""

    seconds_T: Array
    walked_T: Array
    gait_T: Array
    name: str
    start_seconds: float
    rate: float


def figure_parts(thing: Thing, root_T3: Array, turn_T33: Array, act: Act) -> list[Part]:
    """Return the solids of a figure at every frame; `root_T3` is the point on the ground between its feet."""
    body = Body(root_T3, turn_T33)
    size = thing.half_size_m[2]
    if thing.shape == "person":
        _person(body, thing, act, 2 * size)
    elif thing.shape == "bird":
        _bird(body, thing, act, size)
    else:
        _beast(body, thing, act, 2 * size)
    return body.parts


def _person(body: Body, thing: Thing, act: Act, height: float) -> None:
    count = len(act.seconds_T)
    shirt, cloth = COLOURS_SRGB[thing.colour], COLOURS_SRGB[thing.cloth or "blue"]
    runs = act.name == "run"
    stride, stance = (0.95 * height, 0.62) if not runs else (1.45 * height, 0.36)
    sit = _part_done(act, 0.7) if act.name == "sit" else np.zeros(count)
    crouch = _crouch(act)
    bob = np.abs(np.sin(2 * np.pi * act.walked_T / stride)) * (0.045 if runs else 0.02) * height * act.gait_T
    hip_z = height * (0.50 - 0.23 * sit - 0.10 * crouch) + bob - 0.02 * height * act.gait_T
    lean = height * (0.07 if runs else 0.015) * act.gait_T + 0.05 * height * crouch
    back = -0.16 * height * sit
    chest = _point(0.0, back + lean, hip_z + 0.29 * height, count)
    for side, phase in ((-1.0, 0.0), (1.0, 0.5)):
        ahead, lift = footfall(act.walked_T, stride, phase, stance, height * (0.13 if runs else 0.06))
        hip = _point(side * 0.055 * height, back, hip_z, count)
        foot = _point(
            side * 0.06 * height, ahead * act.gait_T + 0.06 * height * sit, 0.035 * height + lift * act.gait_T, count
        )
        knee, ankle = bent(hip, foot, 0.25 * height, 0.25 * height, 1.0)
        body.limb(hip, knee, 0.048 * height, cloth)
        body.limb(knee, ankle, 0.04 * height, cloth)
        body.limb(ankle, ankle + np.array([0.0, 0.07 * height, -0.01 * height]), 0.03 * height, (0.12, 0.10, 0.10))
        shoulder = chest + np.array([side * 0.115 * height, 0.0, -0.01 * height])
        elbow, hand = _arm(act, side, shoulder, height, np.sin(2 * np.pi * (act.walked_T / stride + phase)))
        body.limb(shoulder, elbow, 0.034 * height, shirt)
        body.limb(elbow, hand, 0.028 * height, _SKIN)
    body.limb(
        _point(0.0, back, hip_z + 0.03 * height, count), chest - np.array([0, 0, 0.03 * height]), 0.085 * height, shirt
    )
    head = chest + np.array([0.0, 0.01 * height, 0.14 * height])
    body.limb(chest, head, 0.03 * height, _SKIN)
    body.lump(head, (0.066 * height, 0.072 * height, 0.085 * height), _SKIN)
    body.lump(
        head + np.array([0.0, -0.014 * height, 0.022 * height]), (0.069 * height, 0.07 * height, 0.074 * height), _HAIR
    )
    if act.name == "sit":
        seat = _point(0.0, -0.16 * height, 0.11 * height, count)
        body.lump(seat, (0.13 * height, 0.12 * height, 0.11 * height), (0.45, 0.30, 0.18))


def _arm(act: Act, side: float, shoulder: Array, height: float, swing: Array) -> tuple[Array, Array]:
    count = len(swing)
    if act.name == "wave" and side > 0:
        sway = np.sin(2 * np.pi * 1.6 * act.seconds_T)
        elbow = shoulder + _point(0.13 * height, 0.0, 0.07 * height, count)
        return elbow, elbow + _point(0.09 * height * sway, 0.01, 0.15 * height, count)
    raised = _crouch(act) * 0.5 if act.name == "jump" else np.zeros(count)
    reach = (0.10 if act.name == "run" else 0.07) * height * swing * act.gait_T
    elbow = shoulder + _point(side * 0.02 * height, -reach - raised * 0.1, -0.155 * height, count)
    bend = 0.13 * height if act.name == "run" else 0.03 * height
    hand = elbow + _point(0.0, bend - reach * 0.6, -0.14 * height + bend * 0.7, count)
    return elbow, hand


def _crouch(act: Act) -> Array:
    """Return how deep a jumper bends before it leaves the ground."""
    if act.name != "jump":
        return np.zeros(len(act.seconds_T))
    return np.exp(-(((act.seconds_T - act.start_seconds + 0.08) / 0.12) ** 2))


def _part_done(act: Act, length: float) -> Array:
    part = np.clip((act.seconds_T - act.start_seconds) / length, 0, 1)
    done: Array = part * part * (3 - 2 * part)
    return done


_BEASTS = {  # leg share of the height, body length, body radius, neck rise, snout, tail
    "dog": (0.52, 0.95, 0.17, 0.28, 0.20, 0.42), "cat": (0.50, 1.05, 0.16, 0.20, 0.12, 0.75),
    "horse": (0.56, 0.98, 0.17, 0.46, 0.24, 0.38),
}  # fmt: skip


def _beast(body: Body, thing: Thing, act: Act, height: float) -> None:
    count = len(act.seconds_T)
    coat = COLOURS_SRGB[thing.colour]
    dark = (coat[0] * 0.6, coat[1] * 0.6, coat[2] * 0.6)
    legs, length, radius, neck_rise, snout, tail = (share * height for share in _BEASTS[thing.shape])
    runs = act.name == "run"
    stride, stance = (1.25 * height, 0.66) if not runs else (2.1 * height, 0.38)
    sit = _part_done(act, 0.6) if act.name == "sit" else np.zeros(count)
    bob = np.sin(4 * np.pi * act.walked_T / stride) * (0.05 if runs else 0.015) * height * act.gait_T
    hip_z = legs + radius * 0.4 + bob
    rear_z = hip_z - sit * legs * 0.72
    front, rear = _point(0, length / 2, hip_z, count), _point(0, -length / 2 + sit * 0.12 * length, rear_z, count)
    body.limb(rear, front, radius, coat)
    phases = ((-1, 1, 0.25), (1, 1, 0.75), (-1, -1, 0.0), (1, -1, 0.5)) if not runs else (
        (-1, 1, 0.0), (1, 1, 0.1), (-1, -1, 0.5), (1, -1, 0.6))  # fmt: skip
    for side, end, phase in phases:
        ahead, lift = footfall(act.walked_T, stride, phase, stance, 0.10 * height)
        shoulder = (front if end > 0 else rear) + np.array([side * radius * 0.62, 0.0, -radius * 0.3])
        forward = sit * 0.25 * height if end < 0 else 0.0
        foot = _point(
            side * radius * 0.62,
            end * length / 2 + ahead * act.gait_T + forward,
            0.03 * height + lift * act.gait_T,
            count,
        )
        knee, ankle = bent(shoulder, foot, legs * 0.56, legs * 0.56, -1.0 if end > 0 else 1.0)
        body.limb(shoulder, knee, 0.055 * height, coat)
        body.limb(knee, ankle, 0.042 * height, dark)
    nod = 0.03 * height * np.sin(4 * np.pi * act.walked_T / stride) * act.gait_T
    head = front + _point(0, neck_rise * 0.55 + 0.06 * height, neck_rise + radius * 0.6 + nod, count)
    body.limb(front, head, radius * 0.58, coat)
    body.lump(head, (0.095 * height, 0.12 * height, 0.105 * height), coat)
    body.limb(head, head + np.array([0.0, 0.08 * height + snout * 0.6, -snout * 0.35]), 0.055 * height, dark)
    for side in (-1, 1):
        ear = head + np.array([side * 0.06 * height, -0.02 * height, 0.09 * height])
        body.limb(ear, ear + np.array([0.0, 0.0, 0.06 * height]), 0.026 * height, dark)
    wag = np.sin(2 * np.pi * 2.2 * act.seconds_T) * 0.25 * tail
    droop = -0.8 if thing.shape == "horse" else 0.55
    body.limb(
        rear + np.array([0, -radius * 0.7, radius * 0.4]),
        rear + _point(wag, -radius - tail * 0.6, tail * droop, count),
        0.032 * height,
        dark,
    )


def _bird(body: Body, thing: Thing, act: Act, size: float) -> None:
    count = len(act.seconds_T)
    coat = COLOURS_SRGB[thing.colour]
    dark = (coat[0] * 0.7, coat[1] * 0.7, coat[2] * 0.7)
    flap = np.sin(2 * np.pi * 2.3 * act.seconds_T)
    middle = _point(0, 0, 0.05 * size * -flap, count)
    body.lump(middle, (0.34 * size, 0.75 * size, 0.32 * size), coat)
    head = middle + np.array([0.0, 0.72 * size, 0.2 * size])
    body.lump(head, (0.24 * size, 0.26 * size, 0.24 * size), coat)
    body.limb(head, head + np.array([0.0, 0.4 * size, -0.04 * size]), 0.07 * size, (0.95, 0.62, 0.1))
    body.limb(middle, middle + np.array([0.0, -1.15 * size, 0.05 * size]), 0.13 * size, dark)
    for side in (-1.0, 1.0):
        elbow = middle + _point(side * 0.8 * size, 0.05 * size, 0.42 * size * flap + 0.12 * size, count)
        tip = elbow + _point(
            side * 0.85 * size, -0.2 * size, 0.62 * size * np.sin(2 * np.pi * 2.3 * act.seconds_T - 0.7), count
        )
        body.limb(middle, elbow, 0.15 * size, coat)
        body.limb(elbow, tip, 0.11 * size, dark)
