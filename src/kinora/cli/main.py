"""`kinora`: the program. Each verb has a file of its own beside this one.

Try it: `kinora --home /tmp/films add film.mp4` then `kinora --home /tmp/films find "a dog"`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kinora import config
from kinora.cli import (
    add,
    admin,
    backup,
    copies,
    cut,
    demo,
    doctor,
    edit,
    figures,
    find,
    follow,
    history,
    import_address,
    jobs,
    lightbox,
    make,
    models,
    moderate,
    people,
    playlist,
    probe,
    recommend,
    redo,
    restore,
    saved,
    serve,
    settings,
    share,
    shots,
    storage,
    takes,
    train,
    trash,
    upgrade,
    videos,
    webhooks,
    work,
    worlds,
)
from kinora.cli.output import err, print_error
from kinora.errors import Cancelled, InputError, KinoraError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Folder of the library (KINORA_HOME).")
@click.version_option(package_name="kinora")
def program(home: Path | None) -> None:
    """Find any moment in any video you hold, publish it on a site of your own, make what nobody has filmed."""
    if home is not None:
        config.override(home=home.expanduser().resolve())


for command in (
    add.command, find.command, copies.command, make.command, takes.command, shots.command, probe.command,
    videos.command, jobs.command, models.command, serve.command, work.command, doctor.command, demo.command,
    admin.command, worlds.command, train.command, saved.command, lightbox.command, share.command,
    history.command, moderate.command, trash.command, cut.command, edit.command, import_address.command, redo.command,
    storage.command,
    playlist.command, follow.command, recommend.command, people.command,
    people.visibility_command,
    backup.command, restore.command, figures.command, settings.command, webhooks.command, upgrade.command,
):  # fmt: skip
    program.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the program and end with the error's exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in arguments
    try:
        program.main(args=arguments, prog_name="kinora", standalone_mode=False)
    except KinoraError as error:
        print_error(error, as_json=as_json)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        if not as_json:
            error.show(file=sys.stderr)
            sys.exit(error.exit_code)
        print_error(InputError(error.format_message()), as_json=True)
        sys.exit(InputError.exit_code)
    except (KeyboardInterrupt, click.Abort):
        if not as_json:
            err.print("Stopped. Work already queued goes on when a worker runs.")
        sys.exit(Cancelled.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
