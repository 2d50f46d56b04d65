"""`kinora jobs`: the queue; retry what was set aside, cancel what is not wanted."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json


@click.command("jobs")
@click.option("--state", default="", help="Only jobs of this state: queued, running, done, failed or cancelled.")
@click.option("--retry", "retry_ids", multiple=True, type=int, metavar="ID", help="Queue this job again.")
@click.option("--cancel", "cancel_ids", multiple=True, type=int, metavar="ID", help="Cancel this job.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="Most jobs to print.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(state: str, retry_ids: tuple[int, ...], cancel_ids: tuple[int, ...], limit: int, as_json: bool) -> None:
    """Print the queue, newest first."""
    import kinora

    with kinora.open(config.current().home) as library:
        for job_id in retry_ids:
            library.retry_job(job_id)
        for job_id in cancel_ids:
            library.cancel_job(job_id)
        jobs = library.jobs(state=state, limit=limit)
        if as_json:
            print_json({"jobs": [job.to_json() for job in jobs]})
            return
        for job in jobs:
            detail = job.error_message or job.message
            out.print(
                f"{job.id:6d}  {job.state:<9}  {job.kind:<10}  {job.progress:4.0%}  {job.video_title[:30]:<30}  "
                f"{detail}",
                markup=False,
            )
        if not jobs:
            out.print("No jobs.")
