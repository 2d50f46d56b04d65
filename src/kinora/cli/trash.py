"""`kinora trash`: deleted videos that can still be brought back."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json


@click.command("trash")
@click.argument("verb", type=click.Choice(["list", "put", "restore", "empty"]), default="list")
@click.argument("video_id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, video_id: str | None, *, as_json: bool) -> None:
    """List deleted videos, put one there, bring one back (VIDEO_ID), or delete for good what is due."""
    import kinora

    if (verb in ("put", "restore")) != bool(video_id):
        raise click.UsageError("`kinora trash put` and `kinora trash restore` take a video, the others none")
    emptied = None
    with kinora.open(config.current().home) as library:
        if verb == "put" and video_id:
            library.move_to_trash(video_id)
        elif verb == "restore" and video_id:
            library.bring_back(video_id)
        elif verb == "empty":
            emptied = library.empty_trash()
        rows = library.trash()
    if as_json:
        print_json({"trash": rows, "emptied": emptied})
        return
    if emptied is not None:
        out.print("Deleted for good: " + ", ".join(f"{number} {kind}" for kind, number in emptied.items()))
    for row in rows:
        out.print(f"{row['id']}  until {row['gone_at'][:10]}  {row['owner']}  {row['title']}", markup=False)
    if not rows:
        out.print("The trash is empty.")
