"""The solar system in a minute and a half: a long film with chapters, one planet after another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from kinora.library.demo import sound
from kinora.library.demo.film import HEIGHT, WIDTH, DemoFilm, Paint, Take
from kinora.library.demo.painting import Colour, Sprite, Stops, ease, glow, show_words, stars, waves, words
from kinora.moments.moment import Cue

_LIGHT = np.array([-0.62, -0.38, 0.68])


@dataclass(frozen=True)
class _Planet:
    """What is drawn and written about one body; `bands` colours it from pole to pole, `storms` ruffles them."""

    name: str
    facts: str
    radius: int
    bands: Stops
    storms: float
    seed: int
    spin: float = 24.0  # texture pixels a second
    ring: Colour | None = None
    is_sun: bool = False
    land: Colour | None = None
    moon: bool = False


_SUN = _Planet(
    "THE SUN", "A star: 5,500 °C hot,\n109 Earths wide", 250,
    ((0.0, (255, 168, 40)), (0.5, (255, 226, 110)), (1.0, (255, 150, 30))), 0.8, 1, spin=16, is_sun=True,
)  # fmt: skip
_MERCURY = _Planet(
    "MERCURY", "Smallest planet,\none year lasts 88 days", 150,
    ((0.0, (120, 112, 108)), (0.5, (176, 164, 152)), (1.0, (112, 104, 100))), 0.9, 5, spin=10,
)  # fmt: skip
_VENUS = _Planet(
    "VENUS", "Hottest planet,\nwrapped in clouds of acid", 190,
    ((0.0, (200, 150, 80)), (0.3, (240, 214, 150)), (0.6, (222, 176, 104)), (1.0, (236, 204, 140))), 0.5, 8, spin=14,
)  # fmt: skip
_EARTH = _Planet(
    "EARTH", "Home: oceans, clouds\nand one large Moon", 210,
    ((0.0, (236, 244, 250)), (0.12, (40, 100, 170)), (0.5, (24, 84, 168)), (0.88, (36, 92, 160)),
     (1.0, (240, 246, 250))), 0.2, 11, land=(72, 128, 66), moon=True,
)  # fmt: skip
_MARS = _Planet(
    "MARS", "The red planet:\nrust, dust and polar ice", 180,
    ((0.0, (244, 236, 228)), (0.08, (196, 98, 60)), (0.5, (178, 76, 44)), (0.92, (206, 116, 76)),
     (1.0, (240, 230, 222))), 0.7, 15,
)  # fmt: skip
_JUPITER = _Planet(
    "JUPITER", "Largest planet:\nthe Great Red Spot is a storm", 260,
    ((0.0, (150, 120, 96)), (0.18, (222, 198, 160)), (0.3, (168, 112, 78)), (0.42, (236, 218, 186)),
     (0.55, (190, 132, 92)), (0.68, (232, 212, 176)), (0.8, (158, 112, 84)), (1.0, (140, 116, 98))), 0.35, 19, spin=44,
)  # fmt: skip
_SATURN = _Planet(
    "SATURN", "Rings of ice and rock,\nthinner than a city is wide", 150,
    ((0.0, (190, 160, 110)), (0.35, (236, 212, 160)), (0.6, (214, 184, 130)), (1.0, (176, 146, 104))), 0.25, 23,
    spin=36, ring=(222, 200, 156),
)  # fmt: skip
_URANUS = _Planet(
    "URANUS", "An ice giant that rolls\naround the Sun on its side", 180,
    ((0.0, (190, 236, 238)), (0.5, (136, 208, 218)), (1.0, (120, 190, 206))), 0.1, 27,
)  # fmt: skip
_NEPTUNE = _Planet(
    "NEPTUNE", "The windiest planet:\n2,000 km/h in dark blue clouds", 180,
    ((0.0, (50, 84, 190)), (0.4, (60, 112, 226)), (0.6, (40, 78, 196)), (1.0, (36, 64, 160))), 0.4, 31,
)  # fmt: skip


def planets() -> DemoFilm:
    """Return the film: about 95 s, eleven takes, chapters."""
    takes = (
        Take(8.0, _orbits, chapter="The solar system"),
        Take(9.5, lambda: _portrait(_SUN), "dissolve", chapter="The Sun"),
        Take(8.0, lambda: _portrait(_MERCURY), "dissolve", chapter="Mercury and Venus"),
        Take(8.5, lambda: _portrait(_VENUS)),
        Take(11.5, lambda: _portrait(_EARTH), "fade", chapter="Earth and Moon"),
        Take(9.0, lambda: _portrait(_MARS), chapter="Mars"),
        Take(11.0, lambda: _portrait(_JUPITER), "fade", chapter="Jupiter"),
        Take(11.0, lambda: _portrait(_SATURN), "dissolve", chapter="Saturn"),
        Take(8.5, lambda: _portrait(_URANUS), chapter="Uranus and Neptune"),
        Take(8.5, lambda: _portrait(_NEPTUNE), "dissolve"),
        Take(7.0, _goodbye, "fade", chapter="Goodbye"),
    )
    return DemoFilm(
        name="solar-system",
        title="The solar system in ninety seconds",
        description="From the Sun to Neptune: every planet with its name, its weather and one thing to remember.",
        tags=("planets", "space", "astronomy", "school"),
        takes=takes,
        sound=_sound,
        subtitles={"en": _cues(takes)},
    )


_SAID: tuple[tuple[str, ...], ...] = (
    ("Eight planets travel around one star.", "Let us visit them, from the inside out."),
    ("The Sun holds almost all the matter of the solar system.", "Its light needs eight minutes to reach us."),
    ("Mercury has no air, so its sky is always black.", "A day there is longer than its year."),
    ("Venus is hot enough to melt lead.", "Its thick clouds hide the ground from every telescope."),
    ("This is the Earth, the only planet with oceans on its surface.", "The Moon always shows us the same face.",
     "It moves away from us by the width of a thumb every year."),
    ("Mars is red because its dust has rusted.", "It has the highest volcano that we know."),
    ("Jupiter is a ball of gas with no ground to stand on.", "The Great Red Spot has raged for centuries.",
     "More than ninety moons keep it company."),
    ("Saturn's rings are made of countless pieces of ice.", "Some are as small as sand, others as large as a house.",
     "The planet itself would float on water."),
    ("Uranus lies on its side.", "Each pole has forty-two years of summer."),
    ("Neptune is the last of the planets.", "It was found with a pencil, by calculation, before anyone saw it."),
    ("And somewhere in the middle of it all: us.",),
)  # fmt: skip


def _cues(takes: tuple[Take, ...]) -> tuple[Cue, ...]:
    """Return each take's sentences spread over it."""
    starts = DemoFilm("", "", "", (), takes, _sound).starts_seconds
    cues = []
    for start, take, sentences in zip(starts, takes, _SAID, strict=True):
        room = (take.seconds - 1.8) / len(sentences)
        for number, sentence in enumerate(sentences):
            at = round(start + 1.0 + number * room, 3)
            cues.append(Cue(at, round(at + room - 0.3, 3), sentence))
    return tuple(cues)


