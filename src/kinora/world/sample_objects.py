"""Scenes of solid things: one to three of them, standing, rolling, bouncing, meeting, on one of seven grounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from kinora.world.kinds import (
    GROUNDS,
    OBJECT_COLOURS,
    OBJECT_SHAPES,
    CameraMove,
    ColourName,
    Direction,
    GroundName,
    MotionName,
    PlaceName,
    ShapeName,
    SizeName,
    SpeedName,
)
from kinora.world.spec import CameraPath, Light, Motion, Relation, Thing, Vector, Weather, WorldSpec

T = TypeVar("T")
CAMERA_DISTANCE_M = 6.4
_HALF_WIDTH_M = 2.75  # what the camera sees to each side at the middle of the scene
_LOST_ON: dict[GroundName, tuple[ColourName, ...]] = {
    "grass": ("green",), "snow": ("white",), "sand": (), "wood": ("orange",), "tiles": ("white",),
    "stone": (), "plain": (),
}  # fmt: skip
"""Colours that can't be told from the ground."""
_MOTIONS: tuple[tuple[MotionName, float], ...] = (
    ("roll", 0.44), ("still", 0.13), ("bounce", 0.11), ("fall", 0.07), ("jump", 0.08), ("spin", 0.06),
    ("grow", 0.03), ("shrink", 0.02), ("appear", 0.03), ("disappear", 0.03),
)  # fmt: skip
"""Moving is over-sampled: it is learnt last."""
_PAIRS: tuple[tuple[str, float], ...] = (
    ("one_moves", 0.30), ("each_its_own", 0.17), ("same", 0.18), ("orbit", 0.12), ("hit", 0.13), ("both_still", 0.10)
)  # fmt: skip
_SAME: tuple[tuple[MotionName, float], ...] = (
    ("roll", 0.5), ("bounce", 0.18), ("jump", 0.1), ("spin", 0.06), ("fall", 0.08), ("still", 0.08)
)  # fmt: skip
_CAMERA_MOVES: tuple[CameraMove, ...] = (
    "pan_left", "pan_right", "zoom_in", "zoom_out", "orbit_left", "orbit_right",
)  # fmt: skip
_ZOOMS: tuple[CameraMove, ...] = ("zoom_in", "zoom_out")
_DIRECTIONS: tuple[Direction, ...] = ("left", "right", "left", "right", "towards", "away")
_UNIT: dict[Direction, tuple[float, float]] = {"left": (-1, 0), "right": (1, 0), "towards": (0, -1), "away": (0, 1)}
_ALONG_MPS = {None: 1.5, "slow": 0.75, "fast": 2.5}
_DEPTH_MPS = {None: 1.5, "slow": 0.65, "fast": 2.8}
_TURNS_DEGREES_PS = {None: 200.0, "slow": 90.0, "fast": 400.0}
_ORBIT_DEGREES_PS = {None: 150.0, "slow": 85.0, "fast": 260.0}


@dataclass(frozen=True)
class Draw:
    """The dice, and the length the scene is laid out for."""

    random: np.random.Generator
    seconds: float

    def chance(self, probability: float) -> bool:
        """Say yes with this probability."""
        return bool(self.random.random() < probability)

    def between(self, low: float, high: float) -> float:
        """Return a number from low to high."""
        return float(self.random.uniform(low, high))

    def one_of(self, values: tuple[T, ...]) -> T:
        """Return one of the values."""
        return values[int(self.random.integers(len(values)))]

    def weighted(self, pairs: tuple[tuple[T, float], ...]) -> T:
        """Return one of the values, each as often as its weight says."""
        weights = np.array([weight for _, weight in pairs])
        return pairs[int(self.random.choice(len(pairs), p=weights / weights.sum()))][0]


def sample_objects(random: np.random.Generator, seed: int, seconds: float) -> WorldSpec:
    """Draw a scene of one to three solid things."""
    draw = Draw(random, seconds)
    ground = draw.one_of(GROUNDS)
    num_things = draw.weighted(((1, 0.56), (2, 0.36), (3, 0.08)))
    relation = None
    if num_things == 1:
        things = [_alone(draw, ground)]
    elif num_things == 2:
        things, relation = _pair(draw, ground)
    else:
        things = _three(draw, ground)
    return WorldSpec(
        seed=seed, family="objects", things=tuple(things), ground=ground, light=sample_light(draw),
        weather=Weather(clouds=draw.between(0.1, 0.8)), camera=_camera(draw, things), seconds=seconds,
        relation=relation,
    )  # fmt: skip


