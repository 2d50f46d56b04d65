"""Change what is said about a video; the index follows where search must know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kinora.errors import InputError
from kinora.library.files import printable
from kinora.library.models import Channel, Comments, Video
from kinora.library.patience import patient
from kinora.library.people.visibility import plan_publication, visibility_change
from kinora.library.queue import enqueue
from kinora.library.studio.categories import CATEGORIES
from kinora.library.studio.licences import CUSTOM
from kinora.library.studio.machine_mark import declared
from kinora.moments.language import normalise_language

MAX_TAGS = 40
# What the index holds nothing of: saying it costs no indexing.
_NOT_INDEXED = frozenset(
    {"category", "licence_text", "is_age_restricted", "comments", "allows_download", "machine_mark", "licence"}
)

_WHO_SEES = frozenset({"visibility", "password", "publish_at"})


class Details(TypedDict, total=False):
    """What may be said about a video; None is as good as left out."""

    title: str | None
    description: str | None
    tags: Sequence[str] | None
    visibility: str | None
    password: str | None  # of the visibility `password`
    publish_at: datetime | None  # of the visibility `scheduled`
    language: str | None
    licence: str | None
    licence_text: str | None
    category: str | None
    is_age_restricted: bool | None
    comments: str | None
    allows_download: bool | None
    declares_ai: bool | None
    channel: Channel | None


def set_details(video: Video, **given: Unpack[Details]) -> None:
    """Change what is given, and have the video indexed anew where search must know of it.

    A new visibility counts at once: whether somebody may see a video is asked of the row, never of the index.

    Raises:
        InputError: an empty title, or a word that is none of those accepted.
    """
    wanted: dict[str, Any] = {name: _CLEANERS[name](value) for name, value in given.items() if value is not None}
    if wanted.keys() & _WHO_SEES:
        chosen = (wanted.pop(name, None) for name in ("visibility", "password", "publish_at"))
        wanted |= visibility_change(video, *chosen)
    if "declares_ai" in wanted:
        wanted["machine_mark"] = declared(video, wanted.pop("declares_ai"))
    if wanted.get("licence") == CUSTOM and not wanted.get("licence_text", video.licence_text):
        raise InputError("your own licence has no terms", hint="write them, or choose another licence")
    changed = {name: value for name, value in wanted.items() if getattr(video, name) != value}
    if changed:
        _store(video, changed)


@patient
def _store(video: Video, changed: dict[str, object]) -> None:
    with transaction.atomic():
        Video.objects.filter(pk=video.pk).update(updated_at=timezone.now(), **changed)
        if not _NOT_INDEXED.issuperset(changed):
            content_changed(video)
        if "publish_at" in changed:
            plan_publication(video)
    video.refresh_from_db()


def content_changed(video: Video) -> None:
    """Have a video indexed again; call it in the transaction that changed what search must know.

    A video that is not indexed yet will be, with whatever its rows hold by then.
    """
    Video.objects.filter(pk=video.pk).update(revision=F("revision") + 1)
    if Video.objects.filter(pk=video.pk, indexed_revision__gt=0).exists():
        enqueue("index", video=video)


def clean_tags(given: Sequence[str]) -> list[str]:
    """Return tags as they are stored: each once, without white space around, at most 40."""
    tags = (" ".join(printable(tag).split())[:60] for tag in given)
    return list(dict.fromkeys(tag for tag in tags if tag))[:MAX_TAGS]


def _title(given: str) -> str:
    title = " ".join(printable(given.replace("\n", " ")).split())[:300]
    if not title:
        raise InputError("a video needs a title", hint="give at least one letter")
    return title


def _text(most: int) -> Callable[[str], str]:
    return lambda given: given.replace("\x00", "")[:most]


def _language(given: str) -> str:
    return (normalise_language(given) or printable(given))[:16]


def _one_of(what: str, accepted: Sequence[str]) -> Callable[[str], str]:
    def clean(given: str) -> str:
        if given not in accepted:
            listed = ", ".join(name or "nothing" for name in accepted)
            raise InputError(f"{given[:40]!r} is no {what}; accepted: {listed}")
        return given

    return clean


_CLEANERS: dict[str, Callable[[Any], object]] = {
    "title": _title,
    "description": _text(20_000),
    "tags": clean_tags,
    "visibility": str,
    "password": str,
    "publish_at": lambda time: time,
    "language": _language,
    "licence": lambda given: printable(given)[:60],
    "licence_text": lambda given: given.replace("\x00", "").strip()[:5000],
    "category": _one_of("category", ("", *CATEGORIES)),
    "is_age_restricted": bool,
    "comments": _one_of("choice of comments", Comments.values),
    "allows_download": bool,
    "declares_ai": bool,
    "channel": lambda channel: channel,
}
