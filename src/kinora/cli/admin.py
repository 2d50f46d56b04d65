"""`kinora admin`: make an administrator, or print the address where the first one is made."""

from __future__ import annotations

import sys

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.errors import InputError


@click.command("admin")
@click.argument("username", required=False)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(username: str | None, password_stdin: bool, as_json: bool) -> None:
    """Make the administrator USERNAME; without one, print how to sign in for the first time."""
    from kinora.library.setup import set_up_django

    set_up_django()
    from kinora.library.accounts import create_administrator, first_run_token

    if username is None:
        token = first_run_token()
        address = f"{config.current().site_url}/setup?token={token}" if token else None
        if as_json:
            print_json({"setup_url": address})
        elif address:
            out.print(f"Make the first administrator here: {address}", markup=False)
        else:
            out.print("An administrator exists already; sign in with that account.")
        return
    password = sys.stdin.readline().rstrip("\n") if password_stdin else click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )  # fmt: skip
    if not password:
        raise InputError("the password is empty; at least 10 characters are asked for")
    user = create_administrator(username, password)
    if as_json:
        print_json({"username": user.get_username()})
    else:
        out.print(
            f"Administrator {user.get_username()} is ready; sign in at {config.current().site_url}/accounts/login/"
        )
