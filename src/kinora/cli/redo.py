"""`kinora redo STAGE VIDEO…`: do one stage of processing again."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json


@click.command("redo")
@click.argument("stage", type=click.Choice(["analyse", "read", "transcribe", "index", "encode", "copies"]))
@click.argument("video_ids", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(stage: str, video_ids: tuple[str, ...], as_json: bool) -> None:
    """Queue one stage again for videos that are ready; a running worker does it, or `kinora work`."""
    import kinora

    with kinora.open(config.current().home) as library:
        jobs = {video_id: library.redo(video_id, stage) for video_id in video_ids}
    if as_json:
        print_json({"jobs": [{"video": video_id, "job": job} for video_id, job in jobs.items()]})
        return
    for video_id, job in jobs.items():
        out.print(f"{video_id}: queued as job {job}", markup=False)
