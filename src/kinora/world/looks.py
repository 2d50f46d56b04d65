"""How light, grounds and skies look: plain numbers, sRGB in [0, 1]."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from kinora.world.spec import Light

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class LightLook:
    """Colours of the sun, of what comes from all around, and of the sky."""

    sun: Colour
    ambient: Colour
    zenith: Colour
    horizon: Colour
    cloud: Colour
    glow: Colour
    hill: Colour


LIGHT_LOOKS: dict[str, LightLook] = {
    "day": LightLook(
        (0.60, 0.58, 0.53), (0.58, 0.60, 0.63), (0.28, 0.50, 0.86), (0.72, 0.84, 0.95), (0.96, 0.97, 0.98),
        (0.30, 0.28, 0.20), (0.46, 0.58, 0.62),
    ),
    "sunrise": LightLook(
        (0.60, 0.50, 0.44), (0.50, 0.48, 0.54), (0.42, 0.52, 0.78), (0.98, 0.76, 0.70), (0.99, 0.86, 0.82),
        (0.50, 0.32, 0.18), (0.50, 0.44, 0.52),
    ),
    "sunset": LightLook(
        (0.62, 0.48, 0.32), (0.57, 0.51, 0.50), (0.30, 0.30, 0.56), (0.98, 0.58, 0.26), (0.93, 0.54, 0.44),
        (0.60, 0.34, 0.08), (0.36, 0.24, 0.30),
    ),
    "night": LightLook(
        (0.32, 0.33, 0.38), (0.50, 0.52, 0.60), (0.03, 0.04, 0.13), (0.13, 0.17, 0.34), (0.16, 0.19, 0.33),
        (0.10, 0.12, 0.18), (0.06, 0.08, 0.17),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class GroundLook:
    """A ground's colour and how much it varies, coarse and fine."""

    colour: Colour
    coarse: float
    fine: float
    tint: Colour = (1.0, 1.0, 1.0)  # which channels vary


GROUND_LOOKS: dict[str, GroundLook] = {
    "grass": GroundLook((0.37, 0.47, 0.18), 0.040, 0.030, (0.9, 1.0, 0.6)),
    "sand": GroundLook((0.83, 0.73, 0.53), 0.022, 0.014),
    "snow": GroundLook((0.88, 0.91, 0.95), 0.018, 0.007, (1.0, 0.9, 0.6)),
    "wood": GroundLook((0.56, 0.39, 0.25), 0.025, 0.020),
    "tiles": GroundLook((0.68, 0.67, 0.65), 0.010, 0.008),
    "stone": GroundLook((0.52, 0.50, 0.48), 0.038, 0.022),
    "plain": GroundLook((0.64, 0.66, 0.70), 0.006, 0.000),
}


def sun_direction(light: Light) -> Colour:
    """Return the unit arrow towards the sun; azimuth 0 is behind the first camera, 90 to its right."""
    azimuth, elevation = math.radians(light.azimuth_degrees), math.radians(light.elevation_degrees)
    return (
        math.sin(azimuth) * math.cos(elevation), -math.cos(azimuth) * math.cos(elevation), math.sin(elevation)
    )  # fmt: skip


NOISE_SIZE = 256
COARSE, FINE = 0, 1


@cache
def noise_bank(device: str) -> Tensor:
    """Return tileable noise (2, size, size) of unit spread: clouds (1/f²) and a band of about 10 texels."""
    generator = torch.Generator().manual_seed(20_261_122)
    rate = torch.fft.fftfreq(NOISE_SIZE)
    length = torch.sqrt(rate[:, None] ** 2 + rate[None, :] ** 2).clamp_min(1 / NOISE_SIZE)
    clouds = length**-2.0 * torch.exp(-((length * 10) ** 2)) * (1 - torch.exp(-((length * 90) ** 2)))
    band = torch.exp(-(((length - 0.09) / 0.045) ** 2))
    fields = []
    for spectrum in (clouds, band):
        white = torch.fft.fft2(torch.randn(NOISE_SIZE, NOISE_SIZE, generator=generator))
        field = torch.fft.ifft2(white * spectrum).real
        fields.append(((field - field.mean()) / field.std()).clamp(-2.5, 2.5))
    return torch.stack(fields).to(device)


def noise_at(bank: Tensor, channel: int, x: Tensor, y: Tensor, *, is_smooth: bool) -> Tensor:
    """Read the noise at places in texels, wrapped; `is_smooth` blends the four neighbours."""
    column, row = x.floor(), y.floor()
    flat = bank[channel].reshape(-1)
    i, j = column.int(), row.int()
    mask = NOISE_SIZE - 1

    def texel(di: int, dj: int) -> Tensor:
        place = ((j + dj) & mask) * NOISE_SIZE + ((i + di) & mask)
        return flat.index_select(0, place.reshape(-1)).reshape(place.shape)

    if not is_smooth:
        return texel(0, 0)
    u, v = x - column, y - row
    top = torch.lerp(texel(0, 0), texel(1, 0), u)
    return torch.lerp(top, torch.lerp(texel(0, 1), texel(1, 1), u), v)
