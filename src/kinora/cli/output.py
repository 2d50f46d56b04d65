"""Results on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kinora.errors import KinoraError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON document, as the documented shapes have it."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_error(error: KinoraError, *, as_json: bool) -> None:
    """Print the error's one shape, or its sentence and hint for a person."""
    if as_json:
        json.dump(error.to_json(), sys.stderr, ensure_ascii=False)
        sys.stderr.write("\n")
        return
    err.print(f"[bold red]{error.kind}[/]: ", end="")
    err.print(error.message, markup=False)
    if error.hint:
        err.print(f"  {error.hint}", style="dim", markup=False)


def progress_bar() -> Progress:
    """Return a progress display on standard error; silent when that is no terminal."""
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[message]}", style="dim"), TimeElapsedColumn(),
        console=err, disable=not err.is_terminal,
    )  # fmt: skip
