"""`kinora cut VIDEO STRETCH…`: keep stretches of a video, take all else out."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.errors import InputError
from kinora.timebase import parse_timecode


@click.command("cut")
@click.argument("video_id")
@click.argument("stretches", nargs=-1, required=True)
@click.option("--exact", "is_exact", is_flag=True, help="To the frame, by encoding anew; else from key-frames on.")
@click.option("--plan", "is_plan", is_flag=True, help="Only say what would come out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(video_id: str, stretches: tuple[str, ...], is_exact: bool, is_plan: bool, as_json: bool) -> None:
    """Keep stretches such as 0:05-1:20.5; address, comments and details stay, subtitles and chapters move along."""
    import kinora

    keep = [_stretch(text) for text in stretches]
    with kinora.open(config.current().home) as library:
        told = library.cut(video_id, keep, is_exact=is_exact, is_plan=is_plan)
    if as_json:
        print_json(told)
        return
    for one in told["stretches"]:
        out.print(f"{one['asked'][0]:.3f}-{one['asked'][1]:.3f} s: {one['kept'][0]:.3f}-{one['kept'][1]:.3f} s")
    for note in told["notes"]:
        out.print(note, markup=False)
    if not is_plan:
        out.print(f"Queued as job {told['job']}")


def _stretch(text: str) -> tuple[float, float]:
    start, _, end = text.partition("-")
    if not end:
        raise InputError(f"{text[:40]!r} is no stretch", hint="write it as 0:05-1:20.5")
    return float(parse_timecode(start)), float(parse_timecode(end))
