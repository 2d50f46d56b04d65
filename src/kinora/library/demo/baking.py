"""A loaf of bread: a short lesson in five steps, each with a card to read."""

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
    card,
    drawn,
    ease,
    glow,
    gradient,
    shape,
    show_words,
    words,
)
from kinora.moments.moment import Cue

_ACCENT: Colour = (186, 92, 40)
_TABLE = 470


def baking() -> DemoFilm:
    """Return the film: 32 s, six takes."""
    takes = (
        Take(4.5, _opening),
        Take(6.0, _mixing),
        Take(5.5, _kneading),
        Take(6.5, _rising, "dissolve"),
        Take(6.0, _oven),
        Take(6.0, _cooling, "dissolve"),
    )
    return DemoFilm(
        name="bread-in-five-steps",
        title="Bread in five steps",
        description="How to bake a simple loaf: mix flour and water, knead, let it rise, bake, and wait.",
        tags=("baking", "bread", "cooking", "lesson"),
        takes=takes,
        sound=_sound,
        subtitles={"en": _CUES},
    )


_CUES = (
    Cue(0.6, 4.0, "Today we bake a simple loaf of bread."),
    Cue(4.8, 7.4, "Mix the flour with water, salt and a little yeast."),
    Cue(7.7, 10.2, "Stir until no dry flour is left in the bowl."),
    Cue(10.8, 15.0, "Knead the dough on the table until it is smooth."),
    Cue(15.8, 18.4, "Cover it and leave it in a warm place."),
    Cue(18.7, 21.2, "After an hour it has doubled in size."),
    Cue(21.8, 27.0, "Bake it in a very hot oven until the crust is brown."),
    Cue(27.6, 32.0, "And now the hardest part: wait until it has cooled."),
)


def _sound(seconds: float) -> sound.Samples:
    tune = ["C5", "E5", "G5", "E5", "A5", "G5", "E5", "-", "D5", "F5", "A5", "F5", "G5", "-", "-", "-"]
    base = sound.pad(seconds, ["C3 G3 E4", "F3 C4 A4", "G3 D4 B4", "C3 G3 E4"], 3.2, volume=0.08)
    oven = sound.strikes(seconds, [26.0], sound.bell("C6", seconds=1.5, volume=0.2))
    return sound.mixed(sound.plucks(seconds, tune, 0.4, volume=0.16), base, oven)


def _kitchen(wall: Colour = (244, 226, 196)) -> Image.Image:
    darker = (wall[0] - 26, wall[1] - 30, wall[2] - 34)
    picture = gradient(((0.0, wall), (0.65, darker), (1.0, darker)))
    pen = ImageDraw.Draw(picture)
    for x in range(0, 1280, 128):
        pen.line((x, 0, x, _TABLE), fill=(wall[0] - 12, wall[1] - 14, wall[2] - 16), width=2)
    picture.paste(gradient(((0.0, (184, 128, 80)), (1.0, (128, 82, 50))), (1280, 720 - _TABLE), seed=5), (0, _TABLE))
    rng = np.random.default_rng(2)
    for y in rng.integers(_TABLE + 6, 720, 26):
        pen = ImageDraw.Draw(picture)
        x = int(rng.integers(0, 1100))
        pen.line((x, int(y), x + int(rng.integers(80, 400)), int(y)), fill=(150, 100, 62), width=2)
    return picture


def _opening() -> Paint:
    back, loaf = _kitchen(), _loaf(1.5)
    title = words("BREAD IN FIVE STEPS", 76, (96, 44, 20), shade=0)

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        loaf.centred(picture, 640, 440 + 240 * (1 - ease(seconds, 0.0, 1.2)))
        show_words(picture, title, (216, 60), seconds, (0.5, 99.0))
        return picture

    return paint


