"""`kinora people`: who may make an account, who waits, invitations. `kinora visibility`: who sees a video."""

from __future__ import annotations

from datetime import datetime

import click

from kinora import config
from kinora.cli.output import out, print_json


@click.command("people")
@click.argument("verb", type=click.Choice(["list", "policy", "approve", "reject", "invite"]), default="list")
@click.argument("word", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, word: str | None, as_json: bool) -> None:
    """List who waits for an account; choose the policy, let NAME in, turn NAME away, make an invitation for NAME."""
    import kinora

    if verb in ("approve", "reject") and not word:
        raise click.UsageError(f"`kinora people {verb}` needs the account's name")
    if verb == "list" and word:
        raise click.UsageError("`kinora people list` takes nothing else")
    link = ""
    with kinora.open(config.current().home) as library:
        if verb == "approve":
            library.approve_account(word or "")
        elif verb == "reject":
            library.reject_account(word or "")
        elif verb == "invite":
            link = library.invite_account(word or "")
        policy = library.sign_up_policy(word if verb == "policy" else None)
        waiting = library.pending_accounts()
    if as_json:
        print_json({"policy": policy, "pending": waiting, "invitation": link})
        return
    if link:
        out.print(link, markup=False, soft_wrap=True)
        return
    out.print(f"Sign-up: {policy}")
    for row in waiting:
        out.print(f"{row['username']:<20}  {row['since'][:16]}  {row['reason'][:80]}", markup=False)


@click.command("visibility")
@click.argument("video_id")
@click.argument("visibility", type=click.Choice(["public", "unlisted", "private", "password", "members", "scheduled"]))
@click.option("--password", help="With password: what viewers must know.")
@click.option("--at", "publish_at", help="With scheduled: when it becomes public, such as 2030-05-17T18:00:00+02:00.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def visibility_command(
    video_id: str, visibility: str, password: str | None, publish_at: str | None, as_json: bool
) -> None:
    """Say who sees a video."""
    import kinora

    try:
        time = datetime.fromisoformat(publish_at) if publish_at else None
    except ValueError as error:
        raise click.UsageError(f"--at is {publish_at!r}; write it such as 2030-05-17T18:00:00+02:00") from error
    with kinora.open(config.current().home) as library:
        library.set_visibility(video_id, visibility, password=password, publish_at=time)
    if as_json:
        print_json({"video": video_id, "visibility": visibility, "publish_at": time.isoformat() if time else None})
    else:
        out.print(f"{video_id} is {visibility} now", markup=False)
