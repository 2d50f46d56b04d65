"""Denoise the whole stack, or key-frames and then in-betweens? Time, operations and fidelity of both; see README.md."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from plot import plot_of
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from kinora.generate.architecture import Architecture, architecture_of
from kinora.generate.condition import EMBEDDED_MODEL
from kinora.generate.families.family import Family, Given, WindowRequest
from kinora.generate.loader import folder_of, open_model
from kinora.generate.two_ways import two_ways
from kinora.world.captions import captions_of
from kinora.world.detector import score_clip
from kinora.world.sample import sample_spec

FPS, EVERY = 8.0, 4
FIRST_SEED = 3_200_000_000
# Published numbers of a large public model (Wan 2.2 A14B), to price lengths that no machine here can run.
WAN = Architecture("WanPipeline (14B)", 40, 5120, 13824, 16, 512, 16, 4, 0)


def request(family: Family, prompt: str, seed: int, num_latents: int, side: int, **changes: Any) -> WindowRequest:
    cells = side // family.facts.spatial_ratio
    settings = {
        "has_first_frame": True, "given": (), "start_CFHW": None, "noise": 1.0, "steps": 24, "guidance_scale": 3.0,
        "fps": FPS,
    } | changes  # fmt: skip
    return WindowRequest(prompt, "", (family.num_channels, num_latents, cells, cells), seed=seed, **settings)


def whole(family: Family, prompt: str, seed: int, num_latents: int, side: int, steps: int) -> torch.Tensor:
    return family.denoise(request(family, prompt, seed, num_latents, side, steps=steps), lambda *_: None)


def by_key_frames(family: Family, prompt: str, seed: int, num_latents: int, side: int, steps: int) -> torch.Tensor:
    """Make every fourth latent frame at once, at a quarter of the rate, then fill each gap with both ends given."""
    num_keys = (num_latents - 1) // EVERY + 1
    keys = family.denoise(request(family, prompt, seed, num_keys, side, steps=steps, fps=FPS / EVERY), lambda *_: None)
    parts = [keys[:, :1]]
    for gap in range(num_keys - 1):
        ends = (Given(keys[:, gap : gap + 1], 0, None, 1.0), Given(keys[:, gap + 1 : gap + 2], EVERY, None, 1.0))
        asked = request(family, prompt, seed + gap, EVERY + 1, side, steps=steps, given=ends, has_first_frame=gap == 0)
        parts.append(family.denoise(asked, lambda *_: None)[:, 1:])
    return torch.cat(parts, dim=1)


def measured(run: Callable[[], torch.Tensor]) -> dict[str, float]:
    run()
    wall, cpu = [], []
    for _ in range(2):
        began, used = time.perf_counter(), time.process_time()
        run()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    counter = FlopCounterMode(display=False)
    with sdpa_kernel(SDPBackend.MATH), counter:  # the counter does not see the CPU's fused attention
        run()
    return {
        "seconds": round(min(wall), 2),
        "cpu_seconds": round(min(cpu), 2),
        "gflop": round(counter.get_total_flops() / 1e9, 1),
    }


def fidelity(family: Family, make: Callable[..., torch.Tensor], num_clips: int, steps: int) -> dict[str, float]:
    scores, smooth = [], []
    for index in range(num_clips):
        spec = sample_spec(FIRST_SEED + index, family="objects", seconds=4.0)
        frames = family.decode(make(family, captions_of(spec).short, index, 9, 64, steps)).astype(float)
        scores.append(score_clip(frames.astype(np.uint8), FPS, spec))
        steps_between = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2, 3))
        smooth.append(float(steps_between.max() / max(1e-6, np.median(steps_between))))
    names = ("count", "colour", "shape", "direction")
    shares = {
        name: round(float(np.mean([score[name] for score in scores if name in score])), 3)
        for name in names
        if any(name in score for score in scores)
    }
    return shares | {"largest_step_over_median": round(float(np.median(smooth)), 2), "clips": num_clips}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=EMBEDDED_MODEL)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    family, architecture = open_model(chosen.model), architecture_of(folder_of(chosen.model))
    rows = []
    for side, num_latents in ((64, 5), (64, 9), (64, 17), (128, 9), (128, 17)):
        ways = {"whole": whole, "key_frames": by_key_frames}
        found = {
            name: measured(
                lambda make=make, n=num_latents, s=side: make(family, "a red ball rolls left", 0, n, s, chosen.steps)
            )
            for name, make in ways.items()
        }
        priced = two_ways(
            architecture,
            tokens_a_frame=(side // 16) ** 2,
            num_latent_frames=num_latents,
            every=EVERY,
            steps=chosen.steps,
        )
        rows.append(
            {"side": side, "latent_frames": num_latents, "seconds_of_video": (num_latents - 1) * 4 / FPS, **found}
            | {
                "measured_time_ratio": round(found["key_frames"]["seconds"] / found["whole"]["seconds"], 2),
                "measured_cpu_ratio": round(found["key_frames"]["cpu_seconds"] / found["whole"]["cpu_seconds"], 2),
                "measured_flop_ratio": round(found["key_frames"]["gflop"] / found["whole"]["gflop"], 2),
                "priced_flop_ratio": round(priced.ratio, 2),
                "priced_whole_gflop": round(priced.whole_flop / 1e9, 1),
            }
        )
        print(json.dumps(rows[-1]), flush=True)
    large = [
        {"latent_frames": n, "same_steps": round(two_ways(WAN, tokens_a_frame=3600, num_latent_frames=n).ratio, 2),
         "eight_of_forty_steps": round(
             two_ways(WAN, tokens_a_frame=3600, num_latent_frames=n, in_between_steps=8).ratio, 2)}
        for n in (21, 41, 81)
    ]  # fmt: skip
    result = {
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip(),
        "machine": platform.processor() or platform.machine(),
        "weights_hash": family.weights_hash,
        "lengths": rows,
        "large_public_model_720p": large,
        "fidelity": {name: fidelity(family, make, chosen.clips, chosen.steps) for name, make in
                     (("whole", whole), ("key_frames", by_key_frames))},
    }  # fmt: skip
    print(json.dumps(result["fidelity"]))
    if chosen.out:
        chosen.out.write_text(json.dumps(result, indent=1) + "\n")
        chosen.out.with_name("plot.svg").write_text(plot_of(result))


if __name__ == "__main__":
    main()
