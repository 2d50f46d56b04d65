"""Generate a clip: conditions → latents, window by window → frames → a file with its recipe.

Runs in a confined child of the worker. State is saved every few steps and before decoding, so a killed run goes on.

Letters: C channels, F latent frames, H and W latent rows and columns, T frames.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from kinora.generate.condition import Request, checked
from kinora.generate.families.family import Family, Frames, Given, WindowRequest
from kinora.generate.families.refusal import refuse_what_it_cannot
from kinora.generate.families.table import facts_of
from kinora.generate.finish import finished
from kinora.generate.given import Canvas, given_by, start_latents
from kinora.generate.guide import guide_of
from kinora.generate.hold import Hold, hold_of
from kinora.generate.keeper import WindowKeeper
from kinora.generate.loader import best_device, folder_of, open_model
from kinora.generate.recipe import recipe_as_comment, recipe_of
from kinora.generate.windows import Window, num_frames_of, num_latent_frames_of, plan_windows
from kinora.media.clip_writer import ClipFormat, ClipWords, write_clip

Report = Callable[[float, str], None]


@dataclass(frozen=True)
class Generated:
    """What a generation leaves in its folder: a clip, its latents and its recipe."""

    path: Path
    latents_path: Path
    num_frames: int
    seconds_taken: float
    recipe: dict[str, Any]


def generate(request: Request, out_dir: Path, report: Report, num_threads: int = 2) -> Generated:
    """Make the clip of a request into `out_dir/clip.mp4`; what `out_dir` holds of an earlier, killed run is used.

    Raises:
        InputError: a request, condition or model that can't be used. WeightsMissing: the model is not here.
    """
    torch.set_num_threads(num_threads)
    refuse_what_it_cannot(checked(request), facts_of(folder_of(request.model)))
    report(0.0, "Opening the model")
    family = open_model(request.model)
    return generate_with(family, request, out_dir, report)


def generate_with(family: Family, request: Request, out_dir: Path, report: Report) -> Generated:
    """Make the clip with a model that is open."""
    began = time.monotonic()
    canvas = canvas_of(request, family)
    latents_path = out_dir / "latents.safetensors"
    guide = guide_of(request, canvas)
    hold = hold_of(guide, family, canvas) if guide else None
    if latents_path.exists():
        latents_CFHW = load_file(latents_path)["latents_CFHW"]
    else:
        latents_CFHW = _denoised(family, request, canvas, hold, out_dir, report)
        save_file({"latents_CFHW": latents_CFHW.contiguous()}, latents_path)
    report(0.95, "Decoding")
    frames_THWC = family.decode(latents_CFHW)
    frames = iter(frames_THWC)
    if hold is not None:
        report(0.97, "Joining it to what was given")
        frames = finished(frames_THWC, hold, family.decode(hold.latents_CFHW), request, canvas)
    recipe = recipe_of(request, family.weights_hash, best_device())
    counted = _Counted(frames)
    rate = canvas.shown_fps if hold is not None else request.fps
    path = _write(out_dir / "clip.mp4", counted, rate, request, recipe)
    return Generated(path, latents_path, counted.num_frames, time.monotonic() - began, recipe)


def canvas_of(request: Request, family: Family) -> Canvas:
    """Return the clip's size as the family can make it: sides rounded to its multiple, length to its latent frames."""
    multiple, ratio = family.facts.size_multiple, family.facts.temporal_ratio
    return Canvas(
        max(multiple, round(request.width / multiple) * multiple),
        max(multiple, round(request.height / multiple) * multiple),
        num_frames_of(request.seconds, request.fps, ratio),
        request.fps,
        ratio,
        request.shown_width if request.shown_height else 0,
        request.shown_height,
        request.shown_fps or request.fps,
    )


