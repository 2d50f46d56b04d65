"""The bill of an order, before anything is queued."""

from __future__ import annotations

from typing import Any

from kinora import config
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.generate.architecture import architecture_of
from kinora.generate.families.table import facts_of
from kinora.generate.plan import plan
from kinora.library.files import work_folder
from kinora.library.make import request_of_order
from kinora.library.make_child import measure_model, num_threads
from kinora.library.make_model import calibration_of, folder_of_model, keep_calibration
from kinora.library.models import User
from kinora.library.order import Order

_MEASURE_SECONDS = 900.0


def bill_of(order: Order, owner: User, viewer: Any, *, measures: bool = False) -> dict[str, Any]:
    """Return the bill as JSON has it, with its sentences; `measures` times this machine first where it was not.

    Raises:
        WeightsMissing: the model is not here. InputError, NotFound: it can't be made, or does not fit this machine.
    """
    request = request_of_order(order, owner, viewer)
    folder = folder_of_model(request.model)
    if measures and calibration_of(folder) is None:
        measure(request.model)
    facts, calibration = facts_of(folder), calibration_of(folder)
    made = plan(
        request, architecture_of(folder), calibration, longest_window=facts.longest_window, overlap=facts.overlap
    )
    sentences = made.sentences()
    if order.num_takes > 1:
        all_seconds = f", about {made.seconds * order.num_takes:.0f} s together" if made.seconds else ""
        sentences.append(f"{order.num_takes} takes, one after the other{all_seconds}")
    if calibration is None:
        sentences.append("How long it takes on this machine is known after the first take")
    return {
        "sentences": sentences, "num_takes": order.num_takes, "num_frames": made.num_frames,
        "num_tokens": made.num_tokens, "flop": made.flop, "seconds": made.seconds,
        "peak_memory_bytes": made.peak_memory_bytes, "price": made.price,
    }  # fmt: skip


def measure(model: str) -> None:
    """Time this machine with a model, in a confined child, and keep the result."""
    folder, settings = folder_of_model(model), config.current()
    with work_folder(settings, "measure") as scratch:
        measured = confined_call(
            measure_model,
            arguments={"model": model, "num_threads": num_threads()},
            limits=Limits(
                cpu_seconds=_MEASURE_SECONDS * 16, wall_seconds=_MEASURE_SECONDS,
                memory_bytes=settings.make_memory_bytes, output_bytes=2**30, num_open_files=1024,
            ),
            read_paths=[folder.resolve()],
            write_dir=scratch,
        )  # fmt: skip
    keep_calibration(folder, measured)