def _sound(seconds: float) -> sound.Samples:
    chords = ["C3 G3 D4 E4", "A2 E3 B3 C4", "F2 C3 G3 A3", "G2 D3 A3 B3"]
    tune = ["E5", "-", "G5", "-", "B5", "-", "A5", "-", "-", "-", "D5", "-", "E5", "-", "G5", "-", "-", "-", "-", "-"]
    hum = sound.noise(seconds, low_hz=30, high_hz=120, volume=0.15, seed=3)
    return sound.mixed(sound.pad(seconds, chords, 5.0), sound.plucks(seconds, tune, 0.5, volume=0.1), hum)


class _Globe:
    """A turning ball: for every pixel of its disc, where on the texture it looks, and the shade that lies over it."""

    def __init__(self, planet: _Planet) -> None:
        radius = planet.radius
        y, x = np.mgrid[-radius:radius, -radius:radius] / radius
        z = np.sqrt(np.clip(1.0 - x * x - y * y, 0.0, 1.0))
        texture = _texture(planet)
        height, self._width = texture.shape[:2]
        rows = np.clip((y * 0.5 + 0.5) * height, 0, height - 1).astype(np.intp)
        columns = (np.arctan2(x, z) / (2 * math.pi) * self._width + self._width / 2).astype(np.intp)
        # Twice side by side, one number a pixel: turning is an addition, looking up is one pass.
        packed = np.dstack([texture, np.zeros_like(texture[..., :1])]).view(np.uint32)[..., 0]
        self._flat = np.concatenate([packed, packed], axis=1).ravel()
        self._places = rows * (2 * self._width) + columns
        self._shown = np.empty(self._places.shape, np.uint32)
        lit = np.clip(_LIGHT[0] * x + _LIGHT[1] * y + _LIGHT[2] * z, 0.0, 1.0)
        light = 0.55 + 0.45 * z if planet.is_sun else 0.06 + 0.94 * lit**0.8
        edge = np.clip((1.0 - np.hypot(x, y)) * radius, 0.0, 1.0)
        self._mask = Image.fromarray((edge * 255).astype(np.uint8), "L")
        self._shade = Image.fromarray(((1.0 - light) * edge * 255).astype(np.uint8), "L")
        self._radius = radius

    def onto(self, picture: Image.Image, x: float, y: float, turn: float) -> None:
        """Paste the ball centred at (x, y), turned by `turn` texture pixels."""
        np.take(self._flat, self._places + int(turn) % self._width, out=self._shown, mode="clip")
        side = 2 * self._radius
        ball = Image.frombuffer("RGB", (side, side), self._shown.tobytes(), "raw", "RGBX", 0, 1)
        place = (round(x) - self._radius, round(y) - self._radius)
        picture.paste(ball, place, self._mask)
        picture.paste((0, 0, 0), (*place, place[0] + side, place[1] + side), self._shade)


