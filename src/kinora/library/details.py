"""Change what is said about a video; the index follows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kinora.errors import InputError
from kinora.library.files import printable
from kinora.library.models import Channel, Video, Visibility
from kinora.library.patience import patient
from kinora.library.queue import enqueue

_MAX_TAGS = 40


def set_details(  # noqa: PLR0913  (one optional value a field of the row; only those given change)
    video: Video,
    *,
    title: str | None = None,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    visibility: str | None = None,
    language: str | None = None,
    licence: str | None = None,
    channel: Channel | None = None,
) -> None:
    """Change what is given, and have the video indexed anew where anything did change.

    A new visibility counts at once: whether somebody may see a video is asked of the row, never of the index.

    Raises:
        InputError: an empty title or an unknown visibility.
    """
    wanted: dict[str, object] = {
        "title": None if title is None else _title(title),
        "description": None if description is None else description[:20_000],
        "tags": None if tags is None else _tags(tags),
        "visibility": None if visibility is None else _visibility(visibility),
        "language": None if language is None else language[:16],
        "licence": None if licence is None else licence[:60],
        "channel": channel,
    }
    changed = {name: value for name, value in wanted.items() if value is not None and getattr(video, name) != value}
    if changed:
        _store(video, changed)


@patient
def _store(video: Video, changed: dict[str, object]) -> None:
    with transaction.atomic():
        Video.objects.filter(pk=video.pk).update(updated_at=timezone.now(), **changed)
        content_changed(video)
    video.refresh_from_db()


def content_changed(video: Video) -> None:
    """Have a video indexed again; call it in the transaction that changed what search must know.

    A video that is not indexed yet will be, with whatever its rows hold by then.
    """
    Video.objects.filter(pk=video.pk).update(revision=F("revision") + 1)
    if Video.objects.filter(pk=video.pk, indexed_revision__gt=0).exists():
        enqueue("index", video=video)


def _title(given: str) -> str:
    title = " ".join(printable(given.replace("\n", " ")).split())[:300]
    if not title:
        raise InputError("a video needs a title", hint="give at least one letter")
    return title


def _tags(given: Sequence[str]) -> list[str]:
    tags = (" ".join(printable(tag).split())[:60] for tag in given)
    return list(dict.fromkeys(tag for tag in tags if tag))[:_MAX_TAGS]


def _visibility(given: str) -> str:
    if given not in Visibility.values:
        raise InputError(f"{given!r} is no visibility; accepted: public, unlisted, private")
    return given
