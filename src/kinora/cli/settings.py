"""`kinora settings`: those in force; e-mail tried; the site closed for maintenance and opened."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.errors import InputError


@click.command("settings")
@click.argument("verb", type=click.Choice(["show", "email", "close", "open"]), default="show")
@click.argument("value", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, value: str, as_json: bool) -> None:
    """Show the settings in force; send a test e-mail to VALUE; close the site with the sentence VALUE; open it."""
    if value and verb in ("show", "open"):
        raise click.UsageError(f"`kinora settings {verb}` takes nothing more")
    settings = config.current()
    if verb == "show":
        _show(settings, as_json=as_json)
        return
    from kinora.library.setup import set_up_django

    set_up_django()
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
