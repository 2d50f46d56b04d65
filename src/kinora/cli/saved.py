"""`kinora saved`: keep searches, and be told what new moments answer them."""

from __future__ import annotations

from typing import Any

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.timebase import format_timecode


@click.command("saved")
@click.argument("verb", type=click.Choice(["add", "list", "remove", "check"]), default="list")
@click.argument("given", nargs=-1)
@click.option("--user", "username", default="", help="Whose they are; the library's own account when not given.")
@click.option("--name", default="", help="Name of the added search; the search itself when not given.")
@click.option("--feed", is_flag=True, help="Give the added search an Atom feed.")
@click.option("--email", is_flag=True, help="Have the added search tell by e-mail.")
@click.option("--webhook", default="", metavar="URL", help="Have the added search tell a program.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, given: tuple[str, ...], username: str, as_json: bool, **how: Any) -> None:
    """List saved searches, add one (GIVEN is the search), remove some or check them now (GIVEN are their ids)."""
    import kinora

    if verb == "add" and not given:
        raise click.UsageError("kinora saved add takes a search")
    if verb == "remove" and not given:
        raise click.UsageError("kinora saved remove takes at least one id")
    with kinora.open(config.current().home) as library:
        moments: list[dict[str, Any]] = []
        if verb == "add":
            rows = [library.save_search(" ".join(given), username=username, **how)]
        elif verb == "remove":
            rows = [library.remove_saved_search(one, username=username) for one in given]
        else:
            rows = library.saved_searches(username=username)
            rows = [row for row in rows if not given or row["id"] in given]
        if verb == "check":
            moments = [moment for row in rows for moment in library.check_saved_search(row["id"], username=username)]
    if as_json:
        print_json({"saved_searches": rows} | ({"moments": moments} if verb == "check" else {}))
        return
    _print(verb, rows, moments)


def _print(verb: str, rows: list[dict[str, Any]], moments: list[dict[str, Any]]) -> None:
    if verb == "check":
        for moment in moments:
            at = format_timecode(int(moment["start_seconds"]))
            out.print(f"{at:>8}  {moment['video']['title']}  {moment['reason']}  {moment['url']}", markup=False)
        out.print(f"{len(moments)} new moments in {len(rows)} saved searches.")
        return
    for row in rows:
        state = "removed" if verb == "remove" else "paused" if row["is_paused"] else "on"
        out.print(f"{row['id']}  {state:<7}  {row['name'][:40]:<40}  {row['query']}", markup=False)
        if row["feed_url"]:
            out.print(f"{'':14}{row['feed_url']}", markup=False)
    if not rows:
        out.print("No saved searches.")