def _loaf(size: float, crust: Colour = (190, 116, 56)) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        unit = scale * size
        dark = (crust[0] - 50, crust[1] - 42, crust[2] - 28)
        light = (min(255, crust[0] + 44), min(255, crust[1] + 60), min(255, crust[2] + 66))
        canvas.rounded_rectangle([v * unit for v in (10, 30, 350, 196)], 82 * unit, fill=dark)
        canvas.rounded_rectangle([v * unit for v in (14, 26, 346, 180)], 78 * unit, fill=crust)
        for x in (76, 146, 216):
            points = (x, 70, x + 62, 40, x + 74, 54, x + 22, 118, x + 2, 104)
            canvas.polygon([v * unit for v in points], fill=light)

    return Sprite(drawn((round(360 * size), round(204 * size)), draw))


def _mixing() -> Paint:
    back = _kitchen()
    bowl, front, spoon = _bowl(), _bowl_front(), Rocking(_spoon(), most_degrees=14)
    note = card("STEP 1: MIX", "500 g flour, 350 ml water", _ACCENT)
    flour = glow(7, (255, 252, 244), 3.0)

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        bowl.centred(picture, 640, 460)
        around = seconds * 4.2
        spoon.at(14 * math.cos(around)).centred(picture, 640 + 70 * math.cos(around), 318 + 16 * math.sin(around))
        front.centred(picture, 640, 506)
        for number in range(16):
            fall = (seconds * 0.9 + number / 16) % 1.0
            flour.centred(picture, 560 + number * 37 % 170, 150 + 230 * fall * fall)
        show_words(picture, note, (50, 40), seconds, (0.4, 99.0))
        return picture

    return paint


def _bowl() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        canvas.ellipse([v * scale for v in (10, 10, 450, 110)], fill=(70, 120, 150))
        canvas.ellipse([v * scale for v in (34, 24, 426, 104)], fill=(248, 240, 222))

    return Sprite(drawn((460, 280), draw))


def _bowl_front() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        canvas.pieslice([v * scale for v in (10, -160, 450, 220)], 8, 172, fill=(96, 152, 182))
        canvas.rectangle([v * scale for v in (130, 208, 330, 224)], fill=(70, 120, 150))
        canvas.line([v * scale for v in (52, 90, 408, 90)], fill=(232, 240, 240), width=int(8 * scale))

    return Sprite(drawn((460, 240), draw))


def _spoon() -> Sprite:
    handle = ([150.0, 10, 168, 10, 166, 260, 152, 260], (150, 100, 60))
    head = ([140.0, 250, 178, 250, 186, 310, 132, 310], (166, 112, 66))
    return Sprite(shape((320, 320), [handle, head]))


def _kneading() -> Paint:
    back = _kitchen((226, 232, 226))
    note = card("STEP 2: KNEAD", "Ten minutes, until smooth", _ACCENT)
    pressed = [math.sin(step / 24 * 2 * math.pi) for step in range(24)]
    doughs = [_dough(380 + 70 * push, 190 - 46 * push) for push in pressed]
    ImageDraw.Draw(back).ellipse((330, 552, 950, 652), fill=(206, 168, 128))

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        step = int(seconds * 24) % 24
        dough = doughs[step]
        dough.onto(picture, 640 - dough.width / 2 + 20 * math.cos(seconds * 6.3), 600 - dough.height)
        show_words(picture, note, (670, 40), seconds, (0.4, 99.0))
        return picture

    return paint


