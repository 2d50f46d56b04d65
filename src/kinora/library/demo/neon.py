"""Rain in the city: neon signs over a wet street, a tram, drops on a window."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from kinora.library.demo import sound
from kinora.library.demo.film import DemoFilm, Paint, Take
from kinora.library.demo.painting import Colour, Sprite, Strip, drawn, font, glow, gradient, show_words, words
from kinora.moments.moment import Cue

_STREET = 500


def neon() -> DemoFilm:
    """Return the film: 21 s, three takes."""
    takes = (Take(8.0, _signs), Take(7.0, _tram), Take(6.5, _window, "dissolve"))
    return DemoFilm(
        name="rain-in-the-city",
        title="Rain in the city",
        description="Neon signs shine on a wet street at night, the last tram rings its bell, drops run down a window.",
        tags=("city", "night", "rain", "neon", "tram"),
        takes=takes,
        sound=_sound,
        subtitles={"en": _CUES},
    )


_CUES = (
    Cue(0.8, 3.8, "It has been raining since noon, and the street is a mirror."),
    Cue(4.2, 7.4, "The noodle bar is still open; so is the cinema."),
    Cue(8.4, 11.2, "Line seven rings its bell and turns towards the old town."),
    Cue(11.6, 14.2, "People hurry home under their umbrellas."),
    Cue(15.0, 17.8, "From inside, the city is nothing but coloured lights."),
    Cue(18.2, 20.4, "A drop runs down the glass."),
)


def _sound(seconds: float) -> sound.Samples:
    rain = sound.noise(seconds, low_hz=900, high_hz=7000, volume=0.3, seed=12)
    chords = sound.pad(seconds, ["A2 E3 C4 G4", "F2 C3 A3 E4", "D2 A2 F3 C4", "E2 B2 G3 D4"], 4.2, volume=0.1)
    ring = sound.strikes(seconds, [8.2, 8.6], sound.bell("A5", seconds=1.5, volume=0.2))
    return sound.mixed(rain, chords, ring)


_SIGNS: tuple[tuple[str, int, int, int, Colour], ...] = (
    ("NOODLES", 70, 200, 86, (255, 70, 110)),
    ("HOTEL AURORA", 520, 70, 74, (80, 220, 255)),
    ("CINEMA", 850, 250, 96, (255, 190, 60)),
    ("OPEN 24 HOURS", 84, 350, 46, (110, 255, 150)),
)


def _signs() -> Paint:
    dark, bright = _lit_street(lit=False), _lit_street(lit=True)
    levels = [Image.blend(bright, dark, share / 50) for share in range(10)]
    rain = _rain()
    ripples = _ripples()

    def paint(seconds: float) -> Image.Image:
        # A tube that flickers now and then: the street dims with it.
        flicker = 0.12 * (math.sin(seconds * 21) > 0.93) + 0.05 * math.sin(seconds * 3)
        picture = levels[min(9, max(0, round(50 * (flicker + 0.03))))].copy()
        ripples.onto(picture, seconds * 37.5, _STREET)
        _fall(picture, rain, seconds)
        return picture

    return paint


def _lit_street(*, lit: bool) -> Image.Image:
    picture = gradient(((0.0, (10, 10, 26)), (0.7, (34, 26, 56)), (1.0, (20, 18, 38))))
    picture.paste(facades := _facades(7), (0, 0), facades)
    for text, x, y, size, colour in _SIGNS:
        _neon_sign(picture, text, (x, y), size, colour if lit else (colour[0] // 3, colour[1] // 3, colour[2] // 3))
    return _wet(picture)


def _wet(picture: Image.Image) -> Image.Image:
    """Mirror what stands above the street into it, blurred downwards and darker."""
    above = picture.crop((0, _STREET - 440, 1280, _STREET)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirrored = above.resize((1280, 220)).filter(ImageFilter.GaussianBlur(3)).filter(ImageFilter.BoxBlur((0, 9)))
    picture.paste(Image.blend(mirrored, Image.new("RGB", mirrored.size, (10, 10, 24)), 0.35), (0, _STREET))
    ImageDraw.Draw(picture).rectangle((0, _STREET - 8, 1280, _STREET), fill=(24, 22, 40))
    return picture


def _facades(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    canvas = Image.new("RGBA", (1280, 720))
    pen = ImageDraw.Draw(canvas)
    left = -20
    while left < 1280:
        wide, top = int(rng.integers(150, 260)), int(rng.integers(20, 170))
        pen.rectangle((left, top, left + wide, _STREET), fill=(36 + int(rng.integers(0, 18)), 34, 62))
        for y in range(top + 20, _STREET - 60, 42):
            for x in range(left + 16, left + wide - 24, 34):
                if rng.random() < 0.28:
                    pen.rectangle((x, y, x + 16, y + 22), fill=(232, 190 + int(rng.integers(0, 40)), 120))
                else:
                    pen.rectangle((x, y, x + 16, y + 22), fill=(48, 46, 78))
        left += wide + 6
    return canvas


def _neon_sign(picture: Image.Image, text: str, place: tuple[int, int], size: int, colour: Colour) -> None:
    face = font(size)
    layer = Image.new("RGBA", picture.size)
    pen = ImageDraw.Draw(layer)
    left, top, right, bottom = pen.textbbox(place, text, face)
    frame = (left - 24, top - 18, right + 24, bottom + 18)
    pen.rounded_rectangle(frame, 16, fill=(12, 10, 22, 235), outline=colour, width=4)
    pen.text(place, text, colour, face, stroke_width=1)
    halo = layer.filter(ImageFilter.GaussianBlur(16))
    picture.paste(halo, (0, 0), halo)
    picture.paste(layer, (0, 0), layer)
    white = (min(255, colour[0] + 90), min(255, colour[1] + 90), min(255, colour[2] + 90))
    ImageDraw.Draw(picture).text(place, text, white, face)


def _rain() -> Strip:
    """Return far drops, many and short, and near ones, few and long."""
    rng = np.random.default_rng(1)
    canvas = Image.new("RGBA", (1280, 720))
    pen = ImageDraw.Draw(canvas)
    for num, length, width in ((340, 26, 1), (160, 46, 2)):
        for x, y in zip(rng.integers(0, 1280, num), rng.integers(0, 720 - length, num), strict=True):
            end = (int(x) - length // 8, int(y) + length)
            pen.line((int(x), int(y), *end), fill=(190, 206, 240, 84), width=width)
    return Strip(canvas)


def _fall(picture: Image.Image, rain: Strip, seconds: float) -> None:
    drop = int(seconds * 1100) % 720
    rain.onto(picture, 0, drop - 720)
    rain.onto(picture, 0, drop)


def _ripples() -> Strip:
    rng = np.random.default_rng(6)
    canvas = Image.new("RGBA", (2560, 220))
    pen = ImageDraw.Draw(canvas)
    for _ in range(260):
        y = int(220 * rng.random() ** 0.8)
        x, reach = int(rng.integers(0, 2560)), 3 + y // 12
        pen.ellipse((x - reach, y - reach // 3, x + reach, y + reach // 3), outline=(170, 190, 240, 70))
    return Strip(canvas)


def _tram() -> Paint:
    back = gradient(((0.0, (14, 12, 30)), (0.7, (40, 30, 64)), (1.0, (20, 18, 36))))
    back.paste(facades := _facades(19), (0, 0), facades)
    _neon_sign(back, "PHARMACY", (70, 150), 66, (90, 255, 170))
    _neon_sign(back, "JAZZ CELLAR", (780, 130), 66, (220, 110, 255))
    back = _wet(back)
    tram, rain = Sprite(_tram_car()), _rain()
    light = glow(150, (255, 236, 190), 0.8)
    walkers = [(Sprite(_walker(colour, seed)), x, speed) for seed, (colour, x, speed) in enumerate(_WALKERS)]

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        x = -820 + seconds * 300
        tram.onto(picture, x, 300)
        light.centred(picture, x + 800, 480)
        for number, (sprite, start, speed) in enumerate(walkers):
            sprite.onto(picture, start + speed * seconds, 498 + 3 * abs(math.sin(seconds * 6 + number)) + number * 6)
        _fall(picture, rain, seconds)
        return picture

    return paint


_WALKERS: tuple[tuple[Colour, float, float], ...] = (
    ((214, 60, 70), 200, 42), ((70, 120, 214), 700, -50), ((240, 190, 70), 980, -36), ((90, 170, 120), 420, 58),
)  # fmt: skip


def _tram_car() -> Image.Image:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        def scaled(*points: float) -> list[float]:
            return [point * scale for point in points]

        canvas.rounded_rectangle(scaled(0, 30, 800, 206), 26 * scale, fill=(236, 226, 200))
        canvas.rectangle(scaled(0, 130, 800, 190), fill=(32, 98, 92))
        canvas.rectangle(scaled(30, 196, 770, 214), fill=(30, 30, 40))
        for x in range(28, 700, 96):
            canvas.rounded_rectangle(scaled(x, 62, x + 80, 122), 8 * scale, fill=(255, 232, 168))
        canvas.rounded_rectangle(scaled(716, 56, 790, 126), 10 * scale, fill=(160, 200, 220))
        canvas.rounded_rectangle(scaled(430, 4, 790, 48), 8 * scale, fill=(16, 16, 20))
        canvas.line(scaled(200, 30, 260, -60, 330, 30), fill=(60, 60, 70), width=int(4 * scale))
        for x in (120, 200, 600, 680):
            canvas.ellipse(scaled(x, 196, x + 34, 230), fill=(40, 40, 48))

    tram = drawn((800, 232), draw)
    ImageDraw.Draw(tram).text((452, 8), "LINE 7  OLD TOWN", (255, 180, 50), font(32))
    return tram


def _walker(colour: Colour, seed: int) -> Image.Image:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        def scaled(*points: float) -> list[float]:
            return [point * scale for point in points]

        canvas.pieslice(scaled(2, 4, 98, 84), 180, 360, fill=colour)
        canvas.line(scaled(50, 40, 50, 92), fill=(40, 40, 48), width=int(3 * scale))
        canvas.ellipse(scaled(40, 50, 60, 72), fill=(28, 26, 36))
        canvas.polygon(scaled(36, 74, 64, 74, 70 + seed, 140, 30 - seed, 140), fill=(34, 32, 46))
        canvas.rectangle(scaled(38, 138, 46, 172), fill=(22, 22, 30))
        canvas.rectangle(scaled(54, 138, 62, 172), fill=(22, 22, 30))

    return drawn((100, 174), draw)


def _window() -> Paint:
    back = gradient(((0.0, (14, 12, 32)), (1.0, (34, 24, 50))))
    rng = np.random.default_rng(33)
    hues: tuple[Colour, ...] = ((255, 80, 120), (90, 210, 255), (255, 190, 70), (130, 255, 170), (220, 130, 255))
    lights = [glow(46 + 14 * (n % 3), hues[n % 5], 0.75, softness=0.35) for n in range(15)]
    spots = [(float(x), float(y)) for x, y in rng.integers((0, 80), (1280, 640), (15, 2))]
    pane, drops = _drops(), [Sprite(_drop(size)) for size in (26, 34, 22)]
    title = words("STAY INSIDE", 60, (255, 236, 220))

    def paint(seconds: float) -> Image.Image:
        picture = back.copy()
        for number, (sprite, (x, y)) in enumerate(zip(lights, spots, strict=True)):
            sprite.centred(picture, (x + seconds * (12.5 if number % 2 else -12.5)) % 1400 - 60, y)
        pane.onto(picture, 0, 0)
        for number, drop in enumerate(drops):
            fallen = (seconds * (60 + 34 * number) + 200 * number) % 800
            drop.onto(picture, 300 + 320 * number + 10 * math.sin(fallen / 30), fallen - 60)
        show_words(picture, title, (450, 560), seconds, (1.4, 5.6))
        return picture

    return paint


def _drops() -> Sprite:
    rng = np.random.default_rng(17)
    canvas = Image.new("RGBA", (1280, 720))
    for _ in range(170):
        size = int(rng.integers(6, 22))
        canvas.paste(drop := _drop(size), (int(rng.integers(0, 1260)), int(rng.integers(0, 700))), drop)
    return Sprite(canvas)


def _drop(size: int) -> Image.Image:
    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        reach = size * scale
        canvas.ellipse([0, 0, reach, reach * 1.25], fill=(200, 214, 240, 70))
        canvas.ellipse([reach * 0.1, reach * 0.5, reach * 0.9, reach * 1.2], fill=(240, 244, 255, 90))
        canvas.ellipse([reach * 0.2, reach * 0.15, reach * 0.42, reach * 0.4], fill=(255, 255, 255, 200))

    return drawn((size + 1, round(size * 1.3) + 1), draw)
