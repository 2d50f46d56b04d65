"""Train the detector's camera network; it joins the weights that `train_detector.py` wrote.

Run: `python benchmarks/worlds/train_camera.py --clips 6000 --weights src/kinora/world/detector.safetensors`
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import cross_entropy
from train_detector import degraded

from kinora.world.batches import render_clips
from kinora.world.detector_net import CAMERA_MOVES, SIDE, CameraNet, camera_input

FIRST_SEED = 700_000_000
NUM_FRAMES, FPS = 9, 4
VIEWS = 3  # times each clip is degraded anew
STEPS = 6000


def examples(num_clips: int) -> tuple[Tensor, Tensor]:
    """Render clips and return their motion and move, three degradations each."""
    generator = torch.Generator().manual_seed(5)
    motions, moves = [], []
    for first in range(FIRST_SEED, FIRST_SEED + num_clips, 32):
        batch = render_clips(
            range(first, first + 32), height=SIDE, width=SIDE, num_frames=NUM_FRAMES, fps=FPS,
            family="objects", split="held_out" if first % 128 == 0 else "seen",
        )  # fmt: skip
        rgb = batch.pixels_BTHWC.permute(0, 1, 4, 2, 3).float() / 255
        for clip, spec in zip(rgb, batch.specs, strict=True):
            motions += [camera_input(degraded(clip, generator)) for _ in range(VIEWS)]
            moves += [CAMERA_MOVES.index(spec.camera.move)] * VIEWS
        if (first - FIRST_SEED) % 640 == 0:
            print(first - FIRST_SEED, flush=True)
    return torch.stack(motions), torch.tensor(moves)


def main() -> None:
    """Train on most clips, print the share right on the rest, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=6000)
    parser.add_argument("--weights", type=Path, required=True)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    motions, moves = examples(arguments.clips)
    kept = len(moves) * 9 // 10 // VIEWS * VIEWS
    network = CameraNet()
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, STEPS)
    for step in range(STEPS):
        rows = torch.randint(kept, (256,))
        loss = cross_entropy(network(motions[rows]), moves[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 500 == 499:
            right = float((network(motions[kept:]).argmax(1) == moves[kept:]).float().mean())
            print(f"{step + 1} loss {loss.item():.3f} right on the rest {right:.3f}", flush=True)
    tensors = {name: value for name, value in load_file(str(arguments.weights)).items() if name.startswith("things.")}
    tensors |= {f"camera.{name}": value.half().contiguous() for name, value in network.state_dict().items()}
    save_file(tensors, str(arguments.weights))


if __name__ == "__main__":
    main()
