"""`kinora moderate`: reports, held comments, people, filters and the log, for whoever runs the site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.errors import InputError

VERBS = ("cases", "decide", "held", "person", "suspend", "unsuspend", "hold-all", "remove-all", "undo", "log",
         "filters", "take-filters")  # fmt: skip


@click.command("moderate")
@click.argument("verb", type=click.Choice(VERBS), default="cases")
@click.argument("what", required=False, default="")
@click.option("--decision", type=click.Choice(["dismiss", "hold", "remove", "suspend"]), help="With decide.")
@click.option("--reason", default="", help="What both sides read; with decide and suspend.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long a suspension lasts; for good when not given.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Rows at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(  # noqa: PLR0913  (the options of a command)
    verb: str, what: str, decision: str | None, reason: str, days: int | None, limit: int, *, as_json: bool
) -> None:
    """Do something about reports and people; WHAT is a case, a person's name, a bulk action or a file."""
    import kinora

    needs = {"decide", "person", "suspend", "unsuspend", "hold-all", "remove-all", "undo", "take-filters"}
    if verb in needs and not what:
        raise click.UsageError(f"kinora moderate {verb} needs to know what: see docs/moderation.md")
    if verb == "decide" and decision is None:
        raise click.UsageError("kinora moderate decide needs --decision")
    with kinora.open(config.current().home) as library:
        told = _do(library, verb, what, {"decision": decision, "reason": reason, "days": days, "limit": limit})
    if as_json or verb == "filters":
        print_json(told)
    else:
        _print(told)


def _do(library: Any, verb: str, what: str, given: dict[str, Any]) -> dict[str, Any]:
    """Call the library's verb and return what it tells, as the JSON that is printed."""
    limit = given["limit"]
    verbs: dict[str, Any] = {
        "cases": lambda: {"cases": library.cases(limit=limit)},
        "decide": lambda: library.decide(what, given["decision"], explanation=given["reason"], days=given["days"]),
        "held": lambda: {"comments": library.held_comments(limit=limit)},
        "person": lambda: {
            "comments": library.comments_of(what, limit=limit), "done": library.log(actor=what, limit=limit),
            "done_to_them": library.log(person=what, limit=limit),
        },
        "suspend": lambda: {"suspended": what, "told": library.suspend(what, given["reason"], days=given["days"])},
        "unsuspend": lambda: {"lifted": library.lift_suspension(what)},
        "hold-all": lambda: library.all_of(what, "hold"),
        "remove-all": lambda: library.all_of(what, "remove"),
        "undo": lambda: library.undo(what),
        "log": lambda: {"entries": library.log(person=what, limit=limit)},
        "filters": library.filters,
        "take-filters": lambda: {"number": library.take_filters(_document(what))},
    }  # fmt: skip
    told: dict[str, Any] = verbs[verb]()
    return told


def _document(name: str) -> Any:
    try:
        return json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{name} can't be read as JSON: {error}", hint="give a file that was exported here") from error


def _print(told: dict[str, Any]) -> None:
    rows = list(told.items())
    if not any(isinstance(value, list) for _, value in rows):
        out.print(", ".join(f"{name}: {value}" for name, value in rows), markup=False)
        return
    for name, value in rows:
        out.print(f"{name}: {len(value)}", markup=False)
        for row in value:
            out.print(f"  {_line(row)}", markup=False)


def _line(row: dict[str, Any]) -> str:
    if "about" in row:
        return f"{row['id']}  {row['num_reports']:>3} reports  {row['about']['kind']}: {row['about'].get('title', '')}"
    if "verb" in row:
        return f"{row['at'][:16]}  {row['actor']}  {row['verb']}  {row['person']}"
    text = " ".join(row["text"].split())[:80]
    return f"{row['id']}  {row['state']:<7}  {row['author']['name']}: {text}"
