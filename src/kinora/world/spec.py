"""What a scene is: things, their motion, light, ground, weather and camera, in metres and seconds; JSON in and out.

A word that stands in the spec (a colour, a size, a place, a speed) is stated by every caption; a word that is None is
free and is never scored. Axes: x to the right, y away from the first camera, z up; the ground is z = 0.

Try it: `spec_from_json(spec_to_json(sample_spec(7)))`
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from kinora.errors import InputError
from kinora.world.kinds import (
    CameraMove,
    ClothName,
    ColourName,
    Direction,
    Family,
    GroundName,
    LandName,
    MotionName,
    PlaceName,
    ShapeName,
    SizeName,
    SpeedName,
    TimeOfDay,
    WeatherName,
)

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Motion:
    """What a thing does. `velocity_mps` is its velocity when it starts; `rate` turns, swings or steps a second."""

    name: MotionName = "still"
    direction: Direction | None = None
    speed: SpeedName | None = None
    velocity_mps: Vector = (0.0, 0.0, 0.0)
    rate: float = 0.0
    start_seconds: float = 0.0
    length_seconds: float = 0.0
    other: int | None = None  # the thing it orbits, meets or hits: an index into the spec's things


@dataclass(frozen=True)
class Thing:
    """A solid thing or a figure, standing at `position_m` (its centre; figures: the point between the feet)."""

    shape: ShapeName
    colour: ColourName
    half_size_m: Vector
    position_m: Vector
    yaw_degrees: float = 0.0
    is_lying: bool = False  # a cylinder on its side, its axis across the motion
    size: SizeName | None = None
    place: PlaceName | None = None
    motion: Motion = field(default_factory=Motion)
    restitution: float = 0.3
    friction: float = 0.03  # rolling resistance or sliding friction, as a share of the weight
    cloth: ClothName | None = None  # a person's trousers


@dataclass(frozen=True)
class Relation:
    """Where one thing stands beside another, as the camera sees it."""

    subject: int
    word: str  # "left of" | "right of" | "in front of" | "behind"
    other: int


@dataclass(frozen=True)
class Light:
    """The sun (at night the moon): degrees from behind the camera to the right, and above the horizon."""

    time: TimeOfDay = "day"
    azimuth_degrees: float = 40.0
    elevation_degrees: float = 50.0


@dataclass(frozen=True)
class Weather:
    """What hangs in the air; `density` from 0 to 1."""

    name: WeatherName = "clear"
    density: float = 0.0
    clouds: float = 0.4


@dataclass(frozen=True)
class Land:
    """A height field for landscapes: how high it rises, how wide its hills are, where its sea stands."""

    name: LandName
    relief_m: float
    scale_m: float
    sea_level_m: float | None = None


@dataclass(frozen=True)
class CameraPath:
    """A camera: where it stands, what it looks at, and what it does in `seconds`.

    `amount` is degrees for pan, tilt and orbit, the ratio of picture angles for zoom, metres for fly, rise and sink.
    `half_angle` is the tangent of half the picture angle of the shorter side.
    """

    move: CameraMove = "still"
    position_m: Vector = (0.0, -6.4, 2.4)
    target_m: Vector = (0.0, 0.0, 0.9)
    half_angle: float = 0.44
    amount: float = 0.0


@dataclass(frozen=True)
class WorldSpec:
    """A scene: everything that a picture of it needs."""

    seed: int
    family: Family
    things: tuple[Thing, ...]
    ground: GroundName
    light: Light
    weather: Weather
    camera: CameraPath
    seconds: float = 2.0  # the length that the motion was laid out for
    land: Land | None = None
    relation: Relation | None = None


_ADAPTER = TypeAdapter(WorldSpec)
FAMILIES: tuple[Family, ...] = get_args(Family)


def spec_to_json(spec: WorldSpec) -> dict[str, Any]:
    """Return the scene as plain JSON values."""
    plain: dict[str, Any] = _ADAPTER.dump_python(spec, mode="json")
    return plain


def spec_from_json(value: dict[str, Any] | str) -> WorldSpec:
    """Read a scene back.

    Raises:
        InputError: a field is missing, unknown or of a wrong kind; the sentence names it.
    """
    try:
        plain = json.loads(value) if isinstance(value, str) else value
        spec = _ADAPTER.validate_python(plain, strict=False)
    except (ValidationError, ValueError) as error:
        raise InputError(f"this is no world spec: {_first_fault(error)}", hint="docs/worlds.md shows one") from error
    _check(spec)
    return spec


def _first_fault(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)


def _check(spec: WorldSpec) -> None:
    for number, thing in enumerate(spec.things):
        if min(thing.half_size_m) <= 0:
            raise InputError(f"things.{number}.half_size_m is {thing.half_size_m}; each side must be above 0 m")
        other = thing.motion.other
        if other is not None and not (0 <= other < len(spec.things) and other != number):
            raise InputError(f"things.{number}.motion.other is {other}; expected another of {len(spec.things)} things")
    if spec.seconds <= 0:
        raise InputError(f"seconds is {spec.seconds}; expected a length above 0")
    if spec.family == "landscapes" and spec.land is None:
        raise InputError("a landscape needs `land`: name, relief_m, scale_m")
