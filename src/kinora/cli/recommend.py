"""`kinora recommend`: what to watch next, and why."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json


@click.command("recommend")
@click.argument("video_id", required=False)
@click.option("--user", "username", default="", help="For whom; the library's own account when not given.")
@click.option("--limit", type=click.IntRange(1, 50), default=12, show_default=True, help="Most videos to print.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(video_id: str | None, username: str, limit: int, as_json: bool) -> None:
    """Print a person's feed, or what follows VIDEO_ID, each with its reason."""
    import kinora

    with kinora.open(config.current().home) as library:
        if video_id:
            rows = library.related(video_id, username=username, limit=limit)
        else:
            rows = library.recommended(username=username, limit=limit)
    if as_json:
        print_json({"recommended": rows})
        return
    for row in rows:
        out.print(f"{row['video']['id']}  {row['video']['title']}\n              {row['reason']['text']}", markup=False)
    if not rows:
        out.print("Nothing to recommend yet.")
