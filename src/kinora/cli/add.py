"""`kinora add PATH…`: bring videos into the library and wait until they can be found."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import err, out, print_error, print_json, progress_bar
from kinora.errors import KinoraError


@click.command("add")
@click.argument("paths", nargs=-1, required=True)
@click.option("--no-wait", is_flag=True, help="Queue only; a running worker does the rest.")
@click.option(
    "--visibility",
    type=click.Choice(["public", "unlisted", "private", "members"]),
    default="private",
    show_default=True,
    help="Who may see the videos on the site.",
)
@click.option("--channel", default="", help="Handle of the channel they belong to.")
@click.option("--title", default="", help="Title, when one file is given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(paths: tuple[str, ...], no_wait: bool, visibility: str, channel: str, title: str, as_json: bool) -> None:
    """Add files, folders or globs. Subtitle files beside a video are taken with it."""
    import kinora

    options = kinora.AddOptions(visibility=visibility, channel=channel, title=title)
    with kinora.open(config.current().home) as library, progress_bar() as bars:
        tasks: dict[str, int] = {}

        def on_progress(name: str, fraction: float, message: str) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name[:40], total=1.0, message="")
            bars.update(tasks[name], completed=fraction, message=message[:60])  # type: ignore[arg-type]

        outcomes = library.add_all(list(paths), options, wait=not no_wait, on_progress=on_progress)
    failures = [outcome.error for outcome in outcomes if outcome.error is not None]
    if as_json:
        print_json({"added": [outcome.to_json() for outcome in outcomes]})
    else:
        for outcome in outcomes:
            out.print(outcome.describe(), markup=False)
    _end_with(failures, as_json=as_json)


def _end_with(failures: list[KinoraError], *, as_json: bool) -> None:
    """Raise the first failure, so that the exit code tells; the others were printed with their files."""
    if not failures:
        return
    for failure in failures[1:]:
        print_error(failure, as_json=as_json)
    if len(failures) > 1 and not as_json:
        err.print(f"{len(failures)} files were refused.")
    raise failures[0]
