"""Word and link filters, of the site and of channels. Patterns know one wild card and are matched in linear steps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from kinora.errors import InputError
from kinora.library.models import Channel
from kinora.library.moderation.models import FilterAction, FilterKind, WordFilter
from kinora.library.moderation.words import folded, hosts_in, words_of

MAX_FILTERS = 5_000  # of the site, and of each channel
MAX_TEXT = 120
MAX_NOTE = 200
MAX_WORDS = 8
FORM = "kinora-filters-1"


@dataclass(frozen=True)
class Hit:
    """A filter that a text ran into."""

    text: str
    kind: str
    action: str


def filters_of(channel: Channel | None) -> QuerySet[WordFilter]:
    """Return a channel's own filters, or the site's."""
    return WordFilter.objects.filter(channel=channel)


def hits(text: str, channel: Channel | None) -> list[Hit]:
    """Return the filters of the site and of the channel that a text runs into."""
    rows = WordFilter.objects.filter(Q(channel=None) | Q(channel=channel)) if channel else filters_of(None)
    words, hosts = words_of(text), hosts_in(text)
    return [
        Hit(row.text, row.kind, row.action)
        for row in rows
        if (matches_words(row.text, words) if row.kind == FilterKind.WORDS else matches_host(row.text, hosts))
    ]


def matches_words(pattern: str, words: Sequence[str]) -> bool:
    """Return whether a phrase stands in the words; `*` in it stands for any letters of one word."""
    wanted = pattern_words(pattern)
    places = range(len(words) - len(wanted) + 1)
    return bool(wanted) and any(
        all(_is_like(part, words[start + place]) for place, part in enumerate(wanted)) for start in places
    )


def matches_host(pattern: str, hosts: Sequence[str]) -> bool:
    """Return whether one of the hosts is the filtered one or lies under it."""
    return any(host == pattern or host.endswith(f".{pattern}") for host in hosts)


def pattern_words(pattern: str) -> list[str]:
    """Return a pattern's words, folded as texts are, their stars kept."""
    return [word for word in re.findall(r"[\w*]+", folded(pattern)) if word.strip("*")]


def _is_like(pattern: str, word: str) -> bool:
    """Match with stars, going back only to the last star: at most len(pattern) * len(word) steps."""
    at, place, star, seen = 0, 0, -1, 0
    while place < len(word):
        if at < len(pattern) and pattern[at] == "*":
            star, seen, at = at, place, at + 1
        elif at < len(pattern) and pattern[at] == word[place]:
            at, place = at + 1, place + 1
        elif star >= 0:
            seen += 1
            at, place = star + 1, seen
        else:
            return False
    return all(letter == "*" for letter in pattern[at:])


def add_filter(channel: Channel | None, *, kind: str, text: str, action: str = "hold", note: str = "") -> WordFilter:
    """Add a filter; one that is there already gets the action and note.

    Raises:
        InputError: an unknown kind or action, or a text that can match nothing, or too many.
    """
    kind, action = _chosen(kind, FilterKind.values, "kind"), _chosen(action, FilterAction.values, "action")
    wanted = _checked(kind, text)
    if filters_of(channel).count() >= MAX_FILTERS:
        raise InputError(f"there are {MAX_FILTERS} filters, which is the most", hint="delete some first")
    row, _ = WordFilter.objects.update_or_create(
        channel=channel, kind=kind, text=wanted, defaults={"action": action, "note": note.strip()[:MAX_NOTE]}
    )
    return row


def _chosen(given: str, accepted: Sequence[str], what: str) -> str:
    if given not in accepted:
        raise InputError(f"{given[:40]!r} is no {what} of a filter; accepted: {', '.join(accepted)}")
    return given


def _checked(kind: str, text: str) -> str:
    """Return the text as it is kept."""
    shown = " ".join(text.split())
    if not shown or len(shown) > MAX_TEXT:
        raise InputError(f"a filter has 1 to {MAX_TEXT} characters; {len(shown)} were given")
    if kind == FilterKind.LINK:
        host = shown.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").split("/")[0]
        if not re.fullmatch(r"[a-z0-9\u0080-\uffff-]+(\.[a-z0-9\u0080-\uffff-]+)+", host):
            raise InputError(f"{shown!r} is no host name; accepted: such as example.com")
        return host
    if not 1 <= len(pattern_words(shown)) <= MAX_WORDS:
        raise InputError(
            f"{shown!r} has no words to look for, or more than {MAX_WORDS}", hint="such as casino or free*"
        )
    if min(len(word.replace("*", "")) for word in pattern_words(shown)) < 2 and len(pattern_words(shown)) == 1:
        raise InputError(f"{shown!r} would match almost everything", hint="give at least two letters")
    return shown.lower()


def export_filters(channel: Channel | None) -> dict[str, Any]:
    """Return the filters as the documented JSON, which `import_filters` takes."""
    rows = filters_of(channel)
    return {
        "form": FORM,
        "filters": [{"kind": row.kind, "text": row.text, "action": row.action, "note": row.note} for row in rows],
    }


@transaction.atomic
def import_filters(channel: Channel | None, document: Any) -> int:
    """Add the filters of a document, all or none; return how many it names.

    Raises:
        InputError: it is no such document; the message names the entry at fault, counted from 1.
    """
    if not isinstance(document, dict) or document.get("form") != FORM or not isinstance(document.get("filters"), list):
        raise InputError(f"this is no list of filters; accepted: JSON with form {FORM!r} and filters")
    entries = document["filters"]
    if len(entries) > MAX_FILTERS:
        raise InputError(f"the list has {len(entries)} filters; accepted: at most {MAX_FILTERS}")
    for number, entry in enumerate(entries, start=1):
        try:
            _add_entry(channel, entry)
        except InputError as error:
            raise InputError(f"entry {number}: {error.message}", hint=error.hint) from error
    return len(entries)


def _add_entry(channel: Channel | None, entry: Any) -> None:
    names = {"kind", "text", "action", "note"}
    if not isinstance(entry, dict) or not {"kind", "text"} <= set(entry) <= names:
        raise InputError("expected kind and text, and maybe action and note")
    if not all(isinstance(value, str) for value in entry.values()):
        raise InputError("every value is text")
    add_filter(channel, **entry)
