"""The licences that people choose from: what each is called, and where its terms stand.

A video keeps its licence by name, so that `license:cc-by` and old free text go on meaning what they did.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RESERVED = "All rights reserved"
CUSTOM = "Own terms"


@dataclass(frozen=True)
class Licence:
    """One licence: its name as stored, what it allows in a few words, its terms' address (none for one's own)."""

    name: str
    allows: Promise
    url: str = ""


def _cc(parts: str, allows: Promise) -> Licence:
    return Licence(f"CC {parts.upper()} 4.0", allows, f"https://creativecommons.org/licenses/{parts}/4.0/")


LICENCES = (
    _cc("by", _("Anything, with your name")),
    _cc("by-sa", _("Anything, with your name, under the same licence")),
    _cc("by-nd", _("Passing on unchanged, with your name")),
    _cc("by-nc", _("Anything that earns no money, with your name")),
    _cc("by-nc-sa", _("Anything that earns no money, with your name, under the same licence")),
    _cc("by-nc-nd", _("Passing on unchanged and without earning money, with your name")),
    Licence("CC0 1.0", _("Anything: you give up your rights"), "https://creativecommons.org/publicdomain/zero/1.0/"),
    Licence(RESERVED, _("Watching only, as the law says")),
    Licence(CUSTOM, _("What you write below")),
)
_BY_NAME = {licence.name: licence for licence in LICENCES}


def licence_url(name: str) -> str:
    """Return where the terms of a licence stand, "" where they are nobody's but the owner's."""
    known = _BY_NAME.get(name)
    return known.url if known else ""


def licence_choices(now: str = "") -> list[tuple[str, str | Promise]]:
    """Return the choices of a form; a licence of another name that a video has already stays one of them."""
    listed: list[tuple[str, str | Promise]] = [
        ("", _("Not stated")),
        *((one.name, f"{one.name}: {one.allows}") for one in LICENCES),
    ]
    return listed if now in ("", *_BY_NAME) else [*listed, (now, now)]
