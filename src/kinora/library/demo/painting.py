"""Drawing: gradients, glows, ridges, words and strips that roll, made once and pasted many times.

Everything that costs is prepared when a take is built; painting a frame is a handful of pastes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from kinora.library.demo.film import HEIGHT, WIDTH

Colour = tuple[int, int, int]
Stops = Sequence[tuple[float, Colour]]
_SUPERSAMPLING = 3


class Sprite:
    """A picture with transparency, kept as colour and mask so that pasting is one pass."""

    def __init__(self, rgba: Image.Image) -> None:
        self._keep(rgba.convert("RGB"), rgba.getchannel("A"))

    @classmethod
    def of(cls, rgb: Image.Image, mask: Image.Image) -> Sprite:
        """Return a sprite of a colour picture and its mask."""
        sprite = cls.__new__(cls)
        sprite._keep(rgb, mask)
        return sprite

    def _keep(self, rgb: Image.Image, mask: Image.Image) -> None:
        self.rgb, self.mask = rgb, mask
        self.width, self.height = rgb.size

    def onto(self, picture: Image.Image, left: float, top: float) -> None:
        """Paste with the upper left corner at (left, top); parts outside are cut off."""
        picture.paste(self.rgb, (round(left), round(top)), self.mask)

    def centred(self, picture: Image.Image, x: float, y: float) -> None:
        self.onto(picture, x - self.width / 2, y - self.height / 2)

    def turned(self, degrees: float) -> Sprite:
        """Return the sprite turned counter-clockwise about its centre, same size."""
        turn = Image.Resampling.BILINEAR
        return Sprite.of(self.rgb.rotate(degrees, turn), self.mask.rotate(degrees, turn))

    def mirrored(self) -> Sprite:
        """Return the sprite as it looks from the other side."""
        flip = Image.Transpose.FLIP_LEFT_RIGHT
        return Sprite.of(self.rgb.transpose(flip), self.mask.transpose(flip))

    def faded(self, share: float) -> Sprite:
        """Return the sprite with its opacity times `share` in [0, 1]."""
        return Sprite.of(self.rgb, self.mask.point([round(value * share) for value in range(256)]))


class Rocking:
    """A sprite turned to and fro: the turns are made once, for turning costs more than pasting."""

    def __init__(self, sprite: Sprite, *, most_degrees: float, num_steps: int = 10) -> None:
        self._most, self._steps = most_degrees, num_steps
        self._turned = [sprite.turned(most_degrees * step / num_steps) for step in range(-num_steps, num_steps + 1)]

    def at(self, degrees: float) -> Sprite:
        """Return the sprite turned by about so many degrees."""
        step = round(degrees / self._most * self._steps)
        return self._turned[max(-self._steps, min(self._steps, step)) + self._steps]


class Strip:
    """A sprite as wide as wished that repeats: a ridge, a row of houses, a layer of cloud."""

    def __init__(self, rgba: Image.Image) -> None:
        doubled = Image.new("RGBA", (rgba.width + WIDTH, rgba.height))
        for left in range(0, doubled.width, rgba.width):
            doubled.paste(rgba, (left, 0))
        self.period, self.height = rgba.width, rgba.height
        self._rgb, self._mask = doubled.convert("RGB"), doubled.getchannel("A")

    def turn_over(self) -> Strip:
        """Turn it upside down, so that it hangs from above."""
        flip = Image.Transpose.FLIP_TOP_BOTTOM
        self._rgb, self._mask = self._rgb.transpose(flip), self._mask.transpose(flip)
        return self

    def onto(self, picture: Image.Image, offset: float, top: float) -> None:
        """Paste over the whole width, shifted to the left by `offset` pixels."""
        left = round(offset) % self.period
        box = (left, 0, left + WIDTH, self.height)
        picture.paste(self._rgb.crop(box), (0, round(top)), self._mask.crop(box))


def gradient(stops: Stops, size: tuple[int, int] = (WIDTH, HEIGHT), *, seed: int = 1) -> Image.Image:
    """Return a vertical gradient through `(position in [0, 1], colour)`, with grain so that it shows no bands."""
    width, height = size
    rows = np.linspace(0.0, 1.0, height)
    positions = [position for position, _ in stops]
    colours = np.stack([np.interp(rows, positions, [colour[c] for _, colour in stops]) for c in range(3)], axis=-1)
    grain = np.random.default_rng(seed).normal(0.0, 1.2, (height, width, 1))
    return Image.fromarray(np.clip(colours[:, None, :] + grain, 0, 255).astype(np.uint8), "RGB")


def glow(radius: int, colour: Colour, strength: float = 1.0, *, softness: float = 2.0) -> Sprite:
    """Return a round light that fades outwards."""
    y, x = np.mgrid[-radius:radius, -radius:radius] / radius
    share = np.clip(1.0 - np.hypot(x, y), 0.0, 1.0) ** softness * strength
    rgba = np.empty((2 * radius, 2 * radius, 4), np.uint8)
    rgba[..., :3] = colour
    rgba[..., 3] = np.clip(share * 255, 0, 255)
    return Sprite(Image.fromarray(rgba, "RGBA"))


def drawn(size: tuple[int, int], draw: Callable[[ImageDraw.ImageDraw, float], None]) -> Image.Image:
    """Return what `draw(canvas, scale)` draws at three times the size, made small again: smooth edges."""
    scale = _SUPERSAMPLING
    large = Image.new("RGBA", (size[0] * scale, size[1] * scale))
    draw(ImageDraw.Draw(large), scale)
    # Colour bleeds in from transparent black unless premultiplied; Pillow's RGBa is that.
    return large.convert("RGBa").resize(size, Image.Resampling.BOX).convert("RGBA")


def shape(size: tuple[int, int], parts: Sequence[tuple[Sequence[float], Colour]]) -> Image.Image:
    """Return filled polygons, each `(x0, y0, x1, y1, …)` and a colour, in order."""

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        for points, colour in parts:
            canvas.polygon([coordinate * scale for coordinate in points], fill=colour)

    return drawn(size, draw)


def waves(length: int, seed: int, *, octaves: int = 6, falloff: float = 0.55) -> NDArray[np.float64]:
    """Return a line in [0, 1] that joins onto itself: whole waves of falling height."""
    rng = np.random.default_rng(seed)
    turns = np.arange(length) / length * 2 * np.pi
    line = sum(
        falloff**octave * np.sin(turns * int(rng.integers(1, 3) * 2**octave) + rng.uniform(0, 2 * np.pi))
        for octave in range(octaves)
    )
    line = np.asarray(line) - np.min(line)
    return np.asarray(line / np.max(line), dtype=np.float64)


def ridge(height: int, seed: int, stops: Stops, *, width: int = 2560, octaves: int = 6) -> Strip:
    """Return a mountain ridge or a hill as a strip: below the line the gradient, above it nothing."""
    line = (1.0 - waves(width, seed, octaves=octaves)) * height * 0.75
    body = gradient(stops, (width, height), seed=seed).convert("RGBA")
    rows = np.arange(height)[:, None]
    alpha = np.clip((rows - line[None, :] + 1.0) * 255, 0, 255).astype(np.uint8)
    body.putalpha(Image.fromarray(alpha, "L"))
    return Strip(body)


def shimmer(height: int, colour: Colour, seed: int, *, density: float = 0.02, width: int = 2560) -> Strip:
    """Return lines of light on water: short and faint far away (above), long near by (below)."""
    rng = np.random.default_rng(seed)
    canvas = Image.new("RGBA", (width, height), (*colour, 0))
    pen = ImageDraw.Draw(canvas)
    for _ in range(int(width * height * density / 20)):
        depth = rng.random() ** 1.5
        y, x, length = int(depth * height), int(rng.integers(0, width)), int(6 + 60 * depth * rng.random())
        pen.line((x, y, x + length, y), fill=(*colour, int(40 + 110 * rng.random())), width=1 + int(2 * depth))
    return Strip(canvas)


def stars(num: int, seed: int, *, bottom: int = HEIGHT) -> Image.Image:
    """Return stars on a transparent picture."""
    rng = np.random.default_rng(seed)
    canvas = Image.new("RGBA", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(canvas)
    for _ in range(num):
        x, y, light = int(rng.integers(0, WIDTH)), int(rng.integers(0, bottom)), int(80 + 175 * rng.random() ** 2)
        size = 0 if rng.random() < 0.8 else 1
        pen.ellipse((x - size, y - size, x + size, y + size), fill=(255, 250, 235, light))
    return canvas


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def words(text: str, size: int, colour: Colour = (255, 255, 255), *, shade: int = 150) -> Sprite:
    """Return words with a soft shade behind them, legible on any picture."""
    face = font(size)
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), text, face, spacing=8)
    edge = size // 2
    canvas = Image.new("RGBA", (int(right - left) + 2 * edge, int(bottom - top) + 2 * edge))
    place = (edge - left, edge - top)
    if shade:
        ImageDraw.Draw(canvas).multiline_text(place, text, (0, 0, 0, shade), face, spacing=8)
        canvas = canvas.filter(ImageFilter.GaussianBlur(size / 10))
    ImageDraw.Draw(canvas).multiline_text(place, text, (*colour, 255), face, spacing=8)
    return Sprite(canvas)


def card(title: str, text: str, accent: Colour, *, size: tuple[int, int] = (560, 150)) -> Sprite:
    """Return a rounded card with a title and a line of text."""

    def draw(canvas: ImageDraw.ImageDraw, scale: float) -> None:
        box = (0, 0, size[0] * scale - 1, size[1] * scale - 1)
        canvas.rounded_rectangle(box, 22 * scale, fill=(252, 249, 242, 240))
        canvas.rounded_rectangle((0, 0, 16 * scale, box[3]), 8 * scale, fill=accent)

    panel = drawn(size, draw)
    pen = ImageDraw.Draw(panel)
    pen.text((44, 22), title, accent, font(40))
    pen.multiline_text((44, 82), text, (52, 48, 44), font(34), spacing=8)
    return Sprite(panel)


def ease(seconds: float, start: float, length: float) -> float:
    """Return a share in [0, 1] that begins at `start` and softly ends `length` later."""
    share = min(1.0, max(0.0, (seconds - start) / length))
    return share * share * (3.0 - 2.0 * share)


def show_words(
    picture: Image.Image, sprite: Sprite, place: tuple[float, float], now: float, span: tuple[float, float]
) -> None:
    """Paste words that come softly at the span's first second and are gone at its last."""
    first, last = span
    share = min(ease(now, first, 0.5), 1.0 - ease(now, last - 0.5, 0.5))
    if share > 0.02:
        (sprite if share > 0.98 else sprite.faded(share)).onto(picture, *place)
