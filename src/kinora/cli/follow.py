"""`kinora follow`: the channels that a person follows, and what they like."""

from __future__ import annotations

from typing import Any

import click

from kinora import config
from kinora.cli.output import out, print_json


@click.command("follow")
@click.argument("verb", type=click.Choice(["list", "add", "leave", "likes"]), default="list")
@click.argument("handles", nargs=-1)
@click.option("--user", "username", default="", help="Who; the library's own account when not given.")
@click.option("--quiet", is_flag=True, help="Ring no bell for new videos.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, handles: tuple[str, ...], username: str, quiet: bool, as_json: bool) -> None:
    """List the channels that a person follows; add HANDLE…; leave HANDLE…; likes lists what they like."""
    import kinora

    if verb in ("add", "leave") and not handles:
        raise click.UsageError(f"kinora follow {verb} takes the handles of channels")
    with kinora.open(config.current().home) as library:
        for handle in handles:
            if verb == "add":
                library.subscribe(handle, is_told=not quiet, username=username)
            elif verb == "leave":
                library.unsubscribe(handle, username=username)
        is_likes = verb == "likes"
        rows = library.likes(username=username) if is_likes else library.subscriptions(username=username)
    if as_json:
        print_json({"likes" if is_likes else "subscriptions": rows})
        return
    for row in rows:
        out.print(_line(row), markup=False)
    if not rows:
        out.print("Nothing liked." if is_likes else "No channel followed. Follow one: kinora follow add HANDLE")


def _line(row: dict[str, Any]) -> str:
    if "video" in row:
        return f"{row['video']['id']}  {row['video']['title']}"
    return f"{row['channel']['handle']:<30}  {row['channel']['name']}{'' if row['is_told'] else '  (no bell)'}"
