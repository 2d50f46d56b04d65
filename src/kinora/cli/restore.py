"""`kinora restore`: bring a library back from a backup, into an empty home."""

from __future__ import annotations

from pathlib import Path

import click

from kinora import config
from kinora.cli.output import out, print_json, progress_bar


@click.command("restore")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--snapshot", default="", help="Which one of a folder; the newest when not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(source: Path, snapshot: str, as_json: bool) -> None:
    """Bring back what `kinora backup` saved in SOURCE, into the empty home that --home or KINORA_HOME names."""
    from kinora.library.operating.restore import restore

    with progress_bar() as bar:
        task = bar.add_task("Bringing back", total=1.0, message="")
        restored = restore(
            config.current(), source, snapshot=snapshot,
            on_file=lambda share, name: bar.update(task, completed=share, message=name[-50:]),
        )  # fmt: skip
    if as_json:
        print_json(restored.to_json())
        return
    out.print(f"Brought back {restored.num_videos} videos from {restored.snapshot.name}.", markup=False)
    if restored.num_to_encode:
        out.print(f"The qualities of {restored.num_to_encode} videos are made again by a worker.")
    out.print(f"Go on with: kinora --home {config.current().home} serve", markup=False)
