"""`kinora playlist`: a person's playlists: make, fill, order, share, delete."""

from __future__ import annotations

from typing import Any

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.timebase import format_timecode

_NUM_NEEDED = {"list": 0, "show": 1, "make": 1, "change": 1, "delete": 1, "add": 2, "take-out": 2, "order": 2}


@click.command("playlist")
@click.argument("verb", type=click.Choice(list(_NUM_NEEDED)), default="list")
@click.argument("given", nargs=-1)
@click.option("--user", "username", default="", help="Whose; the library's own account when not given.")
@click.option("--title", help="The new title, for change.")
@click.option("--description", help="What it is about, for make and change.")
@click.option("--visibility", type=click.Choice(["public", "unlisted", "private"]), help="Who may see it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, given: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """List playlists; show ID; make TITLE; change ID; add ID VIDEO…; take-out ID VIDEO…; order ID VIDEO…; delete ID.

    `later` as ID is watch later.
    """
    import kinora

    if len(given) < _NUM_NEEDED[verb]:
        raise click.UsageError(f"kinora playlist {verb} takes more: see kinora playlist --help")
    with kinora.open(config.current().home) as library:
        told = _do(library, verb, given, **options)
    if as_json:
        print_json(told)
    else:
        _print(told)


def _do(library: Any, verb: str, given: tuple[str, ...], username: str, **options: str | None) -> dict[str, Any]:
    changes = {name: value for name, value in options.items() if value is not None}
    if verb == "list":
        return {"playlists": library.playlists(username=username)}
    if verb == "delete":
        library.delete_playlist(given[0], username=username)
        return {"playlists": library.playlists(username=username)}
    if verb == "make":
        changes.pop("title", None)
        return {"playlist": library.make_playlist(given[0], username=username, **changes)}
    if verb == "change":
        return {"playlist": library.change_playlist(given[0], username=username, **changes)}
    verbs = {"show": library.playlist, "add": library.add_to_playlist, "take-out": library.take_from_playlist,
             "order": library.order_playlist}  # fmt: skip
    return {"playlist": verbs[verb](*given if verb != "show" else given[:1], username=username)}


def _print(told: dict[str, Any]) -> None:
    for row in told.get("playlists", ()):
        out.print(f"{row['id']}  {row['visibility']:<8}  {row['num_videos']:>4}  {row['title']}", markup=False)
    if row := told.get("playlist"):
        out.print(f"{row['id']}  {row['visibility']}  {row['title']}\n{row['url']}", markup=False)
        for video in row["videos"]:
            out.print(
                f"  {video['id']}  {format_timecode(video['duration_seconds']):>9}  {video['title']}", markup=False
            )
    if told.get("playlists") == []:
        out.print("No playlists. Make one: kinora playlist make TITLE")
