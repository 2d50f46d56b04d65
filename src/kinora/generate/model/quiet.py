"""Keep the network libraries' own progress bars and reports off the terminal: Kinora says what a person needs."""

from __future__ import annotations

from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging


def quiet_libraries() -> None:
    """Let only errors through."""
    for library in (diffusers_logging, transformers_logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
