"""What the confined child of a `make` job does. No Django here."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kinora.generate.calibration import Calibration
from kinora.generate.condition import Request

_MAX_THREADS = 16
_NICENESS = 5  # making videos playable and findable comes first


@dataclass(frozen=True)
class Made:
    """The clip in its folder."""

    num_frames: int
    seconds_taken: float
    recipe: dict[str, Any] = field(default_factory=dict)


def make_clip(
    request: Request,
    model: Path,
    out_dir: Path,
    report: Callable[[float, str], None],
    num_threads: int,
    peak_bytes: int | None,
) -> Made:
    """Make a request's clip in its folder with the model of a folder, going on from what an earlier attempt left.

    `peak_bytes` is the memory that the plan says the clip takes; where the networks lie follows from it.
    """
    os.nice(_NICENESS)
    os.chdir(out_dir)  # the request names what it was given by `given/…`: a recipe holds no path of this machine
    import torch

    from kinora.generate.loader import open_model
    from kinora.generate.run import generate_with

    torch.set_num_threads(num_threads)
    report(0.0, "Opening the model")
    named = replace(request, model=model_name(request.model))
    made = generate_with(open_model(str(model), peak_bytes=peak_bytes), named, out_dir, report)
    return Made(made.num_frames, made.seconds_taken, made.recipe)


def measure_model(model: str, num_threads: int) -> Calibration:
    """Time a model on this machine."""
    from kinora.generate.measure import measure

    return measure(model, num_threads)


def model_name(model: str) -> str:
    """Return how a recipe names a model: a folder by its last part, for a file that travels holds no path."""
    return Path(model).name if Path(model).is_absolute() or model.startswith("~") else model


def num_threads() -> int:
    """Return how many processors one take uses: the same every time, because sums in another order differ."""
    return min(_MAX_THREADS, len(os.sched_getaffinity(0)))
