"""`kinora videos`: what the library holds; `--delete ID` takes a video out."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.timebase import format_timecode


@click.command("videos")
@click.option("--delete", "delete_ids", multiple=True, metavar="ID", help="Delete this video; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(delete_ids: tuple[str, ...], as_json: bool) -> None:
    """List the videos of the library, newest first."""
    import kinora

    with kinora.open(config.current().home) as library:
        for video_id in delete_ids:
            library.delete(video_id)
        videos = library.videos()
        if as_json:
            print_json({"videos": [video.to_json() for video in videos], "deleted": list(delete_ids)})
            return
        for video in videos:
            out.print(
                f"{video.id}  {video.state:<10}  {video.visibility:<8}  "
                f"{format_timecode(video.duration_seconds):>8}  {video.title}",
                markup=False,
            )
        if not videos:
            out.print("The library is empty. Add a video: kinora add FILE")
