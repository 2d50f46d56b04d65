"""Scenes of people and animals: one or two, walking, running, waving, sitting, turning, meeting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinora.world.kinds import GROUNDS, CameraMove, ClothName, ColourName, Direction, MotionName, ShapeName
from kinora.world.sample_objects import Draw, sample_light
from kinora.world.spec import CameraPath, Motion, Thing, Vector, Weather, WorldSpec

_SHAPES: tuple[tuple[ShapeName, float], ...] = (
    ("person", 0.52),
    ("dog", 0.16),
    ("cat", 0.1),
    ("horse", 0.12),
    ("bird", 0.1),
)
_SHIRTS: tuple[ColourName, ...] = ("red", "blue", "green", "yellow", "white", "black", "pink", "orange", "purple")
_CLOTHS: tuple[ClothName, ...] = ("blue", "black", "brown", "grey")
_COATS: dict[str, tuple[ColourName, ...]] = {
    "dog": ("brown", "black", "white", "orange"), "cat": ("black", "white", "orange", "grey"),
    "horse": ("brown", "black", "white", "grey"), "bird": ("blue", "red", "white", "black", "yellow"),
}  # fmt: skip
_DOINGS: dict[str, tuple[tuple[MotionName, float], ...]] = {
    "person": (
        ("walk", 0.34), ("run", 0.2), ("jump", 0.12), ("wave", 0.12), ("sit", 0.08), ("turn", 0.08), ("still", 0.06),
    ),
    "dog": (("walk", 0.38), ("run", 0.36), ("jump", 0.1), ("sit", 0.1), ("still", 0.06)),
    "cat": (("walk", 0.45), ("run", 0.3), ("sit", 0.15), ("still", 0.1)),
    "horse": (("walk", 0.45), ("run", 0.43), ("still", 0.12)),
    "bird": (("fly", 1.0),),
}  # fmt: skip
_HEIGHT_M = {"person": 1.75, "dog": 0.85, "cat": 0.6, "horse": 1.65, "bird": 0.5}
_WALK_MPS = {"person": 1.25, "dog": 1.0, "cat": 0.75, "horse": 1.4}
_RUN_MPS = {"person": 2.6, "dog": 2.6, "cat": 2.1, "horse": 3.0}
_YAW: dict[str, float] = {"left": 90.0, "right": -90.0, "towards": 180.0, "away": 0.0}
_UNIT: dict[str, tuple[float, float]] = {"left": (-1, 0), "right": (1, 0), "towards": (0, -1), "away": (0, 1)}
_DIRECTIONS: tuple[Direction, ...] = ("left", "right", "left", "right", "towards", "away")


def sample_figures(random: np.random.Generator, seed: int, seconds: float) -> WorldSpec:
    """Draw a scene of one or two figures."""
    draw = Draw(random, seconds)
    things = _meeting(draw) if draw.chance(0.14) else _some(draw)
    ground = draw.one_of(GROUNDS)
    nearest = 3.4 if all(thing.shape in ("dog", "cat", "bird") for thing in things) else 4.9
    camera = CameraPath(
        position_m=(0.0, -nearest, draw.between(1.3, 1.9)), target_m=(0.0, 0.0, nearest * 0.17), half_angle=0.44
    )
    if all(thing.motion.direction is None for thing in things) and draw.chance(0.4):
        move: CameraMove = draw.one_of(("zoom_in", "zoom_out", "orbit_left", "orbit_right", "pan_left", "pan_right"))
        amount = {"pan": 14.0, "zoo": 1.5, "orb": 45.0}[move[:3]]
        camera = replace(camera, move=move, amount=amount)
    return WorldSpec(
        seed=seed, family="figures", things=tuple(things), ground=ground, light=sample_light(draw),
        weather=Weather(clouds=draw.between(0.1, 0.8)), camera=camera, seconds=seconds,
    )  # fmt: skip


def _figure(draw: Draw, shape: ShapeName) -> Thing:
    colour = draw.one_of(_COATS.get(shape, _SHIRTS))
    half = _HEIGHT_M[shape] * draw.between(0.93, 1.07) / 2
    size: Vector = (half * 0.3, half * (0.25 if shape == "person" else 0.9), half)
    cloth: ClothName | None = draw.one_of(_CLOTHS) if shape == "person" else None
    return Thing(shape, colour, size, (0.0, 0.0, 0.0), yaw_degrees=180.0, friction=0.0, restitution=0.0, cloth=cloth)


def _some(draw: Draw) -> list[Thing]:
    count = 2 if draw.chance(0.28) else 1
    shape = draw.weighted(_SHAPES)
    name = draw.weighted(_DOINGS[shape])
    first = _doing(draw, _figure(draw, shape), name)
    if count == 1:
        return [first]
    second = replace(first, colour=draw.one_of(_COATS.get(shape, _SHIRTS)))
    is_across = first.motion.direction in ("left", "right")
    x, y, z = first.position_m
    gap = 1.1 if shape != "horse" else 1.9
    if is_across:
        return [_at(first, x + gap / 2, y, z), _at(second, x - gap / 2, y + 0.5, z)]
    return [_at(first, x - gap / 2, y, z), _at(second, x + gap / 2, y, z)]


def _at(thing: Thing, x: float, y: float, z: float) -> Thing:
    return replace(thing, position_m=(x, y, z))


def _doing(draw: Draw, thing: Thing, name: MotionName) -> Thing:
    z = draw.between(1.0, 1.7) * 0.62 if name == "fly" else 0.0
    if name in ("walk", "run", "fly"):
        direction: Direction = draw.one_of(_DIRECTIONS if name != "fly" else ("left", "right"))
        mps = {"walk": _WALK_MPS, "run": _RUN_MPS}.get(name, {"bird": 1.6})[thing.shape] * draw.between(0.92, 1.08)
        most = 3.2 if direction in ("left", "right") else 3.0
        mps = min(mps, most / draw.seconds * (1.25 if name == "run" else 1.0))
        across, away = _UNIT[direction]
        reach = mps * draw.seconds / 2
        motion = Motion(name, direction, None, (across * mps, away * mps, 0.0))
        moved = replace(thing, yaw_degrees=_YAW[direction], motion=motion)
        side = draw.between(-0.3, 0.3) if direction in ("towards", "away") else 0.0
        return _at(moved, side - across * reach, 0.5 * abs(away) - away * reach, z)
    start = draw.between(0.15, 0.4) * draw.seconds
    turned = draw.between(-35, 35)
    yaw = 180.0 + turned if thing.shape == "person" else draw.one_of((90.0, -90.0)) + turned
    motion = Motion(name, start_seconds=start if name in ("jump", "sit") else 0.0)
    if name == "jump":
        motion = replace(motion, velocity_mps=(0.0, 0.0, draw.between(2.4, 3.0)))
    elif name == "turn":
        motion = replace(motion, rate=draw.one_of((-1.0, 1.0)) * 360 / draw.seconds)
    return _at(replace(thing, yaw_degrees=yaw, motion=motion), draw.between(-0.5, 0.5), 0.0, 0.0)


def _meeting(draw: Draw) -> list[Thing]:
    """Two people walk up to each other and stop."""
    walk = 0.62 * draw.seconds
    mps = 1.15 / walk
    things = []
    for side, direction, other in ((-1.0, "right", 1), (1.0, "left", 0)):
        motion = Motion("meet", None, None, (-side * mps, 0.0, 0.0), length_seconds=walk, other=other)
        person = replace(_figure(draw, "person"), yaw_degrees=_YAW[direction], motion=motion)
        things.append(_at(person, side * 1.55, 0.0, 0.0))
    return things
