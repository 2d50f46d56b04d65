"""Harbour at dusk: boats come home, the quay lights up, the night ferry leaves."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from kinora.library.demo import sound
from kinora.library.demo.film import DemoFilm, Paint, Take
from kinora.library.demo.painting import (
    Colour,
    Rocking,
    Sprite,
    Strip,
    drawn,
    font,
    glow,
    gradient,
    ridge,
    shape,
    shimmer,
    show_words,
    stars,
    words,
)
from kinora.moments.moment import Cue

_DUSK = ((0.0, (38, 38, 84)), (0.3, (122, 72, 116)), (0.48, (238, 132, 92)), (0.58, (255, 196, 120)))
_SEA = ((0.0, (226, 140, 104)), (0.25, (120, 84, 116)), (1.0, (24, 34, 66)))
_NIGHT = ((0.0, (6, 9, 28)), (0.5, (20, 28, 62)), (0.7, (44, 48, 86)))
_NIGHT_SEA = ((0.0, (40, 48, 88)), (1.0, (6, 10, 28)))
_HORIZON = 400


def harbour() -> DemoFilm:
    """Return the film: 24 s, three takes."""
    takes = (Take(9.0, _bay), Take(8.5, _quay), Take(8.5, _night, "dissolve"))
    return DemoFilm(
        name="harbour-at-dusk",
        title="Harbour at dusk",
        description="Fishing boats come home over a calm sea, the quay lights its lamps and the night ferry leaves.",
        tags=("harbour", "sea", "boats", "evening"),
        takes=takes,
        sound=_sound,
        subtitles={"en": _CUES},
    )


_CUES = (
    Cue(1.0, 4.6, "The sun goes down behind the hills, and the sea turns to copper."),
    Cue(5.0, 8.6, "Three sailing boats come home with the last of the wind."),
    Cue(9.6, 13.0, "Along the quay, the Marigold is tied up after a long day of fishing."),
    Cue(13.4, 16.4, "One by one the windows light up above the water."),
    Cue(17.6, 20.6, "Now it is night. The lighthouse sweeps its beam across the bay."),
    Cue(21.0, 24.2, "The last ferry leaves at a quarter past eight."),
)


def _sound(seconds: float) -> sound.Samples:
    sea = sound.swelling(sound.noise(seconds, low_hz=80, high_hz=900, volume=0.3, seed=5), 5.0)
    chords = sound.pad(seconds, ["D3 A3 F#4", "B2 F#3 D4", "G2 D3 B3", "A2 E3 C#4"], 4.0)
    return sound.mixed(sea, chords, sound.strikes(seconds, [9.2, 17.4], sound.bell("D5", volume=0.2)))


def _bay() -> Paint:
    sky, sea = gradient(_DUSK), gradient(_SEA, (1280, 720 - _HORIZON), seed=2)
    hills = ridge(120, 4, ((0.0, (92, 62, 104)), (1.0, (60, 44, 84))), octaves=5)
    sun = glow(64, (255, 232, 170), 4.0, softness=1.0)
    glow(330, (255, 190, 110), 0.8).centred(sky, 850, 350)
    near, far = shimmer(320, (255, 214, 150), 3, density=0.05), shimmer(320, (70, 52, 100), 8, density=0.03)
    boats = [(Rocking(_sailing_boat(size, hull), most_degrees=2.5), x, y, speed) for size, hull, x, y, speed in _FLEET]
    title = words("HARBOUR AT DUSK", 64, (255, 240, 214))
    gulls = [_gull(flap) for flap in (-10, -4, 4, 10)]

    def paint(seconds: float) -> Image.Image:
        picture = sky.copy()
        drop = seconds * 5
        sun.centred(picture, 850, 330 + drop)
        hills.onto(picture, 200, _HORIZON - 100)
        picture.paste(sea, (0, _HORIZON))
        far.onto(picture, seconds * 12.5, _HORIZON)
        near.onto(picture, 640 - seconds * 25, _HORIZON)
        for boat, x, y, speed in boats:
            rocking = 2.5 * math.sin(seconds * 1.7 + x)
            boat.at(rocking).centred(picture, x + speed * seconds, y + 3 * math.sin(seconds * 1.3 + y))
        for number in range(4):
            frame = gulls[int(seconds * 7 + number * 1.7) % 4]
            frame.centred(picture, 240 + number * 90 + seconds * 40, 150 + 26 * math.sin(number * 2 + seconds * 0.8))
        show_words(picture, title, (660, 590), seconds, (1.0, 6.0))
        return picture

    return paint


_FLEET: tuple[tuple[float, Colour, float, float, float], ...] = (
    (0.55, (70, 40, 60), 980, 420, -14.0),
    (0.8, (104, 44, 50), 300, 452, 20.0),
    (1.35, (52, 36, 62), -40, 540, 62.0),
)


def _sailing_boat(size: float, hull: Colour) -> Sprite:
    def scaled(*points: float) -> list[float]:
        return [point * size for point in points]

    parts = [
        (scaled(104, 14, 107, 14, 107, 176, 104, 176), (50, 34, 40)),
        (scaled(110, 20, 110, 164, 186, 164), (250, 226, 196)),
        (scaled(101, 34, 101, 164, 42, 164), (236, 188, 150)),
        (scaled(30, 172, 196, 172, 170, 204, 56, 204), hull),
        (scaled(30, 172, 196, 172, 193, 178, 33, 178), (240, 214, 190)),
    ]
    return Sprite(shape((round(226 * size), round(226 * size)), parts))


def _gull(flap: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        body = [(4, 18 - flap), (16, 16), (20, 19), (24, 16), (36, 18 - flap)]
        canvas.line([(x * scale, y * scale) for x, y in body], fill=(46, 34, 56), width=int(2.6 * scale), joint="curve")

    return Sprite(drawn((40, 36), draw))


def _quay() -> Paint:
    sky = gradient(((0.0, (44, 36, 84)), (0.5, (168, 92, 110)), (0.7, (240, 160, 112))))
    sea = gradient(((0.0, (150, 92, 104)), (1.0, (26, 30, 58))), (1280, 240), seed=4)
    houses, lights = _houses((96, 60, 74), lit=0.0), _houses((96, 60, 74), lit=0.75)
    light = shimmer(240, (255, 206, 130), 6, density=0.07)
    boat, lamp = Rocking(_fishing_boat(), most_degrees=1.5), glow(70, (255, 214, 140), 0.9)
    title = words("THE QUAY", 56, (255, 236, 206))

    def paint(seconds: float) -> Image.Image:
        picture = sky.copy()
        pan = seconds * 25
        lit = min(1.0, max(0.0, (seconds - 2.5) / 2.5))
        (lights if lit == 1.0 else houses).onto(picture, pan, 180)
        if 0.0 < lit < 1.0:
            picture = Image.blend(picture, _with(picture, lights, pan), lit)
        picture.paste((58, 46, 58), (0, 468, 1280, 496))
        picture.paste(sea, (0, 480))
        light.onto(picture, pan * 0.5 + 12.5 * seconds, 482)
        if seconds > 3.0:
            for number in range(5):
                lamp.centred(picture, (number * 320 + 160 - pan) % 1600 - 160, 432)
        boat.at(1.5 * math.sin(seconds * 1.6)).centred(picture, 700 - pan * 0.5, 520 + 4 * math.sin(seconds * 1.9))
        show_words(picture, title, (60, 60), seconds, (0.8, 4.5))
        return picture

    return paint


def _with(picture: Image.Image, strip: Strip, offset: float) -> Image.Image:
    copy = picture.copy()
    strip.onto(copy, offset, 180)
    return copy


_WALLS: tuple[Colour, ...] = ((126, 72, 66), (150, 104, 76), (88, 78, 104), (140, 86, 92), (104, 92, 88))


def _houses(shade: Colour, *, lit: float, width: int = 1600) -> Strip:
    rng = np.random.default_rng(12)
    lamps = np.random.default_rng(21)

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        left = 0.0
        while left < width:
            wide, high = float(rng.integers(110, 190)), float(rng.integers(150, 250))
            wide = width - left if width - left - wide < 110 else wide
            top = 290 - high
            wall = _mix(_WALLS[int(rng.integers(0, 5))], shade)
            canvas.rectangle([v * scale for v in (left, top, left + wide, 290)], fill=wall)
            roof = [left - 6, top, left + wide / 2, top - 44, left + wide + 6, top]
            canvas.polygon([v * scale for v in roof], fill=_mix((70, 40, 52), shade))
            for y in np.arange(top + 26, 240, 56):
                for x in np.arange(left + 20, left + wide - 34, 46):
                    colour = (255, 214, 130) if lamps.random() < lit else _mix((52, 44, 66), shade)
                    canvas.rectangle([v * scale for v in (x, y, x + 22, y + 30)], fill=colour)
            left += wide

    return Strip(drawn((width, 290), draw))


def _mix(colour: Colour, shade: Colour) -> Colour:
    return ((colour[0] + shade[0]) // 2, (colour[1] + shade[1]) // 2, (colour[2] + shade[2]) // 2)


def _fishing_boat() -> Sprite:
    parts = [
        ([150, 60, 156, 60, 156, 190, 150, 190], (60, 44, 44)),
        ([154, 66, 260, 180, 258, 182, 152, 70], (60, 44, 44)),
        ([186, 120, 286, 120, 286, 192, 186, 192], (238, 226, 206)),
        ([178, 110, 296, 110, 292, 124, 182, 124], (176, 62, 48)),
        ([200, 134, 228, 134, 228, 160, 200, 160], (255, 214, 140)),
        ([242, 134, 270, 134, 270, 160, 242, 160], (255, 214, 140)),
        ([20, 176, 400, 176, 352, 262, 70, 262], (34, 70, 96)),
        ([20, 176, 400, 176, 394, 190, 26, 190], (236, 220, 196)),
    ]
    boat = shape((420, 300), parts)
    ImageDraw.Draw(boat).text((110, 204), "MARIGOLD", (255, 240, 214), font(38))
    return Sprite(boat)


def _night() -> Paint:
    sky = gradient(_NIGHT)
    sky.paste(stars_above := stars(420, 5, bottom=_HORIZON), (0, 0), stars_above)
    glow(160, (220, 226, 255), 0.5).centred(sky, 1010, 120)
    glow(44, (244, 244, 232), 6.0, softness=1.0).centred(sky, 1010, 120)
    sea = gradient(_NIGHT_SEA, (1280, 720 - _HORIZON), seed=9)
    hills = ridge(90, 14, ((0.0, (16, 20, 44)), (1.0, (10, 12, 30))), octaves=4)
    light = shimmer(320, (190, 200, 250), 11, density=0.05)
    beams = _beams()
    tower, ferry, lamp = _lighthouse(), _ferry(), glow(50, (255, 244, 200), 1.6)
    sign = words("NIGHT FERRY  20:15", 54, (255, 226, 150))

    def paint(seconds: float) -> Image.Image:
        picture = sky.copy()
        hills.onto(picture, 500, _HORIZON - 74)
        picture.paste(sea, (0, _HORIZON))
        _sweep(picture, beams, seconds)
        light.onto(picture, seconds * 25, _HORIZON)
        tower.onto(picture, 150, 190)
        lamp.centred(picture, 200, 222)
        ferry.centred(picture, 560 + seconds * 50, 470 + 2 * math.sin(seconds))
        show_words(picture, sign, (620, 590), seconds, (2.0, 8.0))
        return picture

    return paint


def _beams() -> tuple[Sprite, Sprite]:
    """Return the lamp's beam to the right and to the left, weaker with distance."""
    length, half = 1000, 90
    x, y = np.mgrid[0:length, -half:half].astype(np.float64)
    inside = np.clip((x * 0.085 + 8 - np.abs(y)) / 8, 0, 1) * (1 - x / length) ** 0.8
    rgba = np.empty((2 * half, length, 4), np.uint8)
    rgba[..., :3] = (255, 244, 206)
    rgba[..., 3] = (inside.T * 120).astype(np.uint8)
    beam = Image.fromarray(rgba, "RGBA")
    return Sprite(beam), Sprite(beam.transpose(Image.Transpose.FLIP_LEFT_RIGHT))


