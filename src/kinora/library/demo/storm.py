"""The lighthouse in the storm: high waves, lightning, and a calm morning after."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from kinora.library.demo import sound
from kinora.library.demo.film import DemoFilm, Paint, Take
from kinora.library.demo.painting import Colour, Sprite, Strip, glow, gradient, ridge, shape, shimmer, show_words, words
from kinora.moments.moment import Cue

# Lightning strikes at these seconds of the film, each a double flash.
FLASHES_SECONDS = (2.6, 5.4, 9.8)
_FLASH_LENGTHS = ((0.0, 0.08, 0.85), (0.16, 0.28, 0.55))


def storm() -> DemoFilm:
    """Return the film: 20 s, three takes; the lightning is no cut."""
    takes = (Take(7.5, _sea), Take(6.5, _close), Take(6.5, _morning, "fade"))
    return DemoFilm(
        name="lighthouse-in-the-storm",
        title="The lighthouse in the storm",
        description="A lighthouse in a thunderstorm, with lightning and high waves; in the morning the sea is calm.",
        tags=("lighthouse", "storm", "lightning", "waves", "weather"),
        takes=takes,
        sound=_sound,
        subtitles={"en": _CUES},
    )


_CUES = (
    Cue(0.6, 3.4, "A storm has come up, and the waves are as high as houses."),
    Cue(3.8, 7.0, "Lightning strikes far out at sea."),
    Cue(8.0, 10.8, "But the lamp keeps turning all night long."),
    Cue(11.0, 13.6, "Sailors can see it from twenty miles away."),
    Cue(15.0, 17.6, "In the morning, the storm is over."),
    Cue(17.9, 20.0, "The sea lies still, as if nothing had happened."),
)


def _sound(seconds: float) -> sound.Samples:
    sea = sound.swelling(sound.noise(seconds, low_hz=50, high_hz=700, volume=0.5, seed=4), 3.4)
    rain = sound.noise(seconds, low_hz=1200, high_hz=6000, volume=0.14, seed=9)
    quiet = np.ones(len(rain), np.float32)
    calm_from = int(14.0 * sound.SAMPLE_RATE_HZ)
    quiet[calm_from:] = 0.15
    weather = (sea + rain) * quiet[:, None]
    claps = sound.strikes(seconds, [at + 0.5 for at in FLASHES_SECONDS], sound.thunder())
    low = sound.pad(seconds, ["D2 A2 D3", "Bb1 F2 D3", "G2 D3 A3"], 4.7, volume=0.1)
    return sound.mixed(weather, claps, low)


def _flash(seconds: float, *, offset: float) -> float:
    """Return how bright the lightning is at `seconds` of a take that begins at `offset`."""
    for at in FLASHES_SECONDS:
        for start, end, light in _FLASH_LENGTHS:
            if start <= seconds + offset - at < end:
                return light
    return 0.0


def _sea() -> Paint:
    sky = gradient(((0.0, (18, 22, 34)), (0.6, (52, 62, 78)), (1.0, (30, 38, 52))))
    cloud_cover = ridge(230, 8, ((0.0, (34, 40, 54)), (1.0, (20, 24, 36))), octaves=6).turn_over()
    swell = [
        (ridge(height, seed, stops, octaves=4), top, speed)
        for height, seed, stops, top, speed in (
            (170, 2, ((0.0, (74, 96, 112)), (1.0, (34, 48, 66))), 420, 60.0),
            (190, 5, ((0.0, (58, 82, 100)), (1.0, (24, 38, 56))), 480, 130.0),
            (230, 9, ((0.0, (44, 70, 90)), (1.0, (14, 24, 40))), 545, 220.0),
        )
    ]
    tower, rock, lamp = _tower(1.0), _rock(), glow(90, (255, 240, 190), 1.4)
    rain, title = _slanting_rain(), words("STORM WARNING", 70, (255, 210, 90))
    bolt = _bolt()

    def paint(seconds: float) -> Image.Image:
        picture = sky.copy()
        cloud_cover.onto(picture, seconds * 75, 0)
        light = _flash(seconds, offset=0.0)
        if light:
            bolt.onto(picture, 300 + 180 * (seconds > 4), 60)
        heave = [14 * math.sin(seconds * 1.8 + number * 1.7) for number in range(3)]
        for number, (strip, top, speed) in enumerate(swell):
            if number == 1:
                rock.onto(picture, 790, 440)
                tower.onto(picture, 880, 150)
                lamp.faded(0.45 + 0.55 * abs(math.cos(seconds * 1.6))).centred(picture, 930, 186)
            strip.onto(picture, seconds * speed, top + heave[number])
        _pour(picture, rain, seconds)
        show_words(picture, title, (60, 60), seconds, (0.8, 4.8))
        return Image.blend(picture, Image.new("RGB", picture.size, (226, 232, 255)), light) if light else picture

    return paint


def _tower(size: float) -> Sprite:
    white: Colour = (222, 222, 224)
    parts: list[tuple[list[float], Colour]] = [
        ([22, 80, 78, 80, 92, 400, 8, 400], white),
        ([18.5, 160, 81.5, 160, 85, 220, 15, 220], (170, 44, 48)),
        ([13, 300, 87, 300, 90, 350, 10, 350], (170, 44, 48)),
        ([50, 80, 78, 80, 92, 400, 56, 400], (196, 196, 204)),
        ([51, 160, 81.5, 160, 85, 220, 52, 220], (146, 36, 42)),
        ([53, 300, 87, 300, 90, 350, 54, 350], (146, 36, 42)),
        ([14, 66, 86, 66, 86, 82, 14, 82], (60, 62, 74)),
        ([30, 20, 70, 20, 70, 66, 30, 66], (255, 240, 180)),
        ([48, 20, 52, 20, 52, 66, 48, 66], (60, 62, 74)),
        ([24, 22, 76, 22, 50, 0], (170, 44, 48)),
        ([42, 360, 58, 360, 58, 400, 42, 400], (60, 50, 50)),
    ]
    scaled = [([value * size for value in points], colour) for points, colour in parts]
    return Sprite(shape((round(100 * size), round(402 * size)), scaled))


def _rock() -> Sprite:
    parts = [
        ([0, 160, 40, 90, 100, 104, 130, 60, 220, 70, 270, 120, 330, 160], (34, 36, 46)),
        ([130, 60, 220, 70, 190, 96, 150, 90], (58, 60, 72)),
        ([40, 90, 100, 104, 80, 130], (50, 52, 64)),
    ]
    return Sprite(shape((330, 160), parts))


def _bolt() -> Sprite:
    points = [(60, 0), (90, 70), (54, 120), (104, 200), (70, 250), (120, 340)]
    canvas = Image.new("RGBA", (200, 360))
    pen = ImageDraw.Draw(canvas)
    for width, colour in ((16, (170, 190, 255, 120)), (6, (255, 255, 255, 255))):
        pen.line(points, fill=colour, width=width, joint="curve")
        pen.line([(104, 200), (150, 250), (140, 300)], fill=colour, width=width // 2)
    return Sprite(canvas)


def _slanting_rain() -> Strip:
    rng = np.random.default_rng(5)
    canvas = Image.new("RGBA", (1280, 720))
    pen = ImageDraw.Draw(canvas)
    for x, y in zip(rng.integers(0, 1280, 420), rng.integers(0, 670, 420), strict=True):
        pen.line((int(x), int(y), int(x) - 22, int(y) + 46), fill=(190, 204, 224, 70), width=2)
    return Strip(canvas)


def _pour(picture: Image.Image, rain: Strip, seconds: float) -> None:
    drop = int(seconds * 1150) % 720
    rain.onto(picture, seconds * 550, drop - 720)
    rain.onto(picture, seconds * 550, drop)


def _close() -> Paint:
    sky = gradient(((0.0, (16, 20, 32)), (1.0, (44, 54, 72))))
    cloud_cover = ridge(200, 13, ((0.0, (36, 42, 56)), (1.0, (18, 22, 34))), octaves=6).turn_over()
    tower, rain = _tower(2.2), _slanting_rain()
    lamp, halo = glow(120, (255, 250, 214), 2.4), glow(420, (255, 232, 160), 0.6)
    title = words("THE LAMP TURNS ALL NIGHT", 54, (255, 236, 190))

    def paint(seconds: float) -> Image.Image:
        picture = sky.copy()
        cloud_cover.onto(picture, seconds * 100, 0)
        turn = abs(math.cos(seconds * 1.5))
        halo.faded(0.25 + 0.75 * turn).centred(picture, 980, 220)
        tower.onto(picture, 870, 130)
        lamp.faded(0.35 + 0.65 * turn).centred(picture, 980, 222)
        _pour(picture, rain, seconds)
        show_words(picture, title, (40, 630), seconds, (0.8, 5.6))
        light = _flash(seconds, offset=7.5)
        return Image.blend(picture, Image.new("RGB", picture.size, (226, 232, 255)), light) if light else picture

    return paint


def _morning() -> Paint:
    sky = gradient(((0.0, (120, 180, 220)), (0.5, (240, 224, 204)), (0.62, (255, 214, 170))))
    glow(300, (255, 236, 190), 0.9).centred(sky, 330, 400)
    glow(50, (255, 246, 220), 5.0, softness=1.0).centred(sky, 330, 370)
    sea = gradient(((0.0, (226, 200, 180)), (0.3, (130, 176, 196)), (1.0, (50, 110, 146))), (1280, 290), seed=6)
    light = shimmer(290, (255, 246, 224), 4, density=0.05)
    tower, rock = _tower(1.0), _rock()
    title = words("CALM AGAIN", 64, (40, 70, 100), shade=0)

    def paint(seconds: float) -> Image.Image:
        picture = sky.copy()
        picture.paste(sea, (0, 430))
        rock.onto(picture, 790, 330)
        tower.onto(picture, 880, 40)
        light.onto(picture, seconds * 25, 434)
        show_words(picture, title, (60, 60), seconds, (1.2, 5.8))
        return picture

    return paint
