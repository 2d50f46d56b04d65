"""How fast are worlds made, and does the detector read them back? Prints and writes one JSON document.

Run: `python benchmarks/worlds/measure.py --out benchmarks/worlds/results/worlds.json`
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import interpolate

from kinora.engine.pool import num_processors
from kinora.world.batches import render_clips
from kinora.world.detector import parse_clip, score_parsed
from kinora.world.render import render
from kinora.world.sample import sample_spec
from kinora.world.shards import ShardPlan, write_shards

SHARDS = ShardPlan(8, family="objects", num_frames=33, fps=16.0, clips_of_shard=4)
FIRST_TRUE_SEED = 900_000_000  # far from the seeds that the networks were trained on


def training_clips() -> dict[str, float]:
    """Milliseconds a clip of 17 frames of 64 x 64 on one thread, by family."""
    torch.set_num_threads(1)
    found = {}
    for family in ("objects", "landscapes", "figures"):
        times = []
        for _ in range(4):
            began = time.process_time()
            render_clips(range(32), height=64, width=64, num_frames=17, fps=8, family=family)  # type: ignore[arg-type]
            times.append((time.process_time() - began) / 32 * 1000)
        found[family] = round(min(times), 1)
    return found


def data_sets() -> dict[str, float]:
    """Frames a second of processor time of `kinora worlds render` at 512 x 288, depth, labels and encoding included."""
    torch.set_num_threads(1)
    found = {}
    for family in ("objects", "figures", "landscapes"):
        with TemporaryDirectory() as folder:
            plan = replace(SHARDS, family=family)
            began = time.process_time()
            write_shards(plan, Path(folder), num_processes=1)
            found[family] = round(plan.num_clips * plan.num_frames / (time.process_time() - began), 1)
    return found


def renderers() -> dict[str, Any]:
    """Frames a second of processor time at 512 x 288 with depth and labels, not encoded: torch beside MuJoCo."""
    torch.set_num_threads(1)
    specs = [sample_spec(seed) for seed in range(6)]
    found: dict[str, Any] = {}
    for backend in ("torch", "mujoco"):
        render(specs[0], backend=backend, height=288, width=512, num_frames=2, fps=16)  # type: ignore[arg-type]
        began = time.process_time()
        notes = {render(s, backend=backend, height=288, width=512, num_frames=17, fps=8).note for s in specs}  # type: ignore[arg-type]
        found[backend] = round(17 * len(specs) / (time.process_time() - began), 1)
        if notes != {""}:
            found[f"{backend}_note"] = " ".join(sorted(notes))
    return found


def degraded(rgb_THWC: NDArray[np.uint8], random: np.random.Generator) -> tuple[NDArray[np.uint8], float]:
    """Blur and add noise as a small VAE would; return the clip and its PSNR in dB."""
    true = torch.from_numpy(rgb_THWC).permute(0, 3, 1, 2).float()
    coarse = interpolate(interpolate(true, scale_factor=0.5, mode="area"), size=true.shape[-2:], mode="bilinear")
    worse = torch.lerp(true, coarse, 0.55) + torch.from_numpy(random.normal(0, 4.0, true.shape)).float()
    worse = worse.clamp(0, 255).round()
    psnr = 10 * np.log10(255**2 / float(((worse - true) ** 2).mean()))
    return worse.permute(0, 2, 3, 1).numpy().astype(np.uint8), psnr


def detector(num_clips: int) -> dict[str, Any]:
    """Share right of each attribute on true clips of seeds never trained on, sharp and degraded; half held out."""
    random = np.random.default_rng(0)
    scores: dict[str, dict[str, list[bool]]] = {"sharp": defaultdict(list), "degraded": defaultdict(list)}
    psnr = []
    for first in range(FIRST_TRUE_SEED, FIRST_TRUE_SEED + num_clips, 32):
        split = "seen" if first // 32 % 2 else "held_out"
        batch = render_clips(
            range(first, first + 32), height=64, width=64, num_frames=17, fps=8, family="objects", split=split
        )
        for clip, spec in zip(batch.pixels_BTHWC.numpy(), batch.specs, strict=True):
            worse, quality = degraded(clip, random)
            psnr.append(quality)
            for name, shown in (("sharp", clip), ("degraded", worse)):
                for attribute, is_right in score_parsed(parse_clip(shown, 8.0), spec).items():
                    scores[name][attribute].append(is_right)
    return {
        "num_clips": len(psnr), "psnr_db": round(float(np.mean(psnr)), 1),
        **{
            name: {attribute: [round(float(np.mean(row)), 3), len(row)] for attribute, row in rows.items()}
            for name, rows in scores.items()
        },
    }  # fmt: skip


def main() -> None:
    """Measure what is asked for; all by default."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", choices=["training", "data_sets", "renderers", "detector"], nargs="*")
    parser.add_argument("--clips", type=int, default=320)
    arguments = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    asked = {  # what is asked for: its name in the results, and how it is measured
        "training": ("training_ms_per_clip", training_clips),
        "data_sets": ("data_set_frames_per_processor_second_512x288", data_sets),
        "renderers": ("render_frames_per_processor_second_512x288", renderers),
        "detector": ("detector", lambda: detector(arguments.clips)),
    }  # fmt: skip
    found: dict[str, Any] = json.loads(arguments.out.read_text()) if arguments.out and arguments.out.exists() else {}
    found |= {"commit": commit, "processors": num_processors(), "machine": platform.machine()}
    for name in arguments.only or asked:
        key, measure = asked[name]
        found[key] = measure()  # type: ignore[operator]
        print(key, json.dumps(found[key]), flush=True)
    if arguments.out:
        arguments.out.parent.mkdir(exist_ok=True)
        arguments.out.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
