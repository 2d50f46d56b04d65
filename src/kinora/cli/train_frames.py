"""`kinora train frames`: train the encoder that makes pictures searchable by words."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from kinora.cli.output import out, print_json, progress_bar


@click.command("frames")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="Folder of images-*.parquet (id, source, split, texts, image) and background_captions.tsv.",
)
@click.option(
    "--out",
    "out_dir",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Where its state, log and result go; the same folder goes on.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0.01),
    default=60.0,
    show_default=True,
    help="Training time, earlier runs counted.",
)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Processors to use.")
@click.option(
    "--size", default="small", show_default=True, help="small (96 pixels, a processor) or base (112 pixels, a GPU)."
)
@click.option(
    "--start",
    default="imagenet",
    show_default=True,
    help="imagenet: layers learnt on ImageNet's labels, from an optional package; or nothing.",
)
@click.option("--device", default="cpu", show_default=True, help="Where it trains: cpu or cuda.")
@click.option("--seed", default=0, show_default=True)
@click.option("--name", default="kinora-frames-own", show_default=True, help="Kept with every vector it makes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(**chosen: Any) -> None:
    """Train on captioned pictures; stop it at any time, run it again and it goes on."""
    with _quick_numbers(chosen["threads"]):
        folder, name, log = _trained(chosen)
    if chosen["as_json"]:
        print_json({"encoder": str(folder), "name": name, "log": str(log)})
        return
    out.print(f"The encoder is in {folder}; use it: kinora models use frames {folder}", markup=False)


@contextmanager
def _quick_numbers(num_threads: int) -> Iterator[None]:
    """Count with so many threads, the smallest numbers as 0: on a processor they take a hundred times as long."""
    import torch

    threads_before = torch.get_num_threads()
    torch.set_num_threads(num_threads)
    torch.set_flush_denormal(True)
    torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads_before)


def _trained(chosen: dict[str, Any]) -> tuple[Path, str, Path]:
    """Return the encoder's folder and name, and the training's log."""
    from kinora.engine.cancel import CancelToken
    from kinora.moments.train_frames.finish import finish
    from kinora.moments.train_frames.program import train_frames
    from kinora.moments.train_frames.sizes import training_of

    training = training_of(
        chosen["size"], chosen["data"], chosen["out_dir"], chosen["minutes"] * 60,
        seed=chosen["seed"], device=chosen["device"],
    )  # fmt: skip
    training = replace(training, start=chosen["start"])
    cancel = CancelToken()
    signal.signal(signal.SIGTERM, lambda *_: cancel.cancel())
    with progress_bar() as bar:
        task = bar.add_task("Training", total=1.0, message="")

        def report(done: float, message: str) -> None:
            bar.update(task, completed=done, message=message)

        network = train_frames(training, report=report, cancel=cancel)
        folder, info = finish(network, training, name=chosen["name"], report=report)
    return folder, info.name, training.out_dir / "log.jsonl"
