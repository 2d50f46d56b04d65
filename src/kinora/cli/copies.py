"""`kinora copies FILE_OR_VIDEO`: which stretches of it reappear in which videos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kinora import config
from kinora.cli.output import err, out, print_json
from kinora.timebase import format_timecode

if TYPE_CHECKING:
    from kinora.search.copies import Stretch


@click.command("copies")
@click.argument("file_or_video")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file_or_video: str, as_json: bool) -> None:
    """Find where FILE_OR_VIDEO, a file or a video's identifier, reappears in the library.

    Found through another size, crops, borders, mirroring, overlays, another speed, changed colours, a picture within
    the picture, and by the sound alone.
    """
    import kinora

    with kinora.open(config.current().home) as library:
        report = library.copies(file_or_video)
    if as_json:
        print_json(report.to_json())
        return
    if not report.is_complete:
        err.print("Its fingerprints are not taken yet: run kinora work, then ask again.", style="dim")
    if not report.copies:
        out.print("Nothing in the library shares a stretch with it.")
    for copy in report.copies:
        out.print(f"[bold]{copy.score:.2f}[/]  ", end="")
        out.print(f"{copy.video.title} ({copy.video.public_id}): {copy.label}", markup=False)
        for stretch in copy.stretches:
            out.print(_line(stretch), markup=False, style="dim")


def _line(one: Stretch) -> str:
    here = f"{format_timecode(one.start_seconds)}–{format_timecode(one.end_seconds)}"
    there = f"{format_timecode(one.other_start_seconds)}–{format_timecode(one.other_end_seconds)}"
    notes = [{"picture": "by picture", "sound": "by sound", "both": "by picture and sound"}[one.by]]
    if one.is_mirrored:
        notes.append("mirrored")
    if abs(one.speed - 1) > 0.01:
        notes.append(f"{one.speed:.2f} times as fast")
    return f"{'':6}{here:>13}  is there {there}  {', '.join(notes)}"
