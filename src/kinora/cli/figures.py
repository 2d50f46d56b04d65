"""`kinora figures`: how often a video or a channel was watched, and how people came to it."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.timebase import format_timecode


@click.command("figures")
@click.argument("video_or_channel")
@click.option("--days", default=28, show_default=True, help="How many days back, today included.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table of commas.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(video_or_channel: str, days: int, as_csv: bool, as_json: bool) -> None:
    """Print the figures of a video (its id) or a channel (@handle)."""
    import kinora

    with kinora.open(config.current().home) as library:
        figures = library.figures(video_or_channel, num_days=days)
    if as_json:
        print_json(figures.to_json())
        return
    if as_csv:
        from kinora.library.figures.telling import as_csv as csv_of

        out.print(csv_of(figures), markup=False, end="")
        return
    out.print(f"{figures.num_views} views, {figures.watched_seconds // 60} minutes in {figures.num_days} days")
    for source, total in figures.sources:
        out.print(f"{total:>8}  from {source}", markup=False)
    for query, at, _, total in figures.searches:
        out.print(f"{total:>8}  searched {query!r}, to {format_timecode(at)}", markup=False)
    for name, title, total in figures.videos:
        out.print(f"{total:>8}  {name}  {title}", markup=False)
