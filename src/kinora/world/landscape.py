"""Height fields seen by a level camera: hills, mountains, dunes, islands, the open sea.

Every column of the picture is walked once from near to far; a pixel sees the first place whose projected height passes
its own (the "voxel space" walk of 1992's flight games, here as one running maximum). Waves follow the deep-water
dispersion ω² = g·k. Camera axes must be level: landscapes never tilt.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kinora.world.backdrop import FAR_METRES, Backdrop, all_rays, sky_colour
from kinora.world.looks import FINE, LIGHT_LOOKS, NOISE_SIZE, noise_at, noise_bank, sun_direction
from kinora.world.solids import Cameras
from kinora.world.spec import Land, WorldSpec

_NEAR_METRES, _REACH_METRES = 2.0, 900.0
_SIZE = 256
_HAZE_METRES = 620.0
_WAVES = ((0.55, 0.30, 14.0), (-0.45, 0.16, 8.0), (1.1, 0.06, 4.2))
"""Heading (radians), height (m), length (m)."""
_CELLS_AT_ONCE = 260_000
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class LandLook:
    """Colours by height: low ground, high ground, rock on slopes, snow above a share of the relief."""

    low: Colour
    high: Colour
    rock: Colour
    snow_from: float = 9.0


LAND_LOOKS: dict[str, LandLook] = {
    "hills": LandLook((0.36, 0.50, 0.20), (0.50, 0.56, 0.28), (0.46, 0.42, 0.33)),
    "mountains": LandLook((0.34, 0.42, 0.24), (0.46, 0.44, 0.40), (0.42, 0.40, 0.39), snow_from=0.52),
    "desert": LandLook((0.82, 0.62, 0.38), (0.92, 0.75, 0.50), (0.80, 0.60, 0.38)),
    "islands": LandLook((0.80, 0.74, 0.54), (0.34, 0.50, 0.22), (0.44, 0.42, 0.34)),
    "sea": LandLook((0.10, 0.28, 0.40), (0.10, 0.28, 0.40), (0.10, 0.28, 0.40)),
    "plain": LandLook((0.52, 0.58, 0.26), (0.62, 0.60, 0.32), (0.5, 0.46, 0.36)),
}
_WATER: Colour = (0.06, 0.22, 0.33)


def land_heights(land: Land, seed: int) -> Tensor:
    """Return a tileable height field (256, 256) in metres; one period is `scale_m` times four."""
    generator = torch.Generator().manual_seed(seed * 2 + 1)
    rate = torch.fft.fftfreq(_SIZE) * _SIZE
    length = torch.sqrt(rate[:, None] ** 2 + rate[None, :] ** 2).clamp_min(1)
    power = {"mountains": 2.5, "islands": 2.1, "desert": 2.6}.get(land.name, 2.5)
    spectrum = length**-power * torch.exp(-((length / 70) ** 2)) * (length > 1.5)
    white = torch.fft.fft2(torch.randn(_SIZE, _SIZE, generator=generator))
    field = torch.fft.ifft2(white * spectrum).real
    field = field / field.std()
    if land.name == "mountains":
        field = 0.55 * (1.2 - field.abs() * 1.3) + 0.6 * field.roll(
            (90, 40), (0, 1)
        )  # ridges where the noise is nought
    elif land.name == "desert":
        x = torch.arange(_SIZE) / _SIZE * 2 * math.pi
        crest = torch.sin(x[None, :] * 7 + field * 1.6 + torch.sin(x[:, None] * 3))
        field = (1 - (1 - crest).clamp_min(0).sqrt() * 1.2) + 0.4 * field
    heights: Tensor = (field * 0.5 * land.relief_m).float()
    return heights


@dataclass(frozen=True)
class _Field:
    """A field of heights with its slopes, on the device."""

    layers: Tensor  # (3, 256 * 256): height, its slope to the east, to the north
    texels_per_metre: float

    def at(self, layer: int, x: Tensor, y: Tensor) -> Tensor:
        """Read a layer, blended between texels."""
        u, v = x * self.texels_per_metre, y * self.texels_per_metre
        return noise_at(self.layers[layer][None].reshape(1, _SIZE, _SIZE), 0, u, v, is_smooth=True)


def _field(spec: WorldSpec, device: str) -> _Field:
    assert spec.land is not None and NOISE_SIZE == _SIZE
    heights = land_heights(spec.land, spec.seed)
    per_metre = _SIZE / (4 * spec.land.scale_m)
    east = (heights.roll(-1, 1) - heights.roll(1, 1)) * (per_metre / 2)
    north = (heights.roll(-1, 0) - heights.roll(1, 0)) * (per_metre / 2)
    return _Field(torch.stack([heights, east, north]).to(device), per_metre)


def highest_at(spec: WorldSpec, places: Sequence[tuple[float, float]]) -> float:
    """Return how high land or water stands at the highest of some places, in metres."""
    assert spec.land is not None
    x, y = torch.tensor(places, dtype=torch.float32).T
    height = float(_field(spec, "cpu").at(0, x, y).max())
    return height if spec.land.sea_level_m is None else max(height, spec.land.sea_level_m)


def land_backdrop(spec: WorldSpec, cameras: Cameras, poses: slice, seconds_T: Tensor) -> Backdrop:
    """Draw a landscape for some cameras of the batch; `seconds_T` is the time of each."""
    assert spec.land is not None
    device = cameras.origin_F3.device
    field = _field(spec, str(device))
    at_once = max(1, _CELLS_AT_ONCE // (cameras.width * _num_steps(cameras)))
    colours, depths = [], []
    for first in range(poses.start, poses.stop, at_once):
        some = slice(first, min(first + at_once, poses.stop))
        seconds = seconds_T[some.start - poses.start : some.stop - poses.start].to(device)[:, None, None]
        rays = all_rays(cameras, some)
        depth, share = _depth(spec, cameras, some, field, seconds)
        x = cameras.origin_F3[some, 0, None, None] + depth * rays[0]
        y = cameras.origin_F3[some, 1, None, None] + depth * rays[1]
        land = _surface(spec, field, (x, y, depth), rays, seconds)
        land = _hazed(spec, land, depth)
        sky = _hazed(spec, sky_colour(spec, rays, with_hills=False), torch.full_like(depth, FAR_METRES))
        colours.append(torch.lerp(sky, land, share[..., None]))
        depths.append(torch.where(share >= 0.5, depth, FAR_METRES))
    return Backdrop(torch.cat(colours), torch.cat(depths))


def _num_steps(cameras: Cameras) -> int:
    return 112 + cameras.width // 4


def _depth(
    spec: WorldSpec, cameras: Cameras, poses: slice, field: _Field, seconds_P11: Tensor
) -> tuple[Tensor, Tensor]:
    """Walk each column outward; return the depth (P, H, W) at which each pixel is met and how much of it is land."""
    land = spec.land
    assert land is not None
    device, steps = cameras.origin_F3.device, _num_steps(cameras)
    along = torch.logspace(math.log10(_NEAR_METRES), math.log10(_REACH_METRES), steps, device=device)
    rays, origin = cameras.rays_F33[poses], cameras.origin_F3[poses, :, None, None]
    u = (torch.arange(cameras.width, device=device) + 0.5) * (2 / cameras.width) - 1
    way_x = rays[:, 0, 2:] + rays[:, 0, :1] * u
    way_y = rays[:, 1, 2:] + rays[:, 1, :1] * u
    x, y = origin[:, 0] + way_x[..., None] * along, origin[:, 1] + way_y[..., None] * along
    height = field.at(0, x, y) if land.name != "sea" else torch.full_like(x, -100.0)
    if land.sea_level_m is not None:
        height = torch.maximum(height, land.sea_level_m + _wave_height(x, y, seconds_P11) * _calm(along))
    rise = (height - origin[:, 2]) / (along * rays[:, 2, 1, None, None])
    top = rise.cummax(2).values
    v = 1 - (torch.arange(cameras.height, device=device) + 0.5) * (2 / cameras.height)
    place = torch.searchsorted(top, v.expand(*top.shape[:2], -1).contiguous())
    place = torch.minimum(place, rise.argmax(2, keepdim=True)).clamp(1, steps - 1)
    low, high = top.gather(2, place - 1), rise.gather(2, place)
    part = ((v - low) / (high - low).clamp_min(1e-6)).clamp(0, 1)
    depth = torch.lerp(along[place - 1], along[place], part)
    share = ((top[..., -1:] - v) * (cameras.height / 2) + 0.5).clamp(0, 1)
    return depth.transpose(1, 2), share.transpose(1, 2)


def _calm(depth: Tensor) -> Tensor:
    return 1 / (1 + (depth / 120) ** 2)


def _phases(x: Tensor, y: Tensor, seconds: Tensor) -> list[tuple[float, float, float, Tensor]]:
    """Return each wave's numbers to the east and north, its height and its phase."""
    phases = []
    for heading, high, length in _WAVES:
        k = 2 * math.pi / length
        kx, ky = k * math.sin(heading), k * math.cos(heading)
        phases.append((kx, ky, high, kx * x + ky * y + math.sqrt(9.81 * k) * seconds))
    return phases


