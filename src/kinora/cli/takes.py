"""`kinora takes`: what is being made and was made; pause, resume, reorder, cancel, delete, publish."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json

_VERBS = ("list", "pause", "resume", "cancel", "first", "delete", "publish")


@click.command("takes")
@click.argument("verb", type=click.Choice(_VERBS), default="list")
@click.argument("ids", nargs=-1)
@click.option("--state", default="", help="Only takes of this state: queued, running, paused, done, failed, cancelled.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="Most takes to print.")
@click.option("--title", default="", help="Title of the published video; else its words.")
@click.option(
    "--visibility", type=click.Choice(["public", "unlisted", "private", "members"]), default="private",
    show_default=True,
    help="Who may see the published video.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, ids: tuple[str, ...], as_json: bool, **options: str) -> None:
    """Print the takes, newest first, or pause, resume, cancel, delete, publish those named, or put them first."""
    import kinora

    if verb != "list" and not ids:
        raise click.UsageError(f"kinora takes {verb} takes at least one take's id")
    with kinora.open(config.current().home) as library:
        for take_id in ids:
            if verb == "delete":
                library.delete_take(take_id)
            elif verb == "publish":
                library.publish_take(take_id, title=options["title"], visibility=options["visibility"])
            elif verb != "list":
                library.steer_take(take_id, verb)
        takes = library.takes(options["state"], int(options["limit"]))
        if ids and verb != "delete":
            takes = [library.take(take_id) for take_id in ids]
    if as_json:
        print_json({"takes": [take.to_json() for take in takes]})
        return
    for take in takes:
        detail = take.error_message or take.message or (f"video {take.video_id}" if take.video_id else "")
        out.print(
            f"{take.id}  {take.state:<9}  {take.progress:4.0%}  seed {take.seed:<6}  {take.prompt[:40]:<40}  {detail}",
            markup=False,
        )
    if not takes:
        out.print("No takes.")
