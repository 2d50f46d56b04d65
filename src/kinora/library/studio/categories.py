"""What a video is about, in one word: the categories that a list or a page can be narrowed to."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CATEGORIES = {
    "animals": _("Animals and nature"),
    "art": _("Art and design"),
    "comedy": _("Comedy"),
    "education": _("Education"),
    "entertainment": _("Entertainment"),
    "film": _("Film and animation"),
    "gaming": _("Games"),
    "history": _("History and archives"),
    "howto": _("How-to"),
    "music": _("Music"),
    "news": _("News and politics"),
    "people": _("People"),
    "science": _("Science and technology"),
    "society": _("Society and causes"),
    "sport": _("Sport"),
    "travel": _("Travel and places"),
    "vehicles": _("Vehicles"),
}


def category_choices() -> list[tuple[str, str | Promise]]:
    return [("", _("None")), *CATEGORIES.items()]