def _wave_height(x: Tensor, y: Tensor, seconds: Tensor) -> Tensor:
    total = torch.zeros_like(x)
    for _, _, high, phase in _phases(x, y, seconds):
        total = total + high * torch.sin(phase)
    return total


def _wave_slopes(x: Tensor, y: Tensor, seconds: Tensor) -> tuple[Tensor, Tensor]:
    """Return the slopes to the east and north."""
    east, north = torch.zeros_like(x), torch.zeros_like(x)
    for kx, ky, high, phase in _phases(x, y, seconds):
        slope = high * torch.cos(phase)
        east, north = east + kx * slope, north + ky * slope
    return east, north


def _surface(
    spec: WorldSpec, field: _Field, place: tuple[Tensor, Tensor, Tensor], rays_3HW: Tensor, second: Tensor
) -> Tensor:  # fmt: skip
    """Return the lit colour of land and water (H, W, 3)."""
    x, y, depth = place
    assert spec.land is not None
    height, east, north = (field.at(layer, x, y) for layer in range(3))
    colour = _ground(spec, (x, y, height), east * east + north * north, depth)
    light = LIGHT_LOOKS[spec.light.time]
    sun = sun_direction(spec.light)
    facing = (sun[2] - east * sun[0] - north * sun[1]) / (1 + east * east + north * north).sqrt()
    sunny, ambient = _row(light.sun, x), _row(light.ambient, x)
    open_sky = 0.75 + 0.25 * (1 + height / spec.land.relief_m).clamp(0, 1)
    dim = 0.62 if spec.light.time == "night" else 1.0
    lit = dim * colour * (ambient * open_sky[..., None] * 0.95 + sunny * facing.clamp(0, 1)[..., None] * 1.05)
    if spec.land.sea_level_m is None:
        return lit
    water = _water(spec, (x, y, depth), rays_3HW, second)
    is_water = (height < spec.land.sea_level_m + 0.02)[..., None]
    return torch.where(is_water, water, lit)


