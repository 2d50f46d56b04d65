"""`kinora lightbox`: collect moments, put them in order, export them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kinora import config
from kinora.cli.output import out, print_json, progress_bar
from kinora.timebase import format_timecode

_VERBS = ("list", "make", "add", "remove", "export")


@click.command("lightbox")
@click.argument("verb", type=click.Choice(_VERBS), default="list")
@click.argument("given", nargs=-1)
@click.option("--user", "username", default="", help="Whose they are; the library's own account when not given.")
@click.option("--note", default="", help="Note on the added moments.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to export to; its ending says what.")
@click.option("--drop-frame", is_flag=True, help="Count an EDL's frames in drop-frame timecode (29.97 and 59.94).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(verb: str, given: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """List light-boxes; make NAME [MOMENT…]; add ID MOMENT…; remove ID…; export ID --out FILE.

    A MOMENT is VIDEO@START-END in seconds. FILE ends in .otio, .edl, .xml, .csv, .m3u8, .json or .zip (one clip each).
    """
    import kinora

    num_needed = {"make": 1, "remove": 1, "export": 1, "add": 2}.get(verb, 0)
    if len(given) < num_needed:
        raise click.UsageError(f"kinora lightbox {verb} takes more: see kinora lightbox --help")
    if verb == "export" and options["out"] is None:
        raise click.UsageError("kinora lightbox export takes --out FILE")
    with kinora.open(config.current().home) as library:
        told = _do(library, verb, given, **options)
    if as_json:
        print_json(told)
        return
    _print(told, verb)


def _do(library: Any, verb: str, given: tuple[str, ...], username: str, **options: Any) -> dict[str, Any]:
    if verb == "make":
        return {"lightboxes": [library.make_lightbox(given[0], given[1:], username=username)]}
    if verb == "add":
        box = library.add_to_lightbox(given[0], given[1:], note=options["note"], username=username)
        return {"lightboxes": [box]}
    if verb == "remove":
        return {"lightboxes": [library.remove_lightbox(one, username=username) for one in given]}
    if verb == "list":
        return {"lightboxes": library.lightboxes(username=username)}
    with progress_bar() as bar:
        task = bar.add_task("Exporting", total=1.0, message="")
        path = library.export_lightbox(
            given[0], options["out"], drop_frame=options["drop_frame"], username=username,
            on_progress=lambda done, message: bar.update(task, completed=done, message=message),
        )  # fmt: skip
    return {"file": str(path), "size_bytes": path.stat().st_size}


def _print(told: dict[str, Any], verb: str) -> None:
    if "file" in told:
        out.print(f"{told['file']}  {told['size_bytes']:,} bytes", markup=False)
        return
    for box in told["lightboxes"]:
        out.print(f"{box['id']}  {box['name']}{'  removed' if verb == 'remove' else ''}", markup=False)
        for item in box["items"]:
            span = f"{format_timecode(item['start_seconds'])}–{format_timecode(item['end_seconds'])}"
            out.print(f"{span:>18}  {item['video']['title'][:50]:<50}  {item['note']}", markup=False)
    if not told["lightboxes"]:
        out.print("No light-boxes. Make one: kinora lightbox make NAME VIDEO@START-END")
