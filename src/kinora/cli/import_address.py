"""`kinora import ADDRESS…`: bring videos in by their addresses."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json


@click.command("import")
@click.argument("addresses", nargs=-1, required=True)
@click.option("--all", "is_list", is_flag=True, help="Everything that a channel or list holds, at most 500.")
@click.option("--user", "username", default="", help="For whom; the library's own account when not given.")
@click.option(
    "--visibility", type=click.Choice(["public", "unlisted", "private"]), default="private", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(addresses: tuple[str, ...], is_list: bool, username: str, visibility: str, as_json: bool) -> None:
    """Queue imports: a video file's own address, or with yt-dlp a page; a running worker fetches them."""
    import kinora

    with kinora.open(config.current().home) as library:
        begun = [
            library.import_from(address, is_list=is_list, username=username, visibility=visibility)
            for address in addresses
        ]
    if as_json:
        print_json({"imports": begun})
        return
    for one in begun:
        out.print(f"{one['id']}  {one['address']}: queued", markup=False)
