"""`kinora backup`: save the whole library while it is in use; look at what was saved."""

from __future__ import annotations

from pathlib import Path

import click

from kinora import config
from kinora.cli.output import out, print_json, progress_bar


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--without-renditions", is_flag=True, help="Leave out the qualities: a restored library makes them again."
)
@click.option(
    "--keep", type=click.IntRange(min=1), help="In a folder: keep the newest KEEP snapshots, delete older ones."
)
@click.option("--verify", "is_verify", is_flag=True, help="Save nothing: read TARGET again, every byte.")
@click.option("--list", "is_list", is_flag=True, help="Save nothing: list the snapshots of TARGET.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    target: Path, without_renditions: bool, keep: int | None, is_verify: bool, is_list: bool, as_json: bool
) -> None:
    """Save database, index, files, settings and keys to TARGET: a file that ends in .tar, else a folder.

    In a folder only what changed since the last time is read, and each snapshot can be restored.
    """
    if is_verify and is_list:
        raise click.UsageError("--verify and --list are two things; give one")
    if (is_verify or is_list) and (without_renditions or keep):
        raise click.UsageError("--verify and --list save nothing; leave the other options out")
    if is_verify:
        _verify(target, as_json=as_json)
    elif is_list:
        _list(target, as_json=as_json)
    else:
        _back_up(target, with_renditions=not without_renditions, keep=keep or 0, as_json=as_json)


def _back_up(target: Path, *, with_renditions: bool, keep: int, as_json: bool) -> None:
    from kinora.library.setup import set_up_django

    set_up_django(migrate=False)
    from kinora.library.operating.backup import back_up

    with progress_bar() as bar:
        task = bar.add_task("Saving", total=1.0, message="")
        saved = back_up(
            config.current(), target, with_renditions=with_renditions, keep=keep,
            on_file=lambda share, name: bar.update(task, completed=share, message=name[-50:]),
        )  # fmt: skip
    if as_json:
        print_json(saved.to_json())
        return
    whole = saved.snapshot
    out.print(f"Saved {len(whole.entries)} files, {_size(whole.size_bytes)}, to {saved.target}", markup=False)
    out.print(f"New since the last time: {saved.num_new_files} files, {_size(saved.new_bytes)}", markup=False)
    out.print(
        f"Snapshot {whole.name}. Bring it back with: kinora --home NEW-FOLDER restore {saved.target}", markup=False
    )


def _verify(target: Path, *, as_json: bool) -> None:
    from kinora.library.operating.checking import verify

    with progress_bar() as bar:
        task = bar.add_task("Reading", total=1.0, message="")
        found = verify(target, lambda share, name: bar.update(task, completed=share, message=name[-50:]))
    if as_json:
        print_json(found.to_json())
    else:
        out.print(f"Whole: {found.num_files} files, {_size(found.size_bytes)}, in {found.num_snapshots} snapshots")


def _list(target: Path, *, as_json: bool) -> None:
    from kinora.library.operating.checking import open_store

    snapshots = open_store(target).snapshots()
    if as_json:
        print_json({"snapshots": [snapshot.to_json() for snapshot in snapshots]})
        return
    for snapshot in snapshots:
        about = "" if snapshot.with_renditions else "  without renditions"
        line = f"{snapshot.name}  {len(snapshot.entries):>7} files  {_size(snapshot.size_bytes):>10}"
        out.print(f"{line}  Kinora {snapshot.kinora_version}  {snapshot.database}{about}", markup=False)
    if not snapshots:
        out.print("No snapshot yet.")


def _size(size_bytes: int) -> str:
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size_bytes >= size:
            return f"{size_bytes / size:.1f} {unit}"
    return f"{size_bytes} B"
