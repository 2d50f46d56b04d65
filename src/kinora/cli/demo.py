"""`kinora demo`: make the demo clips and add them to the library."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json, progress_bar


@click.command("demo")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Fill the library with clips that Kinora draws itself. Doing it again adds nothing."""
    from kinora.library.setup import set_up_django

    set_up_django()
    from kinora.library.demo.fill import fill_demo_library

    with progress_bar() as bars:
        task = bars.add_task("Demo clips", total=1.0, message="")
        videos = fill_demo_library(
            config.current(),
            on_progress=lambda fraction, message: bars.update(task, completed=fraction, message=message),
        )
    if as_json:
        print_json({"videos": [{"id": video.public_id, "title": video.title} for video in videos]})
        return
    for video in videos:
        out.print(f"{video.public_id}  {video.title}", markup=False)