def sample_light(draw: Draw) -> Light:
    """Draw the hour and where the sun stands: to the side of what is looked at, never behind it."""
    time = draw.weighted((("day", 0.64), ("sunset", 0.2), ("night", 0.16)))
    side = draw.one_of((-1.0, 1.0))
    if time == "sunset":
        return Light("sunset", side * draw.between(60, 105), draw.between(16, 24))
    return Light("night" if time == "night" else "day", side * draw.between(20, 75), draw.between(42, 66))


def _camera(draw: Draw, things: list[Thing]) -> CameraPath:
    still = CameraPath(
        position_m=(0.0, -CAMERA_DISTANCE_M, draw.between(2.0, 2.9)), target_m=(0.0, 0.0, draw.between(0.8, 1.0))
    )
    is_crossing = any(thing.motion.direction is not None or thing.motion.other is not None for thing in things)
    goes_deep = any(thing.motion.direction in ("towards", "away") for thing in things)
    if goes_deep or draw.chance(0.88 if is_crossing else 0.40):
        return still
    move = draw.one_of(_ZOOMS if is_crossing else _CAMERA_MOVES)
    amount = {"pan": draw.between(13, 18), "zoo": draw.between(1.45, 1.75), "orb": draw.between(35, 55)}[move[:3]]
    return replace(still, move=move, amount=amount * min(draw.seconds / 2.0, 1.5) if move[:3] != "zoo" else amount)


def _looks(draw: Draw, ground: GroundName) -> tuple[ShapeName, ColourName]:
    colours = tuple(colour for colour in OBJECT_COLOURS if colour not in _LOST_ON[ground])
    return draw.one_of(OBJECT_SHAPES), draw.one_of(colours)


def _body(draw: Draw, looks: tuple[ShapeName, ColourName], *, num_things: int) -> Thing:
    """Return a still thing in the middle: its size, its own proportions, a free yaw."""
    shape, colour = looks
    size: SizeName | None = draw.weighted(((None, 0.6), ("small", 0.2), ("large", 0.2)))
    radius = {"small": 0.48, None: 0.70, "large": 1.0}[size] * draw.between(0.94, 1.06)
    radius *= {1: 1.0, 2: 0.95, 3: 0.82}[num_things]
    half: Vector = {
        "cube": (radius * 0.84,) * 3, "cylinder": (radius * 0.8, radius * 0.8, radius * 0.98),
        "cone": (radius, radius, radius * 1.1), "ring": (radius * 1.08,) * 3,
    }.get(shape, (radius,) * 3)  # fmt: skip
    yaw = draw.between(-25, 25) if shape == "ring" else draw.between(0, 360)
    return Thing(
        shape, colour, half, (0.0, 0.0, rest_height(shape, half)), yaw, size=size,
        restitution=draw.between(0.78, 0.86), friction=draw.between(0.01, 0.03),
    )  # fmt: skip


def rest_height(shape: ShapeName, half: Vector, *, is_lying: bool = False) -> float:
    """Return how high above the ground the place of a thing at rest is, in metres; figures are placed by their feet."""
    if shape in ("person", "dog", "cat", "horse", "bird"):
        return 0.0
    return half[0] if is_lying or shape == "ring" else half[2]


def _moved(thing: Thing, x: float, y: float, *, above: float = 0.0) -> Thing:
    z = rest_height(thing.shape, thing.half_size_m, is_lying=thing.is_lying) + above
    return replace(thing, position_m=(x, y, z))


def _speed(draw: Draw, *, can_be_fast: bool = True) -> SpeedName | None:
    speed: SpeedName | None = draw.weighted(((None, 0.44), ("slow", 0.28), ("fast", 0.28)))
    return None if speed == "fast" and not can_be_fast else speed


def _setting_off(draw: Draw, thing: Thing, *, y: float | None = None, direction: Direction | None = None) -> Thing:
    """Let a thing roll or slide through the middle of the picture."""
    way: Direction = direction if direction is not None else draw.one_of(_DIRECTIONS)
    speed = _speed(draw, can_be_fast=draw.seconds <= 2.6)
    is_across = way in ("left", "right")
    mps = (_ALONG_MPS if is_across else _DEPTH_MPS)[speed] * draw.between(0.93, 1.07)
    mps = min(mps, (5.4 if is_across else 5.6) / draw.seconds)
    is_rolling = thing.shape == "ball" or (thing.shape == "ring" and is_across)
    is_rolling |= thing.shape == "cylinder" and not is_across
    length = mps * draw.seconds
    across, away = _UNIT[way]
    place_y = (draw.between(-0.6, 1.0) if y is None else y) if is_across else 0.35
    place_x = 0.0 if is_across else draw.between(-1.1, 1.1)
    if is_across:
        mps *= (CAMERA_DISTANCE_M + place_y) / CAMERA_DISTANCE_M
    slack = draw.between(-0.3, 0.3) if length < 4 else 0.0
    thing = replace(
        thing, is_lying=thing.shape == "cylinder" and not is_across,
        yaw_degrees=0.0 if is_rolling and thing.shape != "ball" else thing.yaw_degrees,
        motion=Motion("roll" if is_rolling else "slide", way, speed, (across * mps, away * mps, 0.0)),
    )  # fmt: skip
    return _moved(thing, place_x + across * (-length / 2 + slack), place_y + away * (-length / 2 + slack))


