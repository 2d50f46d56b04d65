"""The words a scene is made of: shapes, colours, motions, directions, camera moves, grounds, lights."""

from __future__ import annotations

from typing import Literal

Family = Literal["objects", "landscapes", "figures"]
ShapeName = Literal[
    "ball", "cube", "cylinder", "cone", "ring", "pyramid", "capsule", "person", "dog", "cat", "horse", "bird",
]  # fmt: skip
ColourName = Literal[
    "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "white", "black", "brown", "grey"
]
ClothName = Literal["blue", "black", "brown", "grey", "white"]
SizeName = Literal["small", "large"]
PlaceName = Literal["left", "middle", "right", "near", "far"]
SpeedName = Literal["slow", "fast"]
Direction = Literal["left", "right", "towards", "away"]
MotionName = Literal[
    "still", "roll", "slide", "bounce", "fall", "jump", "spin", "orbit", "appear", "disappear", "grow", "shrink", "hit",
    "walk", "run", "wave", "sit", "turn", "meet", "fly",
]  # fmt: skip
CameraMove = Literal[
    "still", "pan_left", "pan_right", "tilt_up", "tilt_down", "zoom_in", "zoom_out", "orbit_left", "orbit_right",
    "fly_forward", "fly_left", "fly_right", "rise", "sink",
]  # fmt: skip
GroundName = Literal["grass", "sand", "snow", "wood", "tiles", "stone", "plain"]
LandName = Literal["hills", "mountains", "desert", "islands", "sea", "plain"]
TimeOfDay = Literal["day", "sunrise", "sunset", "night"]
WeatherName = Literal["clear", "fog", "snow", "rain"]

OBJECT_SHAPES: tuple[ShapeName, ...] = ("ball", "cube", "cylinder", "cone", "ring")
OBJECT_COLOURS: tuple[ColourName, ...] = (
    "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "white", "black",
)  # fmt: skip
GROUNDS: tuple[GroundName, ...] = ("grass", "sand", "snow", "wood", "tiles", "stone", "plain")
MOVES: tuple[MotionName, ...] = ("roll", "slide")

COLOURS_SRGB: dict[str, tuple[float, float, float]] = {
    "red": (0.86, 0.09, 0.09),
    "orange": (0.98, 0.48, 0.03),
    "yellow": (0.98, 0.87, 0.08),
    "green": (0.08, 0.66, 0.18),
    "cyan": (0.08, 0.80, 0.86),
    "blue": (0.10, 0.26, 0.90),
    "purple": (0.48, 0.12, 0.68),
    "pink": (0.99, 0.50, 0.72),
    "white": (0.96, 0.96, 0.96),
    "black": (0.06, 0.06, 0.07),
    "brown": (0.42, 0.25, 0.13),
    "grey": (0.50, 0.50, 0.52),
}
"""What a thing's surface looks like in white light, sRGB in [0, 1]."""
