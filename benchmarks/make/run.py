"""Measure the video model: does a clip show what was asked, do the joins hold, how long does it take; see README.md."""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from kinora.generate.architecture import architecture_of
from kinora.generate.condition import EMBEDDED_MODEL, Request
from kinora.generate.families.family import Family, Given, WindowRequest
from kinora.generate.loader import folder_of, open_model
from kinora.generate.operations import Material, Source, operation
from kinora.generate.run import generate_with
from kinora.media.film import Film
from kinora.media.frames import frames_at
from kinora.world.batches import render_clips
from kinora.world.captions import captions_of
from kinora.world.detector import score_clip
from kinora.world.sample import sample_spec
from kinora.world.spec import WorldSpec

FPS, NUM_FRAMES, SIDE = 8.0, 17, 64
FIRST_SEED = 3_100_000_000  # never trained on
MOST_THINGS = 2


def specs_of(split: str, number: int) -> Iterator[WorldSpec]:
    seed, given = FIRST_SEED, 0
    while given < number:
        spec = sample_spec(seed, family="objects", split=split, seconds=(NUM_FRAMES - 1) / FPS)
        seed += 1
        if len(spec.things) <= MOST_THINGS:
            given += 1
            yield spec


def window(family: Family, prompt: str, seed: int, steps: int, **changes: Any) -> WindowRequest:
    side = SIDE // family.facts.spatial_ratio
    asked = WindowRequest(
        prompt,
        "",
        (family.num_channels, (NUM_FRAMES - 1) // 4 + 1, side, side),
        FPS,
        True,
        (),
        None,
        1.0,
        seed,
        steps,
        3.0,
    )
    return replace(asked, **changes)


def made(family: Family, asked: WindowRequest) -> tuple[torch.Tensor, np.ndarray]:
    latents = family.denoise(asked, lambda *_: None)
    return latents, family.decode(latents)


def fidelity(family: Family, number: int, steps: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Score prompts, the same clips rendered, and those through the autoencoder: each figure has chance and ceiling."""
    found: dict[str, Any] = {}
    for split in ("seen", "held_out"):
        rows: dict[str, list[dict[str, bool]]] = {"made": [], "rendered": [], "autoencoder": [], "another prompt": []}
        specs = list(specs_of(split, number))
        for index, spec in enumerate(specs):
            tell(f"{split} {index + 1} of {number}")
            _, frames = made(family, window(family, captions_of(spec).short, index, steps))
            truth = render_clips(
                [spec.seed], height=SIDE, width=SIDE, num_frames=NUM_FRAMES, fps=FPS, family="objects", split=split
            ).pixels_BTHWC[0].numpy()  # fmt: skip
            rows["made"].append(score_clip(frames, FPS, spec))
            rows["rendered"].append(score_clip(truth, FPS, spec))
            rows["autoencoder"].append(score_clip(family.decode(family.encode(truth)), FPS, spec))
            rows["another prompt"].append(score_clip(frames, FPS, specs[(index + 1) % number]))
        found[split] = {name: _shares(scores) for name, scores in rows.items()}
    return found


def _shares(scores: list[dict[str, bool]]) -> dict[str, Any]:
    names = sorted({name for score in scores for name in score})
    return {name: round(float(np.mean([score[name] for score in scores if name in score])), 3) for name in names} | {
        "clips": len(scores)
    }


def joins(family: Family, steps: int) -> dict[str, Any]:
    """Measure what is given, the seam of a loop, the join of an extension, and how four lengths drift."""
    truth = render_clips([FIRST_SEED], height=SIDE, width=SIDE, num_frames=NUM_FRAMES, fps=FPS, family="objects")
    frames = truth.pixels_BTHWC[0].numpy()
    latents = family.encode(frames)
    ordinary = _step(frames)
    first = Given(latents[:, :1], 0, None, 1.0)
    _, from_picture = made(family, window(family, truth.captions[0], 1, steps, given=(first,)))
    prefix = Given(latents[:, :2], 0, None, 1.0)
    extended_latents, extended = made(family, window(family, truth.captions[0], 2, steps, given=(prefix,)))
    _, loop = made(
        family, window(family, truth.captions[0], 3, steps, given=(prefix, Given(latents[:, -2:], 3, None, 1.0)))
    )
    long = extended_latents
    for part in range(3):
        tail = Given(long[:, -2:], 0, None, 1.0)
        more, _ = made(family, window(family, truth.captions[0], 4 + part, steps, given=(tail,), has_first_frame=False))
        long = torch.cat([long, more[:, 2:]], dim=1)
    all_frames = family.decode(long)
    return {
        "given_picture_psnr_db": _psnr(from_picture[0], frames[0]),
        "autoencoder_psnr_db": _psnr(family.decode(latents), frames),
        "ordinary_frame_difference": ordinary,
        "extension_join_difference": _difference(extended[4], extended[5]),
        "loop_join_difference": _difference(loop[12], loop[13]),
        "drift_of_mean_brightness": round(float(abs(all_frames[-4:].mean() - all_frames[:4].mean())), 2),
        "long_ordinary_difference": _step(all_frames),
    }


def real_joins(family: Family, folder: Path, steps: int) -> dict[str, dict[str, float]]:
    """Extend real clips, as the model makes it and finished: the largest step near the join over the ordinary one."""
    found = {}
    for path in sorted(folder.rglob("*.mp4")):
        facts = _facts(path)
        if facts is None:
            continue
        row = {}
        for name, is_finished in (("as_made", False), ("finished", True)):
            request = operation("extend").request(
                Material(videos=(facts,), is_finished=is_finished), Request(width=128, height=64, steps=steps)
            )
            with tempfile.TemporaryDirectory() as scratch:
                clip = generate_with(family, request, Path(scratch), lambda *_: None)
                rate = request.shown_fps or request.fps
                times = [number / rate + 0.002 for number in range(clip.num_frames)]
                frames = [frame.rgb for frame in frames_at(clip.path, times, height=request.shown_height or 64)]
            steps_between = [_difference(one, other) for one, other in itertools.pairwise(frames)]
            seam = round(rate)  # a second is given
            near = steps_between[seam - 1 : seam + max(2, round(rate / 8))]
            row[f"{name}_join"], row[f"{name}_ordinary"] = max(near), round(float(np.median(steps_between[:seam])), 2)
        found[path.stem] = row
    return found


def _facts(path: Path) -> Source | None:
    """Return a clip of at least two seconds as operations take it, None where it is none."""
    with Film(path) as film:
        stream, first = film.stream, film.first.frame
        seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        rate = float(stream.guessed_rate or 25)
        return Source(path, seconds, 0.0, "", first.width, first.height, rate) if seconds >= 2.0 else None


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    return round(float(np.abs(one.astype(float) - other.astype(float)).mean()), 2)


def _step(frames: np.ndarray) -> float:
    return round(float(np.mean([_difference(one, other) for one, other in itertools.pairwise(frames)])), 2)


def _psnr(one: np.ndarray, other: np.ndarray) -> float:
    return round(float(10 * np.log10(255**2 / max(1e-9, ((one.astype(float) - other.astype(float)) ** 2).mean()))), 2)


def speed(model: str, family: Family, steps: int) -> dict[str, Any]:
    """Time clips of two seconds beside the stock pipeline with the same weights, sizes and steps."""
    from diffusers import DiffusionPipeline

    folder = folder_of(model)
    stock = DiffusionPipeline.from_pretrained(folder)
    stock.set_progress_bar_config(disable=True)
    architecture = architecture_of(folder)
    peak = _matmul_flop_a_second()
    found: dict[str, Any] = {"matmul_gflop_a_second": round(peak / 1e9, 1), "threads": torch.get_num_threads()}
    for side in (64, 128):
        shape = (family.num_channels, 5, side // 16, side // 16)
        asked = window(family, "a red ball rolls left", 0, steps, shape_CFHW=shape)
        made(family, replace(asked, steps=2))
        ours = _seconds(lambda asked=asked: made(family, asked))
        theirs = _seconds(
            lambda side=side: stock(
                prompt="a red ball rolls left", height=side, width=side, num_frames=17, frame_rate=8,
                num_inference_steps=steps, guidance_scale=3.0, output_type="np", max_sequence_length=48,
            )
        )  # fmt: skip
        denoise = _seconds(lambda asked=asked: family.denoise(asked, lambda *_: None))
        flop = 2 * steps * architecture.denoiser_flop(architecture.num_tokens(side, side, 17))
        found[f"{side}px"] = {
            "kinora_seconds": ours, "stock_seconds": theirs, "steps": steps,
            "model_flop_utilisation": round(flop / denoise / peak, 3),
        }  # fmt: skip
    return found


def _seconds(run: Callable[[], Any]) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return round(min(times), 3)


def _matmul_flop_a_second() -> float:
    one = torch.randn(1024, 1024)
    return 20 * 2 * 1024**3 / _seconds(lambda: [one @ one for _ in range(20)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=EMBEDDED_MODEL)
    parser.add_argument("--clips", type=int, default=64, help="a split")
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--media", type=Path, help="folder of real clips (.mp4) to extend and look at the joins of")
    parser.add_argument("--only-media", action="store_true", help="print the joins of real clips and nothing else")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    family = open_model(chosen.model)
    if chosen.only_media:
        print(json.dumps(real_joins(family, chosen.media, chosen.steps), indent=1))
        return
    found = {
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip(),
        "machine": platform.processor() or platform.machine(),
        "weights_hash": family.weights_hash,
        "steps": chosen.steps,
        "fidelity": fidelity(family, chosen.clips, chosen.steps, lambda said: print(said, end="\r", flush=True)),
        "joins": joins(family, chosen.steps)
        | ({"real_clips": real_joins(family, chosen.media, chosen.steps)} if chosen.media else {}),
        "speed": speed(chosen.model, family, chosen.steps),
    }
    print(json.dumps(found, indent=1))
    if chosen.out:
        chosen.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
