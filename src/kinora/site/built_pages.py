"""Where `make pages` leaves the built scripts and styles."""

from __future__ import annotations

from pathlib import Path

from kinora.errors import ToolFailed

BUILD_DIR = Path(__file__).resolve().parent / "static" / "build"


def require_built_pages() -> None:
    """Check that there is something to serve.

    Raises:
        ToolFailed: the scripts and styles were never built.
    """
    if not (BUILD_DIR / "site.css").exists():
        raise ToolFailed("The pages' scripts and styles are not built.", hint="Run `make pages`, then serve again.")
