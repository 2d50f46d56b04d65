"""`kinora worlds render N --out DIR`: synthetic clips with exact depth, labels, poses and captions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kinora.cli.output import out, print_json, progress_bar
from kinora.errors import InputError

if TYPE_CHECKING:
    from kinora.world.shards import ShardPlan


@click.group("worlds")
def command() -> None:
    """Make synthetic clips: training video and previs."""


@command.command("render")
@click.argument("number", type=click.IntRange(min=1))
@click.option(
    "--out", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to fill."
)
@click.option(
    "--family", type=click.Choice(["objects", "landscapes", "figures", "mixed"]), default="mixed", show_default=True,
    help="What the scenes are of.",
)  # fmt: skip
@click.option("--split", type=click.Choice(["seen", "held_out"]), default="seen", show_default=True,
              help="Combinations that training may see, or those kept from it.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the first scene.")
@click.option("--size", default="512x288", show_default=True, help="Width x height, even numbers.")
@click.option("--frames", type=click.IntRange(min=1), default=33, show_default=True, help="Frames of a clip.")
@click.option(
    "--fps", type=click.FloatRange(min=0.5, max=240), default=16.0, show_default=True, help="Frames a second."
)
@click.option("--backend", type=click.Choice(["torch", "mujoco"]), default="torch", show_default=True,
              help="Who moves and draws.")  # fmt: skip
@click.option("--processes", type=click.IntRange(min=0), default=0, help="Side by side; 0: one a processor.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def render_command(number: int, folder: Path, processes: int, as_json: bool, **choices: object) -> None:
    """Render NUMBER clips into shards; run again after a break, it goes on where it stopped."""
    from kinora.engine.pool import num_workers
    from kinora.world.shards import write_shards

    plan = _plan(number, choices)
    with progress_bar() as bar:
        task = bar.add_task("rendering", total=number, message="")
        index = write_shards(
            plan, folder, num_processes=num_workers(processes),
            on_clip=lambda done: bar.update(task, completed=done, message=f"{done} of {number} clips"),
        )  # fmt: skip
    if as_json:
        print_json({"clips": number, "shards": plan.num_shards, "index": str(index), "folder": str(folder)})
        return
    out.print(f"{number} clips in {plan.num_shards} shards: {index}")


def _plan(number: int, choices: dict[str, object]) -> ShardPlan:
    from kinora.world.shards import ShardPlan

    width, height = _size(str(choices["size"]))
    return ShardPlan(
        number, str(choices["family"]), str(choices["split"]), int(str(choices["seed"])), height, width,
        int(str(choices["frames"])), float(str(choices["fps"])), str(choices["backend"]),
    )  # fmt: skip


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise InputError(f"--size is {text!r}; expected width x height, such as 512x288") from error
    if min(width, height) < 16 or max(width, height) > 4096:
        raise InputError(f"--size is {text!r}; each side from 16 to 4096")
    return width, height
