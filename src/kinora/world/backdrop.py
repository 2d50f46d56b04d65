"""The ground, the sky and the far hills, by pixel: what stands behind the things."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from kinora.world.looks import COARSE, FINE, GROUND_LOOKS, LIGHT_LOOKS, noise_at, noise_bank, sun_direction
from kinora.world.solids import Cameras
from kinora.world.spec import WorldSpec

FAR_METRES = 1000.0
_HAZE_METRES = 55.0


@dataclass(frozen=True)
class Backdrop:
    """Pictures (P, H, W, 3) in [0, 1] and their depth (P, H, W) in metres along the view axis."""

    rgb_PHW3: Tensor
    depth_PHW: Tensor


def plane_backdrop(spec: WorldSpec, cameras: Cameras, poses: slice) -> Backdrop:
    """Draw the flat ground under the sky for some cameras of the batch."""
    rays_3PHW = all_rays(cameras, poses)
    origin = cameras.origin_F3[poses]
    height = origin[:, 2, None, None]
    falls = (-rays_3PHW[2]).clamp_min(1e-4)
    depth = (height / falls).clamp_max(FAR_METRES)
    x = origin[:, 0, None, None] + depth * rays_3PHW[0]
    y = origin[:, 1, None, None] + depth * rays_3PHW[1]
    ground = ground_colour(spec, x, y, depth, cameras)
    look = LIGHT_LOOKS[spec.light.time]
    haze = (1 - torch.exp(-depth / _HAZE_METRES))[..., None]
    ground = torch.lerp(ground, _row(look.horizon, ground), haze)
    sky = sky_colour(spec, rays_3PHW, with_hills=True)
    pixel = float(cameras.rays_F33[0, :, 1].norm()) * 2 / cameras.height
    share = (rays_3PHW[2] / pixel + 0.5).clamp(0, 1)[..., None]
    depth = torch.where(rays_3PHW[2] < 0, depth, FAR_METRES)
    return Backdrop(torch.lerp(ground, sky, share), depth)


def all_rays(cameras: Cameras, poses: slice) -> Tensor:
    """Return the world ray of every pixel centre, (3, P, H, W), forward part 1."""
    device = cameras.origin_F3.device
    u = (torch.arange(cameras.width, device=device) + 0.5) * (2 / cameras.width) - 1
    v = 1 - (torch.arange(cameras.height, device=device) + 0.5) * (2 / cameras.height)
    turned = cameras.rays_F33[poses]
    across = turned[:, :, 0, None, None] * u
    up = turned[:, :, 1, None, None] * v[:, None]
    return (across + (up + turned[:, :, 2, None, None])).transpose(0, 1)


def _row(colour: tuple[float, ...], like: Tensor) -> Tensor:
    return torch.tensor(colour, device=like.device, dtype=like.dtype)


def ground_light(spec: WorldSpec) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return what the sun and what the sky give to level ground, by channel."""
    look = LIGHT_LOOKS[spec.light.time]
    rise = sun_direction(spec.light)[2]
    steep = 0.45 + 0.55 * rise  # ground is rough: a low sun still lights it
    return tuple(part * steep for part in look.sun), look.ambient


def ground_colour(spec: WorldSpec, x: Tensor, y: Tensor, depth: Tensor, cameras: Cameras) -> Tensor:
    """Return the lit ground at places in metres; detail fades where it gets finer than a pixel."""
    look = GROUND_LOOKS[spec.ground]
    bank = noise_bank(str(x.device))
    is_smooth = cameras.height > 96
    shift = (spec.seed % 251) * 1.0
    foot = depth * depth * (0.9 / min(cameras.height, cameras.width)) / 2.4
    coarse = noise_at(bank, COARSE, x * 6 + shift, y * 6 + shift, is_smooth=is_smooth)
    tone = coarse * look.coarse / (1 + (foot / 4.0) ** 2)
    if look.fine:
        fine = noise_at(bank, FINE, x * 22 + shift, y * 22, is_smooth=is_smooth)
        tone = tone + fine * look.fine / (1 + (foot / 0.35) ** 2)
    tone = tone + _pattern(spec.ground, x, y, foot, bank)
    sun, ambient = ground_light(spec)
    lit = [max(0.0, a + b) for a, b in zip(sun, ambient, strict=True)]
    base = _row(tuple(c * g for c, g in zip(look.colour, lit, strict=True)), x)
    varied = _row(tuple(c * g for c, g in zip(look.tint, lit, strict=True)), x)
    return base + tone[..., None] * varied


