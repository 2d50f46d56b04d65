"""`kinora find QUERY`: the moments that answer a query."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import err, out, print_json
from kinora.search.hit import Hit, Reason
from kinora.timebase import format_timecode


@click.command("find")
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200), help="Most moments to print.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find moments by what is said, shown, written or meant.

    QUERY may hold "phrases", -words and said: shown: title: in: before: after: longer: shorter:
    """
    import kinora

    with kinora.open(config.current().home) as library:
        found = library.find(" ".join(query), limit=limit)
        if as_json:
            print_json(found.to_json())
            return
        for notice in found.notices:
            err.print(notice, style="dim", markup=False)
        if not found.hits:
            out.print(f"Nothing matches {found.query!r}.", markup=False)
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
    return f"{reason.signal.replace('_', ' ')}: {text}"
