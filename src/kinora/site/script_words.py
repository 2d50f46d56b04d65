"""The words that scripts say, in the page's language: a page that is not English carries them as JSON."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.utils.translation import get_language, gettext

# Written by `make messages`, a message a line.
_LIST = Path(__file__).resolve().parent.parent / "locale" / "scripts.txt"


@cache
def _messages() -> tuple[str, ...]:
    return tuple(line for line in _LIST.read_text(encoding="utf-8").splitlines() if line)


def words_for_scripts() -> dict[str, str]:
    """Return what scripts say by what they say in English; nothing where the page is English."""
    if (get_language() or "en").startswith("en"):
        return {}
    return {message: gettext(message) for message in _messages()}