def _denoised(
    family: Family, request: Request, canvas: Canvas, hold: Hold | None, out_dir: Path, report: Report
) -> torch.Tensor:
    facts = family.facts
    windows = plan_windows(
        num_latent_frames_of(canvas.num_frames, canvas.temporal_ratio),
        facts.longest_window,
        facts.overlap,
        request.prompts,
        canvas.fps / canvas.temporal_ratio,
    )
    given = given_by(request, family, canvas)
    start = start_latents(request.start, family, canvas) if request.start else None
    if hold is not None and start is None and hold.noise < 1.0:
        request, start = hold.request(request), hold.latents_CFHW
    made: torch.Tensor | None = None
    for number, window in enumerate(windows):
        keeper = WindowKeeper(out_dir, number, len(windows), request, family, report)
        latents = keeper.finished()
        if latents is None:
            asked = window_request(request, window, canvas, family, (*given, *_carried(made, window)), start)
            latents = family.denoise(replace(asked, resume=keeper.state()), keeper.on_step)
            keeper.finish(latents)
        made = latents if made is None else torch.cat([made, latents[:, window.num_carried :]], dim=1)
    assert made is not None  # a clip has at least one window
    return made.float().cpu()


def _carried(made: torch.Tensor | None, window: Window) -> tuple[Given, ...]:
    """Return the end of what is made, as latents: pixels encoded again would drift."""
    if made is None or not window.num_carried:
        return ()
    return (Given(made[:, window.start : window.start + window.num_carried], window.start, None, 1.0),)


def window_request(
    request: Request,
    window: Window,
    canvas: Canvas,
    family: Family,
    given: tuple[Given, ...],
    start: torch.Tensor | None,
) -> WindowRequest:
    """Return the denoising of one window, with the conditions that fall into it."""
    spatial = family.facts.spatial_ratio
    rows, columns = canvas.height // spatial, canvas.width // spatial
    return WindowRequest(
        prompt=window.prompt,
        negative_prompt=request.negative_prompt,
        shape_CFHW=(family.num_channels, window.end - window.start, rows, columns),
        fps=canvas.fps,
        has_first_frame=window.start == 0,
        given=tuple(moved for one in given if (moved := _moved(one, window, canvas.temporal_ratio))),
        start_CFHW=None if start is None else start[:, window.start : window.end],
        noise=request.noise,
        seed=request.seed + window.start,
        steps=request.steps,
        guidance_scale=request.guidance_scale,
    )


def _moved(given: Given, window: Window, ratio: int) -> Given | None:
    """Return a condition as the window sees it, None where it lies outside."""
    if given.at is None:
        first_frame = 0 if window.start == 0 else (window.start - 1) * ratio + 1
        num_frames = (window.end - window.start) * ratio - (ratio - 1 if window.start == 0 else 0)
        at_frame = (given.at_frame or 0.0) - first_frame
        return replace(given, at_frame=at_frame) if 0 <= at_frame < num_frames else None
    num = given.latents_CFHW.shape[1]
    begin, end = max(given.at, window.start), min(given.at + num, window.end)
    if begin >= end:
        return None
    return replace(
        given, latents_CFHW=given.latents_CFHW[:, begin - given.at : end - given.at], at=begin - window.start
    )


class _Counted:
    """Frames as they pass by, counted; the first one may be looked at before."""

    def __init__(self, frames: Iterator[Frames]) -> None:
        self._frames = frames
        self.first = next(frames)
        self.num_frames = 0

    def __iter__(self) -> Iterator[Frames]:
        for frame in chain((self.first,), self._frames):
            self.num_frames += 1
            yield frame


def _write(path: Path, frames: _Counted, fps: float, request: Request, recipe: dict[str, Any]) -> Path:
    """Write the clip, its rate kept exactly; the recipe stands in the file's comment."""
    height, width = frames.first.shape[:2]
    how = ClipFormat(
        width=width, height=height, frame_rate=Fraction(fps).limit_denominator(1001), crf=12, preset="medium"
    )
    words = ClipWords(title=request.prompt[:200], comment=recipe_as_comment(recipe))
    return write_clip(path, frames, None, how, words)