def _sweep(picture: Image.Image, beams: tuple[Sprite, Sprite], seconds: float) -> None:
    """Lay the sweeping beam over a picture: it shines brightest when it points along the shore."""
    sweep = math.cos(seconds * 1.4)
    beam = beams[0 if sweep > 0 else 1].faded(abs(sweep))
    beam.onto(picture, 200 if sweep > 0 else 200 - beam.width, 222 - beam.height / 2)


def _lighthouse() -> Sprite:
    parts = [
        ([0, 212, 14, 190, 90, 186, 108, 214], (18, 18, 32)),
        ([34, 56, 66, 56, 76, 196, 24, 196], (206, 204, 214)),
        ([31, 92, 69, 92, 71, 120, 29, 120], (156, 50, 56)),
        ([27, 150, 73, 150, 75, 176, 25, 176], (156, 50, 56)),
        ([28, 48, 72, 48, 72, 58, 28, 58], (60, 60, 80)),
        ([36, 18, 64, 18, 64, 48, 36, 48], (255, 240, 190)),
        ([32, 18, 68, 18, 50, 2], (156, 50, 56)),
    ]
    return Sprite(shape((110, 216), parts))


def _ferry() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        canvas.polygon([v * scale for v in (0, 66, 330, 66, 306, 104, 26, 104)], fill=(30, 36, 66))
        canvas.rectangle([v * scale for v in (34, 36, 288, 66)], fill=(196, 198, 214))
        canvas.rectangle([v * scale for v in (80, 10, 236, 36)], fill=(170, 174, 196))
        canvas.rectangle([v * scale for v in (178, -8, 206, 10)], fill=(176, 62, 48))
        for x in range(44, 280, 18):
            canvas.rectangle([v * scale for v in (x, 44, x + 10, 56)], fill=(255, 220, 140))
        for x in range(90, 230, 18):
            canvas.rectangle([v * scale for v in (x, 16, x + 10, 26)], fill=(255, 220, 140))

    return Sprite(drawn((334, 110), draw))
