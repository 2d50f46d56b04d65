"""`kinora edit ACTION VALUE VIDEO…`: one change to many videos."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import err, out, print_json

_ACTIONS = (
    "visibility", "licence", "category", "language", "add-tags", "remove-tags", "comments", "downloads", "adults",
)  # fmt: skip


@click.command("edit")
@click.argument("action", type=click.Choice(_ACTIONS))
@click.argument("value")
@click.argument("video_ids", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(action: str, value: str, video_ids: tuple[str, ...], as_json: bool) -> None:
    """Change videos: kinora edit licence "CC BY 4.0" ID ID; tags are separated by commas, switches are on or off."""
    import kinora

    with kinora.open(config.current().home) as library:
        changed = library.change_many(video_ids, action, value)
    if as_json:
        print_json(changed.to_json())
    else:
        out.print(f"Changed: {changed.num_changed}")
        for one in changed.refused:
            err.print(f"{one.id}: {one.reason}", markup=False)
    if changed.refused:
        raise SystemExit(2)
