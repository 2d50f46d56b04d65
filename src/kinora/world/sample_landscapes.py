"""Scenes of land and sea: what lies there, the hour, the weather, and a camera that stands, pans or flies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinora.world.kinds import CameraMove, GroundName, LandName, TimeOfDay, WeatherName
from kinora.world.landscape import highest_at
from kinora.world.sample_objects import Draw
from kinora.world.spec import CameraPath, Land, Light, Weather, WorldSpec

_LANDS: tuple[tuple[LandName, float], ...] = (
    ("hills", 0.2), ("mountains", 0.24), ("desert", 0.16), ("islands", 0.16), ("sea", 0.24)
)  # fmt: skip
_MOVES: tuple[tuple[CameraMove, float], ...] = (
    ("still", 0.22), ("fly_forward", 0.26), ("fly_left", 0.1), ("fly_right", 0.1), ("pan_left", 0.11),
    ("pan_right", 0.11), ("rise", 0.06), ("sink", 0.04),
)  # fmt: skip
_WEATHERS: tuple[tuple[WeatherName, float], ...] = (("clear", 0.64), ("fog", 0.14), ("snow", 0.11), ("rain", 0.11))
_TIMES: tuple[tuple[TimeOfDay, float], ...] = (("day", 0.48), ("sunset", 0.2), ("sunrise", 0.14), ("night", 0.18))
_RELIEF_M = {"hills": 22.0, "mountains": 130.0, "desert": 16.0, "islands": 34.0, "sea": 4.0, "plain": 4.0}
_SCALE_M = {"hills": 110.0, "mountains": 260.0, "desert": 120.0, "islands": 170.0, "sea": 200.0, "plain": 200.0}


def sample_landscapes(random: np.random.Generator, seed: int, seconds: float) -> WorldSpec:
    """Draw a landscape."""
    draw = Draw(random, seconds)
    name = draw.weighted(_LANDS)
    relief = _RELIEF_M[name] * draw.between(0.8, 1.3)
    sea = {"sea": relief * 3, "islands": relief * draw.between(0.1, 0.3)}.get(name)
    land = Land(name, relief, _SCALE_M[name] * draw.between(0.85, 1.2), sea)
    weather = draw.weighted(_WEATHERS)
    if weather == "snow" and name in ("desert", "sea", "islands"):
        weather = "clear"
    ground: GroundName = "sand" if name == "desert" else "grass"
    spec = WorldSpec(
        seed=seed, family="landscapes", things=(), ground=ground, light=_light(draw),
        weather=Weather(weather, 0.0 if weather == "clear" else draw.between(0.35, 0.9), draw.between(0.1, 0.75)),
        camera=CameraPath(), seconds=seconds, land=land,
    )  # fmt: skip
    return replace(spec, camera=_camera(draw, spec))


def _light(draw: Draw) -> Light:
    time = draw.weighted(_TIMES)
    behind = draw.between(-160, 160)
    low = time in ("sunset", "sunrise")
    return Light(time, behind, draw.between(7, 16) if low else draw.between(32, 60))


def _camera(draw: Draw, spec: WorldSpec) -> CameraPath:
    """Stand or fly level, well above what lies below the whole path."""
    land = spec.land
    assert land is not None
    move = draw.weighted(_MOVES)
    speed = {"fly": 0.16, "ris": 0.05, "sin": 0.035}.get(move[:3], 0.0) * land.scale_m * draw.between(0.8, 1.3)
    amount = speed * spec.seconds if move[:3] != "pan" else draw.between(16, 26)
    x, y = draw.between(-400, 400), draw.between(-400, 400)
    heading = np.radians(draw.between(0, 360))
    ahead = np.array([np.sin(heading), np.cos(heading)])
    way = {"fly_left": np.array([-ahead[1], ahead[0]]), "fly_right": np.array([ahead[1], -ahead[0]])}.get(move, ahead)
    passed = amount if move.startswith("fly") else 12.0
    reach = [(passed + 15) * part for part in np.linspace(0, 1, 9)]
    under = highest_at(spec, [(x + float(way[0]) * far, y + float(way[1]) * far) for far in reach])
    above = {
        "sea": draw.between(2.5, 7),
        "desert": draw.between(6, 14),
        "mountains": draw.between(0.1, 0.25) * land.relief_m,
    }.get(land.name, draw.between(0.25, 0.5) * land.relief_m)
    z = float(under + above + (amount if move == "sink" else 0.0))
    return CameraPath(
        move=move, position_m=(x, y, z), target_m=(x + 10 * float(ahead[0]), y + 10 * float(ahead[1]), z),
        half_angle=0.5, amount=float(amount),
    )  # fmt: skip
