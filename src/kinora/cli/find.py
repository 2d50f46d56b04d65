"""`kinora find QUERY`: the moments that answer a query."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kinora import config
from kinora.cli.output import err, out, print_json
from kinora.errors import NotFound, QueryRefused
from kinora.search.asked import SORTS, Asked
from kinora.search.hit import Hit, Reason
from kinora.timebase import format_timecode

if TYPE_CHECKING:
    from kinora.library.handle import FoundMoments


@click.command("find")
@click.argument("query", nargs=-1)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200), help="Most moments to print.")
@click.option("--offset", default=0, show_default=True, type=click.IntRange(0, 10_000), help="Leave out the first.")
@click.option("--sort", default="best", show_default=True, type=click.Choice(SORTS), help="Which moments come first.")
@click.option("--image", type=click.Path(path_type=Path, dir_okay=False), help="A picture: what looks like it counts.")
@click.option("--more-like", multiple=True, metavar="MOMENT", help="Find more like ID@SECONDS; may be given again.")
@click.option("--less-like", multiple=True, metavar="MOMENT", help="Find less like ID@SECONDS; may be given again.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(query: tuple[str, ...], limit: int, offset: int, as_json: bool, **beside: Any) -> None:
    """Find moments by what is said, shown, written, meant or seen.

    QUERY may hold "phrases", -words, cat OR dog, (groups), A THEN B within 30s, A WHILE B, said: shown: title: tag:
    color: like: in: by: lang: license: before: after: longer: shorter: has:speech has:text is:ai
    """
    import kinora

    text = " ".join(query)
    if not text.strip() and beside["image"] is None:
        raise click.UsageError("write what to find, or give a picture with --image")
    with kinora.open(config.current().home) as library:
        try:
            found = library.find(text, limit=limit, offset=offset, asked=_asked(**beside))
        except QueryRefused as error:
            if error.position and not as_json:
                _point_at(text, error.position)
            raise
        if as_json:
            print_json(found.to_json())
        else:
            _print(found, text)


def _asked(sort: str, image: Path | None, more_like: tuple[str, ...], less_like: tuple[str, ...]) -> Asked:
    try:
        picture = image.read_bytes() if image else None
    except OSError as error:
        raise NotFound(f"{image} can't be read: {error.strerror}") from error
    return Asked(picture, sort, more_like, less_like)


def _point_at(text: str, position: int) -> None:
    """Show the query with a caret under the character at fault."""
    start = max(0, position - 60)
    err.print("  " + text[start : start + 100].replace("\n", " "), markup=False, highlight=False)
    err.print("  " + " " * (position - 1 - start) + "^", markup=False, highlight=False)


def _print(found: FoundMoments, text: str) -> None:
    for notice in found.notices:
        err.print(notice, style="dim", markup=False)
    if not found.hits:
        out.print(f"Nothing matches {found.query or 'the picture'!r}.", markup=False)
    if found.query != text.strip() and (" THEN " in found.query or " WHILE " in found.query):
        err.print(f"Read as: {found.query}", style="dim", markup=False)
    for hit in found.hits:
        _print_hit(hit, found.video(hit.video_id).title)


def _print_hit(hit: Hit, title: str) -> None:
    span = f"{format_timecode(hit.start_seconds)}–{format_timecode(hit.end_seconds)}"
    out.print(f"[bold]{span:>13}[/]  {hit.score:.2f}  ", end="")
    out.print(title, markup=False)
    for reason in hit.reasons:
        out.print(f"{'':15}{_reason_line(reason)}", style="dim", markup=False)


def _reason_line(reason: Reason) -> str:
    text = reason.text if len(reason.text) <= 140 else f"{reason.text[:139]}…"
    name = reason.signal.replace("_", " ")
    return f"{name}: {text}" if text else f"{name} ({reason.score:.2f})"