def _in_place(draw: Draw, thing: Thing, name: MotionName) -> Thing:
    """Give a thing a motion that stays where it stands."""
    seconds, speed = draw.seconds, None
    motion, above = Motion(name), 0.0
    if name == "bounce":
        above = draw.between(1.2, 1.9)
    elif name == "fall":
        above, thing = draw.between(2.6, 3.4), replace(thing, restitution=draw.between(0.1, 0.25))
        motion = Motion(name, start_seconds=draw.between(0.0, 0.25) * seconds)
    elif name == "jump":
        motion = Motion(
            name, velocity_mps=(0.0, 0.0, draw.between(3.4, 4.2)), start_seconds=draw.between(0.1, 0.3) * seconds / 2
        )
        thing = replace(thing, restitution=0.0)
    elif name == "spin":
        speed = _speed(draw)
        motion = Motion(name, speed=speed, rate=_TURNS_DEGREES_PS[speed] * draw.one_of((-1.0, 1.0)))
    elif name in ("appear", "disappear"):
        motion = Motion(name, start_seconds=draw.between(0.3, 0.55) * seconds, length_seconds=0.3)
    elif name in ("grow", "shrink"):
        motion = Motion(name, length_seconds=seconds)
    x, y, _ = thing.position_m
    return _moved(replace(thing, motion=motion), x, y, above=above)


_PLACES: dict[PlaceName, tuple[float, float]] = {
    "left": (-1.65, 0.2), "middle": (0.0, 0.0), "right": (1.65, 0.2), "near": (0.0, -1.5), "far": (0.0, 3.0)
}  # fmt: skip


def _placed(draw: Draw, thing: Thing) -> Thing:
    """Put a thing somewhere: half the time in a place that the caption names."""
    if draw.chance(0.5):
        place: PlaceName = draw.weighted((("left", 0.3), ("middle", 0.2), ("right", 0.3), ("near", 0.1), ("far", 0.1)))
        if thing.size and place in ("near", "far"):
            place = "middle"
        x, y = _PLACES[place]
        thing = replace(thing, place=place)
        return _moved(thing, x + draw.between(-0.2, 0.2), y + draw.between(-0.2, 0.2))
    return _moved(thing, draw.between(-1.5, 1.5), draw.between(-0.6, 1.0))


def _alone(draw: Draw, ground: GroundName) -> Thing:
    thing = _body(draw, _looks(draw, ground), num_things=1)
    name = draw.weighted(_MOTIONS)
    if name == "roll":
        return _setting_off(draw, thing)
    return _in_place(draw, _placed(draw, thing), name)


def _pair(draw: Draw, ground: GroundName) -> tuple[list[Thing], Relation | None]:
    kind = draw.weighted(_PAIRS)
    looks = [_looks(draw, ground), _looks(draw, ground)]
    if kind == "same" and draw.chance(0.6):
        looks[1] = looks[0]
    elif looks[0] == looks[1]:
        return _pair(draw, ground)
    if kind == "hit":
        looks[0] = ("ball", looks[0][1])
        if looks[0] == looks[1]:
            return _pair(draw, ground)
    first, second = (_body(draw, look, num_things=2) for look in looks)
    if kind == "same":
        second = replace(second, size=first.size, half_size_m=first.half_size_m) if looks[0] == looks[1] else second
        return _same_motion(draw, [first, second]), None
    if kind == "orbit":
        return _orbit(draw, first, second), None
    if kind == "hit":
        return _hit(draw, first, second), None
    return _side_by_side(draw, first, second, kind)


def _side_by_side(draw: Draw, first: Thing, second: Thing, kind: str) -> tuple[list[Thing], Relation | None]:
    """Two things that never touch: beside each other, or one passing behind or before the other."""
    if kind == "one_moves" and draw.chance(0.6):
        y = draw.one_of((-1.25, 1.6))
        first = _setting_off(draw, first, y=y, direction=draw.one_of(("left", "right")))
        second = _moved(second, draw.between(-1.4, 1.4), 0.2)
        return [first, second], None
    x = draw.between(1.05, 1.6)
    sign = draw.one_of((-1.0, 1.0))
    first, second = _moved(first, -sign * x, draw.between(-0.3, 0.3)), _moved(second, sign * x, draw.between(-0.3, 0.3))
    in_place: tuple[MotionName, ...] = ("bounce", "jump", "spin", "fall", "appear", "disappear", "grow")
    if kind != "both_still":
        first = _in_place(draw, first, draw.one_of(in_place))
    if kind == "each_its_own":
        second = _in_place(draw, second, draw.one_of(in_place))
    relation = Relation(0, "left of" if sign > 0 else "right of", 1) if draw.chance(0.6) else None
    return [first, second], relation