def _dough(width: float, height: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        canvas.rounded_rectangle([0, 0, width * scale, height * scale], height * 0.48 * scale, fill=(214, 190, 148))
        inner = [6 * scale, 3 * scale, (width - 8) * scale, (height - 14) * scale]
        canvas.rounded_rectangle(inner, height * 0.44 * scale, fill=(240, 222, 184))
        gleam = [width * 0.2 * scale, height * 0.12 * scale, width * 0.5 * scale, height * 0.34 * scale]
        canvas.ellipse(gleam, fill=(252, 240, 212))

    return Sprite(drawn((round(width) + 1, round(height) + 1), draw))


def _rising() -> Paint:
    back = _kitchen((240, 216, 190))
    front = _bowl_front()
    note = card("STEP 3: LET IT RISE", "One hour in a warm place", _ACCENT)
    doughs = [_dough(300 + 2.0 * step, 110 + 3.4 * step) for step in range(50)]
    bowl, face = _bowl(), _clock_face()

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        share = ease(seconds, 0.6, 5.4)
        bowl.centred(picture, 420, 460)
        dough = doughs[min(49, int(share * 50))]
        dough.onto(picture, 420 - dough.width / 2, 506 - dough.height)
        front.centred(picture, 420, 506)
        _clock(picture, face, share)
        show_words(picture, note, (640, 40), seconds, (0.8, 99.0))
        return picture

    return paint


def _clock_face() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        canvas.ellipse([0, 0, 220 * scale, 220 * scale], fill=(120, 70, 44))
        canvas.ellipse([v * scale for v in (12, 12, 208, 208)], fill=(252, 248, 238))
        for hour in range(12):
            angle = hour / 12 * 2 * math.pi
            x, y = 110 + 82 * math.sin(angle), 110 - 82 * math.cos(angle)
            canvas.ellipse([v * scale for v in (x - 5, y - 5, x + 5, y + 5)], fill=(90, 60, 44))

    return Sprite(drawn((221, 221), draw))


def _clock(picture: Image.Image, face: Sprite, share: float) -> None:
    face.centred(picture, 920, 330)
    pen = ImageDraw.Draw(picture)
    for length, width, turns in ((46, 9, 2 / 12 + share / 12), (74, 5, share)):
        angle = turns * 2 * math.pi
        pen.line((920, 330, 920 + length * math.sin(angle), 330 - length * math.cos(angle)), (60, 40, 30), width)


def _oven() -> Paint:
    back = gradient(((0.0, (64, 58, 62)), (1.0, (40, 36, 40))))
    pen = ImageDraw.Draw(back)
    pen.rounded_rectangle((250, 190, 1030, 640), 30, fill=(24, 20, 22))
    pen.rounded_rectangle((290, 230, 990, 600), 18, fill=(92, 38, 16))
    for x in range(330, 980, 44):
        pen.line((x, 520, x, 534), fill=(150, 150, 156), width=3)
    pen.line((292, 526, 988, 526), fill=(170, 170, 176), width=4)
    loaves = [_loaf(1.1, (226 - step * 2, 190 - step * 4, 140 - step * 4)) for step in range(20)]
    below = back.crop((0, 600, 1280, 720))
    heat, note = glow(330, (255, 130, 40), 0.8), card("STEP 4: BAKE", "40 minutes at 230 °C", _ACCENT)

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        heat.faded(0.75 + 0.2 * math.sin(seconds * 5)).centred(picture, 640, 590)
        loaves[min(19, int(seconds / 6.0 * 20))].centred(picture, 640, 430)
        picture.paste(below, (0, 600))
        show_words(picture, note, (50, 24), seconds, (0.4, 99.0))
        return picture

    return paint


def _cooling() -> Paint:
    back, loaf = _kitchen((222, 230, 238)), _loaf(1.35)
    note = card("STEP 5: LET IT COOL", "Do not cut it too early!", _ACCENT)
    steam = glow(46, (255, 255, 255), 0.5)
    pen = ImageDraw.Draw(back)
    for x in range(330, 960, 30):
        pen.line((x, 578, x + 20, 600), fill=(120, 124, 130), width=4)
    pen.rectangle((320, 574, 970, 582), fill=(150, 154, 160))

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        for number in range(9):
            rise = (seconds * 0.35 + number / 9) % 1.0
            puff = steam.faded(math.sin(rise * math.pi))
            puff.centred(picture, 500 + number * 36 + 20 * math.sin(rise * 6 + number), 330 - 230 * rise)
        loaf.centred(picture, 640, 450)
        show_words(picture, note, (60, 40), seconds, (0.8, 99.0))
        return picture

    return paint
