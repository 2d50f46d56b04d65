"""Train the network that finds things, on the worlds' own pictures, sharp and degraded; `train_camera.py` comes after.

Run: `python benchmarks/worlds/train_detector.py --minutes 20 --out src/kinora/world/detector.safetensors`
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, interpolate

from kinora.world.batches import ClipBatch, render_clips
from kinora.world.detector_net import SIDE, STRIDE, ThingNet
from kinora.world.kinds import OBJECT_COLOURS, OBJECT_SHAPES
from kinora.world.project import Sighting, sightings
from kinora.world.simulate import simulate_many

FIRST_SEED = 500_000_000
FRAMES_OF_CLIP = 4
NUM_FRAMES, FPS = 5, 2  # two seconds, a quarter of the frames of a clip


def degraded(rgb_BCHW: Tensor, generator: torch.Generator) -> Tensor:
    """Blur, coarsen, tint and add noise, as a small VAE would."""

    def dice() -> float:
        return float(torch.rand((), generator=generator))

    if dice() < 0.35:
        return rgb_BCHW
    if dice() < 0.5:
        share = dice()
        small = interpolate(rgb_BCHW, scale_factor=0.5, mode="area")
        coarse = interpolate(small, size=rgb_BCHW.shape[-2:], mode="bilinear", align_corners=False)
        rgb_BCHW = torch.lerp(rgb_BCHW, coarse, share)
    tint = 1 + 0.05 * (torch.rand(len(rgb_BCHW), 3, 1, 1, generator=generator) - 0.5)
    noise = torch.randn(rgb_BCHW.shape, generator=generator) * 0.035 * dice()
    if dice() < 0.5:
        patch = torch.randn(*rgb_BCHW.shape[:2], 16, 16, generator=generator) * 0.03 * dice()
        noise = noise + interpolate(patch, size=rgb_BCHW.shape[-2:], mode="bilinear", align_corners=False)
    return (rgb_BCHW * tint + noise).clamp(0, 1)


def targets(seen: list[list[Sighting]], height: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return heat (B, h, w), its weight, and rows (frame, y, x, colour, shape, log radius, dx, dy) of things."""
    rows_y = torch.arange(height // STRIDE)[:, None] + 0.5
    rows_x = torch.arange(width // STRIDE)[None] + 0.5
    heat = torch.zeros(len(seen), height // STRIDE, width // STRIDE)
    weight = torch.ones_like(heat)
    rows = []
    for number, things in enumerate(seen):
        for thing in things:
            x, y, radius = (value * height / STRIDE for value in (thing.x, thing.y, thing.radius))
            squared = (rows_x - x) ** 2 + (rows_y - y) ** 2
            spot = torch.exp(-squared / (2 * max(0.8, radius * 0.28) ** 2))
            if not thing.is_plain:
                weight[number] = torch.minimum(weight[number], 1 - (spot > 0.1).float())
                continue
            heat[number] = torch.maximum(heat[number], spot)
            i, j = int(x), int(y)
            if 0 <= i < heat.shape[2] and 0 <= j < heat.shape[1]:
                heat[number, j, i] = 1.0
                rows.append((number, j, i, OBJECT_COLOURS.index(thing.colour), OBJECT_SHAPES.index(thing.shape),
                             float(torch.tensor(radius).log()), x - i - 0.5, y - j - 0.5))  # fmt: skip
    return heat, weight, torch.tensor(rows).reshape(-1, 8)


def thing_loss(maps: Tensor, heat: Tensor, weight: Tensor, rows: Tensor) -> Tensor:
    """Focal loss on centres (Law & Deng 2018), cross entropy and L1 at them."""
    logit = maps[:, 0]
    is_centre = heat == 1
    raw = binary_cross_entropy_with_logits(logit, is_centre.float(), reduction="none")
    chance = logit.sigmoid()
    focal = torch.where(is_centre, (1 - chance) ** 2, chance**2 * (1 - heat) ** 4) * raw * weight
    frame, y, x = (rows[:, place].long() for place in range(3))
    # also a ring of neighbours learns colour and shape: what is read need not be the exact centre
    at = maps[frame, :, y, x]
    num_colours, num_shapes = len(OBJECT_COLOURS), len(OBJECT_SHAPES)
    colour = cross_entropy(at[:, 1 : 1 + num_colours], rows[:, 3].long())
    shape = cross_entropy(at[:, 1 + num_colours : 1 + num_colours + num_shapes], rows[:, 4].long())
    place = 2 * (at[:, -3:] - rows[:, 5:]).abs().mean()
    return focal.sum() / max(1, len(rows)) + colour + 1.5 * shape + place


def batch_of(step: int, clips: int) -> tuple[ClipBatch, list[list[list[Sighting]]]]:
    """Render the step's clips and list what each frame shows."""
    first = FIRST_SEED + step * clips
    split = "seen" if step % 4 else "held_out"
    batch = render_clips(
        range(first, first + clips), height=SIDE, width=SIDE, num_frames=NUM_FRAMES, fps=FPS, family="objects",
        split=split,
    )  # fmt: skip
    paths = simulate_many(batch.specs, num_frames=NUM_FRAMES, fps=FPS)
    return batch, [sightings(spec, path, width_over_height=1.0) for spec, path in zip(batch.specs, paths, strict=True)]


def main() -> None:
    """Train for the minutes given, saving every 20 steps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--clips", type=int, default=16)
    parser.add_argument("--start", type=Path, help="go on from these weights")
    parser.add_argument("--first-step", type=int, default=0, help="skip the clips of a run that is gone on from")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    things = ThingNet().to(memory_format=torch.channels_last)
    if arguments.start:
        begun = load_file(str(arguments.start))
        things.load_state_dict(
            {n.removeprefix("things."): t.float() for n, t in begun.items() if n.startswith("things.")}
        )
    parameters = list(things.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=1e-4)
    began, step = time.monotonic(), 0
    while (part := (time.monotonic() - began) / (60 * arguments.minutes)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = arguments.rate * min(1.0, (step + 1) / 30) * min(1.0, 2.2 * (1 - part)) + 1e-5
        batch, seen = batch_of(step + arguments.first_step, arguments.clips)
        rgb = batch.pixels_BTHWC.permute(0, 1, 4, 2, 3).float() / 255
        frames = torch.randint(NUM_FRAMES, (arguments.clips, FRAMES_OF_CLIP), generator=generator)
        picked = torch.cat([rgb[number, frames[number]] for number in range(arguments.clips)])
        shown = [seen[number][int(frame)] for number in range(arguments.clips) for frame in frames[number]]
        picked = torch.cat([degraded(part, generator) for part in picked.split(20)])
        loss = thing_loss(things(picked.contiguous(memory_format=torch.channels_last)), *targets(shown, SIDE, SIDE))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        step += 1
        if step % 20 == 0:
            print(f"{step} {part:.2f} loss {loss.item():.3f}", flush=True)
            save(things, arguments.out)
    save(things, arguments.out)


def save(things: ThingNet, path: Path) -> None:
    """Write the network in half precision."""
    tensors = {f"things.{name}": value.half().contiguous() for name, value in things.state_dict().items()}
    save_file(tensors, str(path))


if __name__ == "__main__":
    main()
