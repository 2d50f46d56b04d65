"""`kinora upgrade`: bring a library up to the version that is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from kinora import config
from kinora.cli.output import err, out, print_json
from kinora.errors import NotFound


@click.command("upgrade")
@click.option("--check", is_flag=True, help="Change nothing: say what would be done.")
@click.option(
    "--backup", type=click.Path(path_type=Path), help="Save the whole library there first; the database always is."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(check: bool, backup: Path | None, as_json: bool) -> None:
    """Save the database, bring its tables up to date, look at them, queue what this version wants anew.

    When something fails, the database is put back as it was. The site and workers must be stopped."""
    from kinora.library.setup import set_up_django

    settings = config.current()
    if not settings.home.is_dir():
        raise NotFound(f"there is no library in {settings.home}", hint="name its folder: kinora --home FOLDER upgrade")
    set_up_django(migrate=False)
    from kinora.library.operating import upgrade as upgrading

    if check:
        _print_plan(upgrading.plan_upgrade(settings), is_served=upgrading.is_served(settings), as_json=as_json)
        return
    done = upgrading.upgrade(settings, backup=backup, say=lambda sentence: err.print(sentence, markup=False))
    pages = _build_pages()
    if as_json:
        print_json({**done.to_json(), "pages": pages})
        return
    out.print(f"This library is up to date with Kinora {done.plan.to_version}.")
    out.print(f"The database as it was: {done.saved}", markup=False)
    if done.num_queued:
        out.print(f"{done.num_queued} jobs wait for a worker: kinora serve, or kinora work.")
    for finding in done.to_json()["findings"]:
        out.print(f"{finding['state']}: {finding['name']}: {finding['sentence']}", markup=False)


def _print_plan(plan: object, *, is_served: bool, as_json: bool) -> None:
    from kinora.library.operating.upgrade import Plan

    assert isinstance(plan, Plan)
    hindrances = [*plan.hindrances, *(["the site runs"] if is_served else [])]
    if as_json:
        print_json({**plan.to_json(), "hindrances": hindrances})
        return
    if not plan.is_needed:
        out.print(f"Nothing to do: the library is up to date with Kinora {plan.to_version}.")
        return
    out.print(f"From {plan.from_version or 'an earlier version'} to {plan.to_version}: {len(plan.pending)} steps.")
    for step in plan.pending:
        out.print(f"  {step}", markup=False)
    for hindrance in hindrances:
        out.print(f"In the way: {hindrance}.", markup=False)


def _build_pages() -> str:
    """Build the pages' scripts and styles where Kinora runs from its sources; say what was done."""
    from kinora.site.built_pages import BUILD_DIR

    program = Path(__file__).resolve().parents[3] / "web" / "build.py"
    if not program.exists():
        return "shipped"
    built = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    if built.returncode == 0:
        return "built"
    err.print(f"The pages could not be built: {built.stderr.strip()[-300:]}", markup=False)
    return "old" if (BUILD_DIR / "site.css").exists() else "missing"
