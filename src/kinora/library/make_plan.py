"""The bill of an order, before anything is queued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kinora import config
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.engine.sandbox import graphics_devices
from kinora.errors import InputError
from kinora.generate.architecture import Architecture, architecture_of
from kinora.generate.condition import Request
from kinora.generate.families.refusal import refuse_what_it_cannot
from kinora.generate.families.table import facts_of
from kinora.generate.plan import Plan, plan
from kinora.generate.rewrite import Rewritten, load_style, rewrite
from kinora.generate.two_ways import two_ways
from kinora.generate.windows import num_latent_frames_of
from kinora.library.files import work_folder
from kinora.library.make import request_of_order
from kinora.library.make_child import measure_model, num_threads
from kinora.library.make_model import calibration_of, folder_of_model, keep_calibration
from kinora.library.models import User
from kinora.library.order import Order

_MEASURE_SECONDS = 900.0
_LEAST_KEY_FRAMES = 5  # latent frames: two key-frames and what lies between


def bill_of(order: Order, owner: User, viewer: Any, *, measures: bool = False) -> dict[str, Any]:
    """Return the bill as JSON has it, with its sentences; `measures` times this machine first where it was not.

    Raises:
        WeightsMissing: the model is not here. InputError, NotFound: it can't be made, or does not fit this machine.
    """
    request = request_of_order(order, owner, viewer)
    folder = folder_of_model(request.model)
    if measures and calibration_of(folder) is None:
        measure(request.model)
    facts, calibration, architecture = facts_of(folder), calibration_of(folder), architecture_of(folder)
    refuse_what_it_cannot(request, facts)
    made = plan(request, architecture, calibration, longest_window=facts.longest_window, overlap=facts.overlap)
    sentences = [*made.sentences(), *_whole_or_key_frames(made, request, architecture)]
    if order.num_takes > 1:
        all_seconds = f", about {made.seconds * order.num_takes:.0f} s together" if made.seconds else ""
        sentences.append(f"{order.num_takes} takes, one after the other{all_seconds}")
    if calibration is None:
        sentences.append("How long it takes on this machine is known after the first take")
    said = _in_its_words(request, folder)
    return {
        "prompt_help": said.sentences() if said else [], "prompt_in_its_words": said.text if said else request.prompt,
        "sentences": sentences, "num_takes": order.num_takes, "num_frames": made.num_frames,
        "num_tokens": made.num_tokens, "flop": made.flop, "seconds": made.seconds,
        "peak_memory_bytes": made.peak_memory_bytes, "price": made.price,
    }  # fmt: skip


def working_bytes_of(request: Request, folder: Path) -> int | None:
    """Return the memory above the model's own that a clip takes, None where this machine was not measured."""
    calibration, facts = calibration_of(folder), facts_of(folder)
    if calibration is None:
        return None
    try:
        made = plan(request, architecture_of(folder), calibration, longest_window=facts.longest_window)
    except InputError:  # it does not fit as it was measured; in tiles, or with networks waiting outside, it may
        return calibration.memory_bytes
    return max(0, round(made.peak_memory_bytes - calibration.base_bytes))


def _whole_or_key_frames(made: Plan, request: Request, architecture: Architecture) -> list[str]:
    """Say what the other way would cost, where a clip is long enough to have key-frames."""
    num_latent_frames = num_latent_frames_of(made.num_frames, architecture.temporal_ratio)
    if made.num_windows > 1 or num_latent_frames < _LEAST_KEY_FRAMES:
        return []
    area = architecture.num_tokens(request.width, request.height, 1)
    return [two_ways(architecture, tokens_a_frame=area, num_latent_frames=num_latent_frames).sentence()]


def _in_its_words(request: Request, folder: Path) -> Rewritten | None:
    style = load_style(folder)
    return rewrite(request.prompt, style) if style else None


def measure(model: str) -> None:
    """Time this machine with a model, in a confined child, and keep the result."""
    folder, settings = folder_of_model(model), config.current()
    with work_folder(settings, "measure") as scratch:
        measured = confined_call(
            measure_model,
            arguments={"model": str(folder), "num_threads": num_threads()},
            limits=Limits(
                cpu_seconds=_MEASURE_SECONDS * 16, wall_seconds=_MEASURE_SECONDS,
                memory_bytes=settings.make_memory_bytes, output_bytes=2**30, num_open_files=1024,
                opens_graphics=bool(graphics_devices()),
            ),
            read_paths=[folder.resolve()],
            write_dir=scratch,
        )  # fmt: skip
    keep_calibration(folder, measured)
