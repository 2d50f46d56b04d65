"""Kinora: find any moment in your videos, and publish them on a site of your own.

    import kinora

    with kinora.open("~/films") as library:
        library.add("holiday.mp4")
        for hit in library.find("a dog on the beach").hits:
            print(hit.video_id, hit.start_seconds, hit.end_seconds)

Django is loaded by `open`, not by importing this package.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinora import config as _config
from kinora import errors
from kinora.errors import Conflict, KinoraError
from kinora.library.options import AddOptions
from kinora.timebase import Span

if TYPE_CHECKING:
    from kinora.library.handle import Library

__all__ = ["AddOptions", "KinoraError", "Library", "Span", "errors", "open"]

_PATIENCE_SECONDS = 60
_opened: list[Path] = []


def open(home: Path | str | None = None) -> Library:
    """Open the library in a folder, made where it is absent; without one, the folder that `KINORA_HOME` names.

    Raises:
        InputError: the folder can't be the home of a library.
        Conflict: this process has another library open; one process serves one home.
    """
    wanted = Path(home).expanduser().resolve() if home is not None else _config.current().home
    if _opened and _opened[0] != wanted:
        raise Conflict(f"this process has the library {_opened[0]} open", hint="open another in a process of its own")
    # A command or program asks once and can wait for the encoder to start; a page can't.
    _config.override(home=wanted, encoder_patience_seconds=_PATIENCE_SECONDS)
    from kinora.library.setup import set_up_django

    set_up_django()
    _opened[:] = [wanted]
    from kinora.library.handle import Library

    return Library(_config.current())


def __getattr__(name: str) -> Any:
    """Give `Library`, whose module needs a library to be open, and the installed version."""
    if name == "__version__":
        from importlib.metadata import version

        return version("kinora")
    if name == "Library" and _opened:
        from kinora.library.handle import Library

        return Library
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
