"""`kinora history`: what a person watched; pause it, erase it."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.timebase import format_timecode


@click.command("history")
@click.argument("verb", type=click.Choice(["list", "erase", "pause", "resume"]), default="list")
@click.argument("video_id", required=False)
@click.option("--user", "username", default="", help="Whose history; the library's own account when not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, video_id: str | None, username: str, as_json: bool) -> None:
    """List what a person watched, erase it (VIDEO_ID: that entry alone), stop remembering or go on."""
    import kinora

    if video_id and verb != "erase":
        raise click.UsageError("only `kinora history erase` takes a video")
    num_erased = 0
    with kinora.open(config.current().home) as library:
        if verb == "erase":
            num_erased = library.erase_history(video_id, username=username)
        elif verb != "list":
            library.pause_history(is_paused=verb == "pause", username=username)
        rows = library.history(username=username)
    if as_json:
        print_json({"history": rows, "num_erased": num_erased})
        return
    if verb == "erase":
        out.print(f"Erased: {num_erased}")
    for row in rows:
        where = "to the end" if row["is_finished"] else format_timecode(row["position_seconds"])
        out.print(f"{row['video']['id']}  {where:>10}  {row['video']['title']}", markup=False)
    if not rows:
        out.print("Nothing watched.")
