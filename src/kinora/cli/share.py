"""`kinora share`: links to a video or a moment of it, and where it may be embedded."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.timebase import parse_timecode


@click.command("share")
@click.argument("video_id")
@click.option("--start", default="", metavar="TIME", help="Where it begins: 75, 1:15, 1m15s.")
@click.option("--end", default="", metavar="TIME", help="Where it stops; the link then plays that moment alone.")
@click.option(
    "--embed", type=click.Choice(["anywhere", "listed", "nowhere", "channel"]), help="Where it may be embedded."
)
@click.option(
    "--site", "sites", multiple=True, metavar="NAME", help="A site of the list, with `--embed listed`; repeat."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(video_id: str, start: str, end: str, embed: str | None, sites: tuple[str, ...], as_json: bool) -> None:
    """Print the links to a video, and the code to embed it in a page."""
    import kinora

    if sites and embed != "listed":
        raise click.UsageError("--site goes with --embed listed")
    with kinora.open(config.current().home) as library:
        shared = library.share(
            video_id,
            start_seconds=parse_timecode(start) if start else 0.0,
            end_seconds=parse_timecode(end) if end else None,
        )
        if embed:
            library.set_embedding(video_id, None if embed == "channel" else embed, "\n".join(sites))
        rule = library.embedding(video_id)
    if as_json:
        print_json({**shared, "embedding": {"place": str(rule.place), "domains": list(rule.domains)}})
        return
    for line in (shared["url"], shared["embed_url"], shared["embed_html"]):
        out.print(line, markup=False, soft_wrap=True)
    where = f": {', '.join(rule.domains)}" if rule.place == "listed" else ""
    out.print(f"Embedding: {rule.place}{where}", markup=False)
