"""`kinora work`: a worker that does the queued jobs."""

from __future__ import annotations

import click

from kinora import config


@click.command("work")
@click.option("--until-idle", is_flag=True, help="End when no job is left.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON when it ends.")
def command(until_idle: bool, as_json: bool) -> None:
    """Do queued jobs until stopped. Several workers may run side by side."""
    from kinora.cli.output import print_json
    from kinora.library.setup import set_up_django

    set_up_django()
    from kinora.library.worker import run_worker

    num_done = run_worker(config.current(), until_idle=until_idle)
    if as_json:
        print_json({"jobs_done": num_done})