def _texture(planet: _Planet, height: int = 256, width: int = 512) -> NDArray[np.uint8]:
    """Return a map of the surface that joins onto itself left and right."""
    rows = np.linspace(0.0, 1.0, height)[:, None]
    wobble = sum(
        (waves(width, planet.seed + layer, octaves=5)[None, :] - 0.5) * np.sin((layer + 2) * 5 * rows + layer)
        for layer in range(4)
    )
    places = np.clip(rows + np.asarray(wobble) * 0.06 * planet.storms, 0, 1)
    positions = [position for position, _ in planet.bands]
    colours = np.stack(
        [np.interp(places, positions, [colour[c] for _, colour in planet.bands]) for c in range(3)], axis=-1
    )
    colours *= 1.0 + 0.16 * planet.storms * np.asarray(wobble)[..., None]
    if planet.land:
        colours = _with_land(colours, planet, rows)
    if planet.name == "JUPITER":
        colours = _with_spot(colours)
    return np.clip(colours, 0, 255).astype(np.uint8)


def _with_land(colours: NDArray[np.float64], planet: _Planet, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    width = colours.shape[1]
    lift = sum(
        waves(width, planet.seed + 40 + layer, octaves=6)[None, :] * np.sin((layer + 1.5) * 4 * rows + 2.3 * layer)
        for layer in range(5)
    )
    is_land = (np.asarray(lift) > np.quantile(np.asarray(lift), 0.66)) & (rows > 0.1) & (rows < 0.9)
    out = np.where(is_land[..., None], np.asarray(planet.land, float) * (0.8 + 0.5 * rows[..., None] % 1), colours)
    cloud = sum(
        waves(width, planet.seed + 70 + layer, octaves=7)[None, :] * np.cos((layer + 3) * 6 * rows + layer)
        for layer in range(4)
    )
    share = np.clip((np.asarray(cloud) - 0.75) * 1.6, 0, 0.85)[..., None]
    return np.asarray(out * (1 - share) + 250 * share)


def _with_spot(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = colours.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    reach = np.hypot((x - width * 0.5) / 46, (y - height * 0.66) / 20)
    share = np.clip(1.4 - reach, 0, 1)[..., None]
    return np.asarray(colours * (1 - share) + np.array([196.0, 84.0, 52.0]) * share)


def _portrait(planet: _Planet) -> Paint:
    back = _space(planet.seed)
    globe = _Globe(planet)
    name, facts = words(planet.name, 76, (255, 244, 224)), words(planet.facts, 40, (206, 216, 236))
    light = glow(round(planet.radius * 2.0), (255, 176, 70), 0.9) if planet.is_sun else None
    rings = _rings(planet) if planet.ring else None
    moon = _Globe(_Planet("MOON", "", 46, _MERCURY.bands, 0.9, 77)) if planet.moon else None

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        x, y = 965 - 4.0 * seconds, 360.0
        if light:
            light.centred(picture, x, y)
        if rings:
            rings[0].centred(picture, x, y)
        globe.onto(picture, x, y, seconds * planet.spin)
        if rings:
            rings[1].centred(picture, x, y)
        if moon:
            around = 0.4 + seconds * 0.16
            moon.onto(picture, x + 270 * math.cos(around), y - 210 + 60 * math.sin(around), seconds)
        show_words(picture, name, (50, 230), seconds, (0.7, 99.0))
        show_words(picture, facts, (64, 340), seconds, (1.6, 99.0))
        return picture

    return paint


def _space(seed: int) -> Image.Image:
    sky = Image.new("RGB", (WIDTH, HEIGHT), (5, 7, 18))
    cloud = ((200, 160, (46, 30, 90)), (1050, 600, (16, 50, 84)), (620, 120, (60, 26, 60)))
    for number, (x, y, colour) in enumerate(cloud):
        glow(420, colour, 0.7).centred(sky, x + seed * 13 % 200 - 100, y + number * 10)
    sky.paste(points := stars(600, seed), (0, 0), points)
    return sky


def _rings(planet: _Planet) -> tuple[Sprite, Sprite]:
    """Return the rings behind the planet and those in front of it."""
    width, height = round(planet.radius * 4.6), round(planet.radius * 1.4)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    reach = np.hypot((x - width / 2) / (width / 2), (y - height / 2) / (height / 2))
    texture = 0.55 + 0.45 * np.sin(reach * 70) * np.sin(reach * 23 + 1)
    solid = np.clip((reach - 0.54) * 40, 0, 1) * np.clip((1.0 - reach) * 30, 0, 1)
    gap = 1.0 - np.exp(-(((reach - 0.83) / 0.013) ** 2))
    rgba = np.empty((height, width, 4), np.uint8)
    rgba[..., :3] = np.clip(np.array(planet.ring or (255, 255, 255)) * (0.7 + 0.3 * texture)[..., None], 0, 255)
    alpha = solid * gap * (0.45 + 0.5 * texture) * 255
    halves = []
    for is_front in (False, True):
        rgba[..., 3] = np.where((y > height / 2) == is_front, alpha, 0).astype(np.uint8)
        halves.append(Sprite(Image.fromarray(rgba.copy(), "RGBA").rotate(0)))
    return halves[0], halves[1]


_PATHS: tuple[tuple[int, float, int, Colour], ...] = (
    (96, 1.6, 5, (176, 164, 152)), (138, 1.2, 8, (236, 204, 140)), (186, 0.95, 9, (70, 130, 210)),
    (236, 0.75, 7, (206, 96, 60)), (326, 0.42, 20, (214, 170, 124)), (412, 0.31, 17, (226, 204, 150)),
    (492, 0.22, 13, (150, 214, 222)), (566, 0.17, 13, (70, 112, 220)),
)  # fmt: skip


def _orbits() -> Paint:
    return _plan(words("THE SOLAR SYSTEM", 78, (255, 240, 206)), (60, 40))


def _goodbye() -> Paint:
    return _plan(words("WE ARE HERE", 60, (150, 200, 255)), (800, 40))


def _plan(title: Sprite, place: tuple[int, int]) -> Paint:
    back = _space(3)
    pen = ImageDraw.Draw(back)
    for reach, *_ in _PATHS:
        pen.ellipse((640 - reach, 370 - reach * 0.52, 640 + reach, 370 + reach * 0.52), outline=(70, 80, 120), width=1)
    glow(120, (255, 190, 80), 1.6).centred(back, 640, 370)
    balls = [glow(round(size * 1.6), colour, 5.0, softness=1.2) for _, _, size, colour in _PATHS]

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        for ball, (reach, speed, _, _) in zip(balls, _PATHS, strict=True):
            angle = seconds * speed + reach * 0.7
            ball.centred(picture, 640 + reach * math.cos(angle), 370 + reach * 0.52 * math.sin(angle))
        show_words(picture, title, place, seconds, (0.8, 99.0 + ease(seconds, 0, 1)))
        return picture

    return paint
