"""`kinora models`: the networks Kinora can use: list them, get weights, choose one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kinora import config
from kinora.cli.output import err, out, print_json
from kinora.errors import KinoraError
from kinora.moments.weights import KINDS, describe_models, fetch_weights

if TYPE_CHECKING:
    from kinora.library.other_encoder import FrameProgress


@click.group("models")
def command() -> None:
    """List, get and choose the networks for sentences, pictures, speech and made clips."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_models(as_json: bool) -> None:
    """Print what is in use, what is at hand and what is off."""
    models, progress = describe_models(config.current()), _frame_progress()
    if as_json:
        frames = progress.to_json() if progress else None
        print_json({"models": [model.to_json() for model in models], "frame_progress": frames})
        return
    for model in models:
        mark = "in use" if model.is_in_use else ("at hand" if model.is_at_hand else "absent")
        out.print(f"{model.kind:<8} {model.name:<44} {mark:<8} {model.sentence}", markup=False)
    if progress and progress.num_videos:
        out.print(f"{progress.sentence}.", markup=False)


@command.command("get")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def get(kind: str, name: str, as_json: bool) -> None:
    """Fetch weights into the library's folder. KIND is frames, speech or video; NAME as the hub has it."""
    folder = fetch_weights(config.current(), kind, name, on_message=lambda line: err.print(line, markup=False))
    if as_json:
        print_json({"kind": kind, "name": name, "folder": str(folder)})
    else:
        out.print(f"{name} is in {folder}; use it with: kinora models use {kind} {name}", markup=False)


@command.command("use")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def use(kind: str, name: str, as_json: bool) -> None:
    """Choose the network for KIND: a fetched NAME, a folder, or off (video: kinora-small), from the next start on."""
    from kinora.moments.weights import resolve_choice

    settings = config.current()
    value = resolve_choice(settings, kind, name)
    config.keep(settings.home, **{KINDS[kind].setting: value})
    if as_json:
        print_json({"kind": kind, "setting": KINDS[kind].setting, "value": value})
    else:
        then = "it looks at every video again in the background" if kind == "frames" else "new videos use it"
        out.print(f"{kind}: {value}. Restart Kinora; {then} from then on.", markup=False)


def _frame_progress() -> FrameProgress | None:
    from kinora.library.setup import set_up_django

    if not config.current().index_dir.is_dir():
        return None
    set_up_django()
    from kinora.library.other_encoder import frame_progress

    try:
        return frame_progress(config.current())
    except KinoraError:
        return None
