"""`kinora settings`: those in force, and changing them; e-mail tried; the site closed for maintenance and opened."""

from __future__ import annotations

from typing import Any

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.errors import InputError

_VERBS = ["show", "get", "set", "reset", "email", "close", "open"]


@click.command("settings")
@click.argument("verb", type=click.Choice(_VERBS), default="show")
@click.argument("given", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, given: tuple[str, ...], as_json: bool) -> None:
    """Show the settings in force; get those that can be changed (GIVEN: one); set NAME VALUE; reset NAME to its
    default; send a test e-mail to GIVEN; close the site with the sentence GIVEN; open it."""
    settings = config.current()
    _check(verb, given)
    if verb == "show":
        _show(settings, as_json=as_json)
        return
    from kinora.library.setup import set_up_django

    set_up_django()
    if verb in ("get", "set", "reset"):
        _choose(verb, given, as_json=as_json)
    else:
        _operate(settings, verb, "".join(given), as_json=as_json)


def _check(verb: str, given: tuple[str, ...]) -> None:
    least, most = {"set": (2, 2), "reset": (1, 1), "get": (0, 1), "email": (0, 1), "close": (0, 1)}.get(verb, (0, 0))
    if not least <= len(given) <= most:
        raise click.UsageError(
            f"`kinora settings {verb}` takes {least if least == most else f'{least} to {most}'} more"
        )


def _choose(verb: str, given: tuple[str, ...], *, as_json: bool) -> None:
    from kinora.library.operating import settings_change as choices

    changed: list[str] = []
    if verb == "set":
        changed = choices.change_settings({given[0]: given[1]}, by=None)
    elif verb == "reset":
        changed = choices.change_settings({given[0]: None}, by=None)
    rows = [choices.choice_to_json(choices.choice_named(given[0]))] if given else choices.all_choices()
    if as_json:
        print_json({"settings": rows} | ({} if verb == "get" else {"changed": changed}))
        return
    for row in rows:
        source = f"fixed by {row['fixed_by']}" if row["fixed_by"] else row["source"]
        out.print(f"{row['name']:<22} {_in_words(row):<28} {source:<12} {row['after']}", markup=False)


def _in_words(row: dict[str, Any]) -> str:
    from kinora.library.operating.byte_sizes import bytes_in_words

    if row["kind"] == "bytes":
        return bytes_in_words(row["value"])
    return ("on" if row["value"] else "off") if row["kind"] == "switch" else str(row["value"])


def _operate(settings: config.Settings, verb: str, value: str, *, as_json: bool) -> None:
    from kinora.library.operating import email_test, maintenance

    if verb == "email":
        if not value:
            raise InputError("no address was given", hint="kinora settings email you@example.org")
        email_test.send_test_email(settings, value)
    elif verb == "close":
        maintenance.begin_maintenance(settings, value)
    else:
        maintenance.end_maintenance(settings)
    told = {"email": f"Sent to {value}.", "close": "The site is closed.", "open": "The site is open."}[verb]
    if as_json:
        print_json({"done": verb, "is_in_maintenance": maintenance.is_in_maintenance(settings)})
    else:
        out.print(told, markup=False)


def _show(settings: config.Settings, *, as_json: bool) -> None:
    values = settings.to_json()
    if as_json:
        print_json({"settings": values})
        return
    for name, value in values.items():
        out.print(f"KINORA_{name.upper():<26} {value}", markup=False)
