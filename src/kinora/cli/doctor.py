"""`kinora doctor`: what is missing on this machine and what that costs."""

from __future__ import annotations

import click

from kinora import config
from kinora.cli.output import out, print_json


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Check this machine and say, for each thing that is missing, what it costs and how to get it."""
    from kinora.library.setup import set_up_django

    set_up_django()
    from kinora.library.checkup import check_up

    findings = check_up(config.current())
    if as_json:
        print_json(
            {
                "findings": [finding.to_json() for finding in findings],
                "settings": config.current().to_json(),
                "is_healthy": all(finding.state != "broken" for finding in findings),
            }
        )
    else:
        marks = {
            "good": "[green]good[/]   ",
            "off": "[yellow]off[/]    ",
            "weak": "[yellow]weak[/]   ",
            "broken": "[red]broken[/] ",
        }
        for finding in findings:
            out.print(f"{marks[finding.state]} {finding.name:<22} ", end="")
            out.print(finding.sentence, markup=False)
            if finding.remedy:
                out.print(f"{'':32}{finding.remedy}", style="dim", markup=False)
    if any(finding.state == "broken" for finding in findings):
        raise SystemExit(1)
