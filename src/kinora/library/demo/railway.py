"""Mountain railway: along the valley, over the viaduct, up to the summit station in the snow."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from kinora.library.demo import sound
from kinora.library.demo.film import DemoFilm, Paint, Take
from kinora.library.demo.painting import (
    Colour,
    Sprite,
    Strip,
    drawn,
    ease,
    font,
    glow,
    gradient,
    ridge,
    show_words,
    words,
)
from kinora.moments.moment import Cue

_SKY = ((0.0, (92, 158, 214)), (0.6, (206, 230, 240)), (1.0, (240, 244, 236)))
_WHEEL_TURNS = 9.0


def railway() -> DemoFilm:
    """Return the film: 23 s, three takes, subtitles in English and Spanish."""
    takes = (Take(8.0, _valley), Take(7.0, _viaduct), Take(8.0, _summit, "fade"))
    return DemoFilm(
        name="mountain-railway",
        title="Mountain railway",
        description="A red train climbs from a green valley over a stone viaduct to a station in the snow.",
        tags=("train", "railway", "mountains", "snow"),
        takes=takes,
        sound=_sound,
        subtitles={"en": _ENGLISH, "es": _SPANISH},
    )


_ENGLISH = (
    Cue(0.8, 3.8, "The red train leaves the valley early in the morning."),
    Cue(4.2, 7.6, "Pine trees rush past while the mountains hardly seem to move."),
    Cue(8.4, 11.2, "The old stone viaduct has eleven arches."),
    Cue(11.6, 14.6, "Below it a waterfall drops into the gorge."),
    Cue(16.0, 19.0, "At the summit it is snowing, and the platform is empty."),
    Cue(19.4, 22.4, "We have arrived at two thousand and sixty-one metres."),
)
_SPANISH = (
    Cue(0.8, 3.8, "El tren rojo sale del valle por la mañana temprano."),
    Cue(4.2, 7.6, "Los pinos pasan deprisa y las montañas apenas parecen moverse."),
    Cue(8.4, 11.2, "El viejo viaducto de piedra tiene once arcos."),
    Cue(11.6, 14.6, "Debajo, una cascada cae en la garganta."),
    Cue(16.0, 19.0, "En la cumbre nieva y el andén está vacío."),
    Cue(19.4, 22.4, "Hemos llegado a dos mil sesenta y un metros."),
)


def _sound(seconds: float) -> sound.Samples:
    wheels = sound.noise(seconds, low_hz=60, high_hz=500, volume=0.22, seed=2)
    notes = ("G4", "B4", "D5", "B4", "A4", "C5", "E5", "C5", "F#4", "A4", "D5", "A4")
    tune = sound.plucks(seconds, notes, 0.32, volume=0.12)
    chords = sound.pad(seconds, ["G2 D3 B3", "A2 E3 C4", "D3 A3 F#4"], 3.84, volume=0.08)
    whistle = sound.strikes(seconds, [14.0, 15.4], sound.bell("E5", seconds=2.0, volume=0.25))
    return sound.mixed(wheels, tune, chords, whistle)


def _valley() -> Paint:
    sky = gradient(_SKY)
    peaks = _snowy_peaks()
    hills = ridge(220, 22, ((0.0, (118, 158, 120)), (1.0, (84, 128, 92))), octaves=5)
    forest, near = _pines(150, (46, 94, 70), 60, 3), _pines(230, (28, 66, 52), 34, 6)
    track, train, title = _track(), _train(), words("MOUNTAIN RAILWAY", 64)

    def paint(seconds: float) -> Image.Image:
        picture = sky.copy()
        peaks.onto(picture, seconds * 12.5, 130)
        hills.onto(picture, seconds * 50, 300)
        forest.onto(picture, seconds * 125, 360)
        picture.paste((96, 120, 76), (0, 505, 1280, 720))
        track.onto(picture, seconds * 500, 548)
        train(picture, 150 + 8 * math.sin(seconds * 0.9), 440, seconds)
        near.onto(picture, seconds * 750, 520)
        show_words(picture, title, (50, 36), seconds, (0.8, 5.5))
        return picture

    return paint


def _snowy_peaks() -> Strip:
    rng = np.random.default_rng(31)
    width = 2560

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        for left in range(-200, width, 230):
            top, reach = float(rng.integers(0, 110)), float(rng.integers(230, 320))
            x = left + 200.0
            _peak(canvas, scale, x, top, reach)
            for beyond in (-width, width):
                _peak(canvas, scale, x + beyond, top, reach)

    return Strip(drawn((width, 400), draw))


def _peak(canvas: ImageDraw.ImageDraw, scale: float, x: float, top: float, reach: float) -> None:
    def scaled(*points: float) -> list[float]:
        return [point * scale for point in points]

    canvas.polygon(scaled(x - reach, 400, x, top, x + reach, 400), fill=(126, 146, 176))
    canvas.polygon(scaled(x, top, x + reach, 400, x + reach * 0.2, 400), fill=(98, 118, 150))
    snow = (x, top, x + 62, top + 76, x + 30, top + 64, x + 8, top + 96, x - 18, top + 66, x - 60, top + 78)
    canvas.polygon(scaled(*snow), fill=(246, 250, 252))


def _pines(height: int, colour: Colour, gap: int, seed: int, *, width: int = 2560) -> Strip:
    rng = np.random.default_rng(seed)
    places = [float(x + rng.integers(-gap // 3, gap // 3)) for x in range(0, width, gap)]
    trees = [(x, float(height * rng.uniform(0.55, 1.0))) for x in places]

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        for x, high in trees:
            for tier in range(3):
                top = height - high + tier * high * 0.26
                reach = high * (0.14 + 0.07 * tier)
                points = (x - reach, top + high * 0.46, x, top, x + reach, top + high * 0.46)
                canvas.polygon([point * scale for point in points], fill=colour)

    return Strip(drawn((width, height), draw))


def _track(*, snowy: bool = False) -> Strip:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        bed = (214, 220, 226) if snowy else (132, 120, 104)
        canvas.rectangle([0, 22 * scale, 1280 * scale, 60 * scale], fill=bed)
        for x in range(0, 1280, 40):
            canvas.rectangle([x * scale, 18 * scale, (x + 18) * scale, 28 * scale], fill=(84, 64, 50))
        canvas.rectangle([0, 12 * scale, 1280 * scale, 17 * scale], fill=(120, 124, 132))

    return Strip(drawn((1280, 60), draw))


class _Train:
    """A locomotive and three carriages whose wheels turn."""

    def __init__(self, size: float = 1.0) -> None:
        self._cars = [Sprite(_car(number, size)) for number in range(4)]
        self._wheels = [Sprite(_wheel(size).rotate(-turn * 15)) for turn in range(6)]
        self._size = size

    def __call__(self, picture: Image.Image, left: float, top: float, seconds: float) -> None:
        """Paint it with its left end at `left`, its roof at `top`; `seconds` turns the wheels."""
        wheel = self._wheels[int(seconds * _WHEEL_TURNS * 6) % 6]
        for number, car in enumerate(self._cars):
            x = left + number * 246 * self._size
            car.onto(picture, x, top + math.sin(seconds * 11 + number) * 1.2)
            for offset in (24, 62, 150, 188):
                wheel.onto(picture, x + offset * self._size, top + 88 * self._size)


def _train() -> _Train:
    return _Train()


def _car(number: int, size: float) -> Image.Image:
    is_engine = number == 3

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        unit = scale * size
        canvas.rectangle([v * unit for v in (0, 84, 244, 92)], fill=(44, 44, 52))
        body = (0, 6, 236, 88)
        canvas.rounded_rectangle([v * unit for v in body], 12 * unit, fill=(186, 40, 44))
        if is_engine:
            canvas.polygon([v * unit for v in (190, 6, 214, 6, 244, 56, 244, 88, 190, 88)], fill=(186, 40, 44))
            canvas.polygon([v * unit for v in (202, 16, 212, 16, 232, 50, 202, 50)], fill=(190, 226, 240))
        canvas.rectangle([v * unit for v in (0, 60, 236, 68)], fill=(248, 236, 210))
        for x in range(14, 180 if is_engine else 220, 36):
            canvas.rounded_rectangle([v * unit for v in (x, 20, x + 26, 48)], 4 * unit, fill=(206, 232, 242))
        canvas.rectangle([v * unit for v in (6, 0, 226, 8)], fill=(70, 70, 80))

    return drawn((round(248 * size), round(96 * size)), draw)


def _wheel(size: float) -> Image.Image:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        unit = scale * size
        canvas.ellipse([0, 0, 32 * unit, 32 * unit], fill=(36, 36, 42))
        canvas.ellipse([5 * unit, 5 * unit, 27 * unit, 27 * unit], fill=(128, 130, 138))
        canvas.line([5 * unit, 16 * unit, 27 * unit, 16 * unit], fill=(36, 36, 42), width=int(4 * unit))
        canvas.line([16 * unit, 5 * unit, 16 * unit, 27 * unit], fill=(36, 36, 42), width=int(4 * unit))

    return drawn((round(33 * size), round(33 * size)), draw)


def _viaduct() -> Paint:
    back = gradient(((0.0, (126, 182, 220)), (0.55, (226, 238, 232)), (1.0, (120, 160, 120))))
    _snowy_peaks().onto(back, 700, 120)
    ridge(300, 41, ((0.0, (96, 140, 104)), (1.0, (52, 92, 70))), octaves=4).onto(back, 0, 360)
    arches, train, title = _arches(), _Train(0.5), words("STONE VIADUCT\n11 ARCHES", 50)
    fall = [_waterfall(phase) for phase in range(6)]

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        fall[int(seconds * 18) % 6].onto(picture, 930, 430)
        train(picture, -520 + seconds * 200, 222, seconds)
        arches.onto(picture, 0, 262)
        show_words(picture, title, (60, 560), seconds, (0.8, 5.8))
        return picture

    return paint


def _arches() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        canvas.rectangle([0, 8 * scale, 1280 * scale, 300 * scale], fill=(168, 152, 130))
        canvas.rectangle([0, 8 * scale, 1280 * scale, 26 * scale], fill=(132, 118, 100))
        for number in range(11):
            left = 10 + number * 115.5
            canvas.ellipse([v * scale for v in (left, 50, left + 90, 150)], fill=(0, 0, 0, 0))
            canvas.rectangle([v * scale for v in (left, 100, left + 90, 300)], fill=(0, 0, 0, 0))
            canvas.rectangle([v * scale for v in (left + 90, 100, left + 97, 300)], fill=(138, 122, 104))

    return Sprite(drawn((1280, 300), draw))


def _waterfall(phase: int) -> Sprite:
    rng = np.random.default_rng(7)
    canvas = Image.new("RGBA", (70, 290))
    pen = ImageDraw.Draw(canvas)
    pen.rectangle((16, 0, 54, 290), fill=(214, 236, 246, 210))
    for _ in range(60):
        x, y = int(rng.integers(14, 56)), (int(rng.integers(0, 290)) + phase * 48) % 290
        pen.line((x, y, x, y + 26), fill=(255, 255, 255, 230), width=2)
    return Sprite(canvas)


def _summit() -> Paint:
    back = gradient(((0.0, (128, 144, 168)), (0.7, (204, 212, 222)), (1.0, (232, 236, 240))))
    _snowy_peaks().onto(back, 300, 150)
    back.paste((236, 240, 244), (0, 470, 1280, 720))
    Sprite(_station()).onto(back, 610, 210)
    glow(90, (255, 226, 150), 0.7).centred(back, 742, 400)
    track, train = _track(snowy=True), _train()
    snow = [_snow(num, size, seed) for num, size, seed in ((260, 1, 1), (140, 3, 2))]

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        track.onto(picture, 0, 596)
        travelled = 760 * ease(seconds, 0.0, 5.0)
        train(picture, -960 + travelled, 492, travelled / 60)
        for depth, layer in enumerate(snow):
            drop = int(seconds * (75 + 75 * depth)) % 720
            layer.onto(picture, seconds * (25 + 25 * depth), drop - 720)
            layer.onto(picture, seconds * (25 + 25 * depth), drop)
        return picture

    return paint


def _station() -> Image.Image:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        def scaled(*points: float) -> list[float]:
            return [point * scale for point in points]

        canvas.rectangle(scaled(40, 90, 560, 290), fill=(120, 82, 60))
        canvas.polygon(scaled(10, 98, 300, 0, 590, 98), fill=(244, 248, 250))
        canvas.rectangle(scaled(10, 90, 590, 104), fill=(92, 60, 46))
        for x in (74, 200, 350, 476):
            canvas.rectangle(scaled(x, 190, x + 56, 256), fill=(255, 222, 140))
        canvas.rectangle(scaled(276, 190, 326, 290), fill=(70, 46, 38))
        canvas.rounded_rectangle(scaled(96, 116, 504, 176), 8 * scale, fill=(24, 66, 110))
        canvas.rectangle(scaled(0, 286, 600, 300), fill=(190, 196, 204))

    house = drawn((600, 300), draw)
    ImageDraw.Draw(house).text((116, 124), "SUMMIT STATION 2061 m", (255, 255, 255), font(32))
    return house


def _snow(num: int, size: int, seed: int) -> Strip:
    rng = np.random.default_rng(seed)
    canvas = Image.new("RGBA", (1280, 720))
    pen = ImageDraw.Draw(canvas)
    for x, y in zip(rng.integers(0, 1280, num), rng.integers(0, 720, num), strict=True):
        pen.ellipse((int(x) - size, int(y) - size, int(x) + size, int(y) + size), fill=(255, 255, 255, 230))
    return Strip(canvas)
