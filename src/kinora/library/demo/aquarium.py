"""Aquarium: a coral reef full of fish, jellyfish in the dark, a turtle that swims past."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from kinora.library.demo import sound
from kinora.library.demo.film import DemoFilm, Paint, Take
from kinora.library.demo.painting import Colour, Sprite, drawn, glow, gradient, ridge, show_words, words
from kinora.moments.moment import Cue

_WATER = ((0.0, (70, 190, 214)), (0.5, (18, 116, 168)), (1.0, (8, 52, 96)))
_DEEP = ((0.0, (14, 34, 84)), (1.0, (4, 8, 30)))


def aquarium() -> DemoFilm:
    """Return the film: 22 s, three takes."""
    takes = (Take(8.5, _reef), Take(8.0, _jellyfish, "dissolve"), Take(6.5, _turtle))
    return DemoFilm(
        name="aquarium",
        title="An hour at the aquarium",
        description="Clownfish and blue tangs on a coral reef, moon jellyfish in the dark, and a sea turtle.",
        tags=("fish", "aquarium", "underwater", "animals"),
        takes=takes,
        sound=_sound,
        subtitles={"en": _CUES},
    )


_CUES = (
    Cue(0.8, 3.8, "Orange clownfish never swim far from their coral."),
    Cue(4.2, 7.2, "The blue ones are tangs; they travel in a loose school."),
    Cue(8.4, 11.4, "In the dark tank, jellyfish open and close like umbrellas."),
    Cue(11.8, 15.0, "A jellyfish has no brain, no heart and no bones."),
    Cue(16.0, 18.6, "And here comes the green sea turtle."),
    Cue(19.0, 21.6, "She can hold her breath for five hours while she sleeps."),
)


def _sound(seconds: float) -> sound.Samples:
    water = sound.swelling(sound.noise(seconds, low_hz=120, high_hz=420, volume=0.16, seed=8), 3.0)
    chords = sound.pad(seconds, ["C3 G3 E4 B4", "A2 E3 C4 G4", "F2 C3 A3 E4"], 4.5)
    drops = sound.plucks(seconds, ["E5", "-", "-", "B5", "-", "G5", "-", "-", "C6", "-", "-", "-"], 0.36, volume=0.08)
    return sound.mixed(water, chords, drops)


def _reef() -> Paint:
    back = _water_with_rays(_WATER)
    sand = ((0.0, (150, 120, 110)), (0.4, (206, 178, 130)), (1.0, (226, 204, 156)))
    ridge(240, 17, sand, octaves=4).onto(back, 0, 510)
    _coral(back)
    clowns = [_fish((238, 120, 34), (255, 250, 240), 1.0, wag) for wag in range(4)]
    tangs = [_fish((36, 84, 206), (250, 214, 60), 0.8, wag) for wag in range(4)]
    bubble, title = _bubble(), words("CORAL REEF", 64)
    school = [(float(x), float(y)) for x, y in np.random.default_rng(4).integers((0, 90), (700, 330), (11, 2))]

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        for number, (x, y) in enumerate(school):
            sway = 10 * math.sin(seconds * 1.3 + number)
            tangs[int(seconds * 9 + number) % 4].centred(picture, -520 + x + seconds * 150, y + sway)
        for number in range(4):
            around = seconds * 0.5 + number * 1.6
            sprite = clowns[int(seconds * 11 + number) % 4]
            sprite = sprite if math.cos(around) > 0 else sprite.mirrored()
            sprite.centred(picture, 760 + 330 * math.sin(around), 450 + 40 * math.sin(seconds * 1.1 + number * 2))
        _bubbles(picture, bubble, seconds)
        show_words(picture, title, (60, 600), seconds, (0.8, 5.5))
        return picture

    return paint


def _water_with_rays(stops: tuple[tuple[float, Colour], ...]) -> Image.Image:
    water = gradient(stops)
    veil = Image.new("L", water.size)
    pen = ImageDraw.Draw(veil)
    for left in range(120, 1280, 210):
        pen.polygon((left, -10, left + 70, -10, left - 40, 720, left - 220, 720), fill=44)
    fall = Image.fromarray(np.linspace(255, 0, 720).astype(np.uint8)[:, None].repeat(1280, 1), "L")
    soft = Image.composite(veil.filter(ImageFilter.GaussianBlur(22)), Image.new("L", water.size), fall)
    water.paste((230, 255, 250), (0, 0), soft)
    return water


def _coral(picture: Image.Image) -> None:
    rng = np.random.default_rng(9)
    colours: tuple[Colour, ...] = ((226, 88, 110), (242, 150, 80), (170, 90, 180), (236, 204, 90), (90, 180, 150))
    for number, x in enumerate(range(30, 1280, 96)):
        height, colour = float(rng.integers(90, 210)), colours[number % 5]
        sprite = Sprite(_branches(height, colour, int(rng.integers(0, 99))))
        sprite.onto(picture, x - sprite.width / 2, 690 - sprite.height + float(rng.integers(0, 30)))


def _branches(height: float, colour: Colour, seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    size = (round(height * 1.3), round(height))

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        twigs = [(size[0] / 2, height, -math.pi / 2, height * 0.36, height * 0.11)]
        while twigs:
            x, y, angle, length, thick = twigs.pop()
            end = (x + length * math.cos(angle), y + length * math.sin(angle))
            canvas.line([x * scale, y * scale, end[0] * scale, end[1] * scale], colour, int(thick * scale))
            reach = thick / 2
            joint = (end[0] - reach, end[1] - reach, end[0] + reach, end[1] + reach)
            canvas.ellipse([v * scale for v in joint], colour)
            if length > height * 0.14:
                for turn in (-0.55, 0.5):
                    twigs.append((*end, angle + turn + rng.uniform(-0.2, 0.2), length * 0.74, thick * 0.74))

    return drawn(size, draw)


def _fish(body: Colour, stripe: Colour, size: float, wag: int) -> Sprite:
    """Return a fish that looks to the right, its tail at one of four places."""
    bend = (-9, 0, 9, 0)[wag]

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        unit = scale * size
        canvas.polygon([v * unit for v in (34, 40, 4, 16 + bend, 10, 40 + bend, 4, 64 + bend)], fill=stripe)
        canvas.polygon([v * unit for v in (52, 20, 84, 4, 92, 22)], fill=body)
        canvas.ellipse([v * unit for v in (28, 14, 122, 66)], fill=body)
        canvas.polygon([v * unit for v in (86, 15, 98, 19, 98, 61, 86, 65)], fill=stripe)
        canvas.polygon([v * unit for v in (52, 16, 62, 15, 62, 66, 52, 64)], fill=stripe)
        canvas.ellipse([v * unit for v in (104, 30, 114, 40)], fill=(255, 255, 255))
        canvas.ellipse([v * unit for v in (107, 32, 113, 38)], fill=(20, 20, 30))

    return Sprite(drawn((round(126 * size), round(80 * size)), draw))


def _bubble() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        rim = [scale, scale, 17 * scale, 17 * scale]
        canvas.ellipse(rim, fill=(220, 246, 255, 60), outline=(236, 252, 255, 200), width=4)
        canvas.ellipse([5 * scale, 4 * scale, 8 * scale, 7 * scale], fill=(255, 255, 255, 230))

    return Sprite(drawn((18, 18), draw))


def _bubbles(picture: Image.Image, bubble: Sprite, seconds: float) -> None:
    for number in range(14):
        rise = (seconds * (70 + number % 4 * 22) + number * 67) % 700
        x = 180 + number % 3 * 420 + 14 * math.sin(rise / 40 + number) + number * 5
        bubble.onto(picture, x, 680 - rise)


def _jellyfish() -> Paint:
    back = gradient(_DEEP)
    shapes = [_jelly(step) for step in range(16)]
    light, title = glow(210, (120, 150, 255), 0.4), words("MOON JELLYFISH", 58, (206, 222, 255))
    places = ((230, 1.0, 0.0), (560, 0.62, 1.4), (860, 1.25, 2.6), (1120, 0.75, 4.0))
    sized = {scale: [_scaled(one, scale) for one in shapes] for _, scale, _ in places}

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        for x, scale, phase in places:
            beat = (seconds * 0.7 + phase) % 1.0
            y = (560 + phase * 150 - seconds * 38 * scale - 16 * math.sin(beat * 2 * math.pi)) % 900 - 120
            light.centred(picture, x, y)
            sized[scale][int(beat * 16) % 16].centred(picture, x + 18 * math.sin(seconds * 0.6 + phase), y)
        show_words(picture, title, (60, 600), seconds, (1.4, 6.5))
        return picture

    return paint


def _jelly(step: int) -> Image.Image:
    squeeze = 0.5 + 0.5 * math.cos(step / 16 * 2 * math.pi)
    wide, high = 70 + 26 * squeeze, 78 - 16 * squeeze

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        for number in range(9):
            x = 110 + (number - 4) * wide / 4.6
            points = [(x + 9 * math.sin(k * 0.7 + number + step / 16 * 2 * math.pi), 104 + k * 15) for k in range(9)]
            canvas.line([(a * scale, b * scale) for a, b in points], fill=(190, 200, 255, 120), width=int(2.5 * scale))
        dome = [v * scale for v in (110 - wide, 104 - high, 110 + wide, 104 + high)]
        canvas.pieslice(dome, 180, 360, fill=(176, 190, 255, 150))
        inner = [v * scale for v in (110 - wide * 0.62, 104 - high * 0.66, 110 + wide * 0.62, 104 + high * 0.5)]
        canvas.pieslice(inner, 180, 360, fill=(232, 200, 255, 170))

    return drawn((220, 250), draw)


def _scaled(picture: Image.Image, scale: float) -> Sprite:
    size = (round(picture.width * scale), round(picture.height * scale))
    return Sprite(picture.resize(size, Image.Resampling.LANCZOS))


def _turtle() -> Paint:
    back = _water_with_rays(((0.0, (96, 200, 200)), (0.6, (22, 112, 140)), (1.0, (10, 60, 90))))
    ridge(150, 27, ((0.0, (196, 178, 132)), (1.0, (226, 206, 158))), octaves=3).onto(back, 400, 600)
    strokes, bubble = [_swimming_turtle(step) for step in range(20)], _bubble()
    title = words("GREEN SEA TURTLE", 58)

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        turtle = strokes[int(seconds * 14) % 20]
        turtle.centred(picture, -160 + seconds * 250, 380 + 30 * math.sin(seconds * 1.2) - seconds * 12)
        _bubbles(picture, bubble, seconds)
        show_words(picture, title, (60, 600), seconds, (0.8, 5.6))
        return picture

    return paint


def _swimming_turtle(step: int) -> Sprite:
    lift = 46 * math.sin(step / 20 * 2 * math.pi)

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        def scaled(*points: float) -> list[float]:
            return [point * scale for point in points]

        skin, dark = (122, 150, 88), (84, 112, 66)
        canvas.polygon(scaled(236, 150, 300, 150, 250, 206 + lift, 190, 232 + lift * 1.3), fill=dark)
        canvas.polygon(scaled(92, 152, 60, 178 - lift * 0.4, 30, 176 - lift * 0.5, 84, 136), fill=dark)
        canvas.ellipse(scaled(300, 104, 372, 156), fill=skin)
        canvas.ellipse(scaled(346, 118, 356, 128), fill=(20, 24, 20))
        canvas.pieslice(scaled(70, 52, 324, 240), 180, 360, fill=(96, 84, 46))
        canvas.ellipse(scaled(74, 132, 320, 170), fill=(196, 186, 132))
        for x, y, reach in ((120, 112, 22), (172, 92, 28), (226, 92, 28), (276, 114, 22)):
            canvas.regular_polygon((x * scale, y * scale, reach * scale), 6, fill=(132, 116, 62))
        canvas.polygon(scaled(226, 156, 286, 156, 222, 220 - lift, 158, 250 - lift * 1.4), fill=skin)

    return Sprite(drawn((390, 330), draw))