def _same_motion(draw: Draw, things: list[Thing]) -> list[Thing]:
    """Let all things do the same side by side."""
    name: MotionName = draw.weighted(_SAME)
    widest = max(thing.half_size_m[0] for thing in things)
    gap = max(3.4 / len(things), 2.6 * widest) if len(things) == 2 else 1.75
    xs = [(number - (len(things) - 1) / 2) * gap for number in range(len(things))]
    if name != "roll":
        placed = [_moved(thing, x, draw.between(-0.25, 0.25)) for thing, x in zip(things, xs, strict=True)]
        moving = [_in_place(draw, placed[0], name)]
        for thing in placed[1:]:
            same = replace(_in_place(draw, thing, name), motion=moving[0].motion)
            moving.append(replace(same, restitution=moving[0].restitution))
        return moving
    lead = _setting_off(draw, things[0], y=0.0)
    if any(thing.shape != things[0].shape for thing in things):
        things = [replace(thing, shape=things[0].shape, half_size_m=things[0].half_size_m) for thing in things]
    is_across = lead.motion.direction in ("left", "right")
    back = 1.1 * widest if len(things) == 2 else 0.0
    lead = _moved(lead, lead.position_m[0] - back if is_across else xs[0], 0.0 if is_across else lead.position_m[1])
    followers = []
    for number, thing in enumerate(things[1:], start=1):
        follower = replace(lead, colour=thing.colour)
        side = number if number < 2 else -1
        if is_across:
            x, y = lead.position_m[0] + side * draw.between(2.2, 2.6) * widest, side * draw.between(0.2, 0.9)
        else:
            x, y = xs[number], lead.position_m[1]
        followers.append(_moved(follower, x, y))
    return [lead, *followers]


def _three(draw: Draw, ground: GroundName) -> list[Thing]:
    """Three things: alike and moving alike, or each its own and standing."""
    looks = [_looks(draw, ground) for _ in range(3)]
    if draw.chance(0.7):
        bodies = [_body(draw, looks[0], num_things=3)] * 3
        return _same_motion(draw, bodies)
    if len(set(looks)) < 3:
        return _three(draw, ground)
    things = [_body(draw, look, num_things=3) for look in looks]
    things = [_moved(thing, x, draw.between(-0.3, 0.3)) for thing, x in zip(things, (-1.7, 0.0, 1.7), strict=True)]
    moving = draw.one_of((0, 1, 2))
    things[moving] = _in_place(draw, things[moving], draw.one_of(("bounce", "jump", "spin", "still")))
    return things


def _orbit(draw: Draw, first: Thing, second: Thing) -> list[Thing]:
    speed = _speed(draw)
    radius = draw.between(1.55, 1.8)
    start = np.radians(draw.between(0, 360))
    middle = _moved(replace(second, half_size_m=_scaled(second.half_size_m, 0.9)), 0.0, 0.3)
    runner = _moved(
        replace(first, half_size_m=_scaled(first.half_size_m, 0.72), size=None),
        radius * float(np.cos(start)), 0.3 + radius * float(np.sin(start)),
    )  # fmt: skip
    rate = _ORBIT_DEGREES_PS[speed] * draw.one_of((-1.0, 1.0))
    return [replace(runner, motion=Motion("orbit", speed=speed, rate=rate, other=1)), replace(middle, size=None)]


def _hit(draw: Draw, first: Thing, second: Thing) -> list[Thing]:
    direction: Direction = draw.one_of(("left", "right"))
    sign = 1.0 if direction == "right" else -1.0
    y = draw.between(-0.3, 0.6)
    first = replace(first, half_size_m=_scaled(first.half_size_m, 0.9), size=None)
    second = replace(second, half_size_m=_scaled(second.half_size_m, 0.9), size=None, friction=0.1)
    motion = Motion("hit", direction, None, (sign * draw.between(2.4, 3.0) * 2 / max(draw.seconds, 2), 0, 0), other=1)
    runner = replace(_moved(first, -sign * draw.between(1.9, 2.2), y), motion=motion, friction=0.01)
    return [runner, _moved(second, sign * draw.between(0.1, 0.5), y)]


def _scaled(half: Vector, factor: float) -> Vector:
    return (half[0] * factor, half[1] * factor, half[2] * factor)