def _row(colour: tuple[float, ...], like: Tensor) -> Tensor:
    return torch.tensor(colour, device=like.device, dtype=like.dtype)


def _ground(spec: WorldSpec, place: tuple[Tensor, Tensor, Tensor], steepness: Tensor, depth: Tensor) -> Tensor:
    assert spec.land is not None
    look, (x, y, height) = LAND_LOOKS[spec.land.name], place
    share = (height / spec.land.relief_m + 0.5).clamp(0, 1)
    if spec.land.sea_level_m is not None:
        share = ((height - spec.land.sea_level_m) / (0.25 * spec.land.relief_m)).clamp(0, 1)
    bank = noise_bank(str(x.device))
    grain = noise_at(bank, FINE, x * 1.3, y * 1.3, is_smooth=True) / (1 + (depth / 60) ** 2)
    grain = grain + noise_at(bank, FINE, x * 0.22, y * 0.22, is_smooth=True) / (1 + (depth / 300) ** 2)
    colour = torch.lerp(_row(look.low, x), _row(look.high, x), share[..., None])
    bare = (
        ((steepness - 0.35) * 2.2).clamp(0, 1)[..., None]
        if spec.land.name != "desert"
        else torch.zeros(1, device=x.device)
    )
    colour = torch.lerp(colour, _row(look.rock, x), bare) * (1 + 0.07 * grain[..., None])
    cover = ((share - look.snow_from) * 9 + 0.4 * grain - steepness * 0.35).clamp(0, 1)
    if spec.weather.name == "snow":
        cover = torch.maximum(cover, (1.1 - steepness * 0.8).clamp(0, 0.94))
    return torch.lerp(colour, _row((0.92, 0.94, 0.97), x), cover[..., None])


