"""`kinora storage VIDEO…`: what videos take on the disk, by what it is for."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json


@click.command("storage")
@click.argument("video_ids", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(video_ids: tuple[str, ...], as_json: bool) -> None:
    """Tell what each video takes: its original, each rendition, covers, and about its share of the index."""
    import kinora

    with kinora.open(config.current().home) as library:
        named = video_ids or tuple(video.id for video in library.videos())
        found = {video_id: library.storage(video_id) for video_id in named}
    if as_json:
        print_json({"videos": [{"id": video_id, **storage.to_json()} for video_id, storage in found.items()]})
        return
    for video_id, storage in found.items():
        out.print(f"{video_id}  {storage.size_bytes / 2**20:,.1f} MiB", markup=False)
        if video_ids:
            for part in storage.parts:
                out.print(f"    {part.size_bytes / 2**20:>10,.1f} MiB  {part.label}", markup=False)
