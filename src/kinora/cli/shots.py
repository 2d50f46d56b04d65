"""`kinora shots FILE`: the shots of a video."""

from __future__ import annotations

from pathlib import Path

import click

from kinora.cli.output import out, print_json
from kinora.timebase import format_timecode


@click.command("shots")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: Path, as_json: bool) -> None:
    """Print the shots of FILE: where each begins and ends, and by which transition."""
    from kinora.library.look import shots_of_file

    shots = shots_of_file(file)
    if as_json:
        print_json(
            {
                "shots": [
                    {
                        "start_seconds": round(shot.start_seconds, 3),
                        "end_seconds": round(shot.end_seconds, 3),
                        "start_frame": shot.start_frame,
                        "end_frame": shot.end_frame,
                        "transition": shot.transition,
                    }
                    for shot in shots
                ]
            }
        )
        return
    for shot in shots:
        span = f"{format_timecode(shot.start_seconds)}–{format_timecode(shot.end_seconds)}"
        out.print(f"{shot.index + 1:4d}  {span:>15}  frames {shot.start_frame}–{shot.end_frame}  {shot.transition}")