def _water(spec: WorldSpec, place: tuple[Tensor, Tensor, Tensor], rays_3HW: Tensor, second: Tensor) -> Tensor:
    """Mirror the sky by Schlick's Fresnel term, with the sun's glitter on the waves."""
    x, y, depth = place
    light, sun = LIGHT_LOOKS[spec.light.time], sun_direction(spec.light)
    east, north = _wave_slopes(x, y, second)
    calm = 1 / (1 + (depth / 70) ** 1.5)
    east, north = east * calm, north * calm
    length = (rays_3HW * rays_3HW).sum(0).sqrt()
    ray = rays_3HW / length
    size = (1 + east * east + north * north).sqrt()
    cosine = ((ray[0] * east + ray[1] * north - ray[2]) / size).clamp(0.02, 1)
    mirror = 0.03 + 0.97 * (1 - cosine) ** 5
    up = (ray[2] + 2 * cosine / size).clamp(0, 1)
    sky = torch.lerp(_row(light.horizon, x), _row(light.zenith, x), (1 - torch.exp(-up * 3.2))[..., None])
    bounced = torch.stack([ray[0], ray[1], ray[2]]) + 2 * cosine / size * torch.stack(
        [-east, -north, torch.ones_like(east)]
    )
    toward = bounced[0] * sun[0] + bounced[1] * sun[1] + bounced[2] * sun[2]
    glint = toward.clamp(0, 1) ** 90 * 0.8
    body = _row(_WATER, x) * (_row(light.ambient, x) + _row(light.sun, x) * 0.6)
    return torch.lerp(body, sky, mirror[..., None]) + glint[..., None] * _row(light.sun, x)


def _hazed(spec: WorldSpec, colour: Tensor, depth: Tensor) -> Tensor:
    """Lay distance over the land, and fog, snow or rain over all."""
    light = LIGHT_LOOKS[spec.light.time]
    horizon = _row(light.horizon, colour)
    air = (1 - torch.exp(-depth / _HAZE_METRES))[..., None] * (depth < FAR_METRES)[..., None]
    colour = torch.lerp(colour, horizon, air * 0.85)
    if spec.weather.name == "clear":
        return colour
    grey = horizon * 0.35 + _row((0.72, 0.74, 0.77), colour) * (0.65 * (0.35 if spec.light.time == "night" else 1.0))
    reach = {"fog": 55.0, "snow": 160.0, "rain": 190.0}[spec.weather.name] / (0.4 + 1.2 * spec.weather.density)
    veil = (1 - torch.exp(-depth.clamp_max(400) / reach))[..., None]
    return torch.lerp(colour, grey, veil)
