"""`kinora webhooks`: programs that are told of events; a person's own, or the site's."""

from __future__ import annotations

from typing import Any

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.errors import InputError

_VERBS = ["list", "add", "change", "remove", "test", "log", "again"]


@click.command("webhooks")
@click.argument("verb", type=click.Choice(_VERBS), default="list")
@click.argument("given", nargs=-1)
@click.option("--user", "username", default="", help="Whose they are; the library's own account when not given.")
@click.option("--site", is_flag=True, help="The site's: told of everybody's videos and of reports.")
@click.option("--event", "events", multiple=True, help="What it is told of, such as video.published; several times.")
@click.option("--name", default=None, help="What the program does.")
@click.option("--url", default=None, help="The changed webhook's new address.")
@click.option("--on/--off", "is_active", default=None, help="Switch the changed webhook.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, given: tuple[str, ...], username: str, site: bool, as_json: bool, **how: Any) -> None:
    """List webhooks, add one (GIVEN is its address), change, remove, test or show the log of one (GIVEN is its
    number), send a message again (GIVEN is the number and the message)."""
    import kinora

    _check(verb, given)
    with kinora.open(config.current().home) as library:
        told = _do(library, verb, given, {**how, "username": username, "site": site})
    if as_json:
        print_json(told)
    else:
        _print(told)


def _check(verb: str, given: tuple[str, ...]) -> None:
    wanted = {"list": 0, "again": 2}.get(verb, 1)
    if len(given) != wanted:
        raise click.UsageError(f"`kinora webhooks {verb}` takes {wanted} of GIVEN; see --help")


def _do(library: Any, verb: str, given: tuple[str, ...], how: dict[str, Any]) -> dict[str, Any]:
    whose = {"username": how["username"], "site": how["site"]}
    if verb == "list":
        return {"webhooks": library.webhooks(**whose)}
    if verb == "add":
        return {"webhooks": [library.add_webhook(given[0], how["events"], name=how["name"] or "", **whose)]}
    number = _number(given[0])
    if verb == "change":
        changes = {name: how[name] for name in ("url", "name", "is_active")}
        return {"webhooks": [library.change_webhook(number, events=how["events"] or None, **changes)]}
    if verb == "remove":
        return {"webhooks": [library.remove_webhook(number)]}
    if verb == "log":
        return {"deliveries": library.webhook_log(number)}
    sent = library.test_webhook(number) if verb == "test" else library.send_webhook_again(number, given[1])
    return {"deliveries": [sent]}


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise InputError(f"{text[:40]!r} is no webhook's number", hint="kinora webhooks lists them")
    return int(text[:18])


def _print(told: dict[str, Any]) -> None:
    for row in told.get("webhooks", ()):
        state = "on" if row["is_active"] else "off"
        out.print(f"{row['id']:>4}  {state:<3}  {row['url']}  {', '.join(row['events'])}", markup=False)
        out.print(f"{'':11}secret {row['secret']}", markup=False)
    for row in told.get("deliveries", ()):
        how = f"{row['state']} ({row['status_code']})" if row["status_code"] else row["state"]
        out.print(f"{row['created_at'][:19]}  {row['id']}  {row['event']:<16}  {how}  {row['error']}", markup=False)
    if not any(told.values()):
        out.print("None. --user NAME names somebody else's, --site the site's own.")