def _pattern(ground: str, x: Tensor, y: Tensor, foot: Tensor, bank: Tensor) -> Tensor:
    """Return tone added by what people lay: tiles, planks; and by the wind on sand."""
    if ground == "tiles":
        squares = torch.sin(x * math.pi) * torch.sin(y * math.pi)
        return 0.085 * torch.tanh(squares / (0.05 + foot * 1.6)) / (1 + (foot / 1.2) ** 2)
    if ground == "wood":
        plank = torch.floor(x * 1.6)
        tone = noise_at(bank, COARSE, plank * 37, plank * 91, is_smooth=False) * 0.035
        grain = noise_at(bank, FINE, x * 60, y * 4 + plank * 17, is_smooth=False) * 0.018
        gap = torch.cos(x * 1.6 * 2 * math.pi).clamp_min(0) ** 12 * 0.10
        return tone + (grain - gap) / (1 + (foot / 0.35) ** 2)
    if ground == "sand":
        return 0.018 * torch.sin(y * 9 + torch.sin(x * 1.3) * 1.5) / (1 + (foot / 0.3) ** 2)
    return torch.zeros_like(x)


def sky_colour(spec: WorldSpec, rays_3PHW: Tensor, *, with_hills: bool) -> Tensor:
    """Return the sky in the direction of each ray: gradient, sun, clouds, and hills on the horizon."""
    look = LIGHT_LOOKS[spec.light.time]
    length = (rays_3PHW * rays_3PHW).sum(0).sqrt()
    rise = rays_3PHW[2] / length
    up = rise.clamp_min(0)
    sky = torch.lerp(_row(look.horizon, up), _row(look.zenith, up), (1 - torch.exp(-up * 3.2))[..., None])
    if spec.weather.clouds > 0.05:
        sky = _clouded(spec, sky, rays_3PHW, up * length, look.cloud)
    sun = sun_direction(spec.light)
    toward = (sum(rays_3PHW[axis] * sun[axis] for axis in range(3)) / length).clamp_min(0)
    sky = sky + (toward**24)[..., None] * _row(look.glow, up)
    if not with_hills:
        return sky
    azimuth = torch.atan2(rays_3PHW[0], rays_3PHW[1])
    phase = spec.seed % 97
    hills = 0.05 + 0.028 * torch.sin(azimuth * 6 + phase) + 0.016 * torch.sin(azimuth * 13 + phase * 2.3)
    return torch.lerp(sky, _row(look.hill, up), ((hills - rise) / 0.012 + 0.5).clamp(0, 1)[..., None])


def _clouded(spec: WorldSpec, sky: Tensor, rays_3PHW: Tensor, rise: Tensor, colour: tuple[float, ...]) -> Tensor:
    bank = noise_bank(str(sky.device))
    flat = 14.0 / (rise + 0.12)
    shift = float(spec.seed % 241)
    noise = noise_at(bank, COARSE, rays_3PHW[0] * flat + shift, rays_3PHW[1] * flat + shift, is_smooth=True)
    cover = ((noise + 2.2 * (spec.weather.clouds - 0.5) - 0.35) * 0.75).clamp(0, 1)
    return torch.lerp(sky, _row(colour, sky), (cover * 0.8 * (rise * 6).clamp(0, 1))[..., None])
