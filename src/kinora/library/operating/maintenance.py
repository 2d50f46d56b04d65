"""Closing the site for a while: a file in the home holds the sentence that people read meanwhile."""

from __future__ import annotations

from kinora.config import Settings
from kinora.errors import InputError

MAX_CHARACTERS = 500
_NAME = "maintenance"


def begin_maintenance(settings: Settings, sentence: str = "") -> None:
    """Close the site to everybody but administrators.

    Raises:
        InputError: the sentence is too long.
    """
    if len(sentence) > MAX_CHARACTERS:
        raise InputError(f"the sentence has {len(sentence)} characters; accepted: at most {MAX_CHARACTERS}")
    (settings.home / _NAME).write_text(" ".join(sentence.split()), encoding="utf-8")


def end_maintenance(settings: Settings) -> None:
    (settings.home / _NAME).unlink(missing_ok=True)


def is_in_maintenance(settings: Settings) -> bool:
    return (settings.home / _NAME).exists()


def maintenance_sentence(settings: Settings) -> str | None:
    """Return what people read meanwhile, perhaps nothing; None when the site is open."""
    try:
        return (settings.home / _NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
