"""Add a file: it becomes a row and a folder at once or not at all; jobs do the rest."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from kinora import config
from kinora.errors import Conflict
from kinora.ledger.record import Origin, sha256_of
from kinora.library.access import can_edit
from kinora.library.accounts import channel_of
from kinora.library.files import (
    check_room,
    check_source,
    clean_name,
    put_in_place,
    safe_suffix,
    take_file,
    title_from_name,
    work_folder,
)
from kinora.library.models import Channel, Job, User, Video, VideoState, Visibility, new_public_id
from kinora.library.moderation.trash import restore_video
from kinora.library.patience import patient
from kinora.library.people.visibility import check_simple
from kinora.library.queue import ACTIVE, enqueue
from kinora.library.sidecars import Sidecar, copy_sidecars, take_sidecars
from kinora.library.studio.machine_mark import mark_of

__all__ = ["Added", "NewFile", "Sidecar", "add_file", "add_new_file"]


@dataclass(frozen=True)
class Added:
    """What adding gave; `is_new` is False when the owner had the very same file already."""

    video: Video
    is_new: bool


@dataclass(frozen=True)
class NewFile:
    """A file that enters the library, and what is said about it."""

    path: Path
    owner: User
    channel: Channel | None = None
    name: str = ""  # as the person named it; empty: the path's
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    visibility: str = Visibility.PRIVATE.value
    origin: Origin = "upload"
    licence: str = ""
    move: bool = False
    sidecars: Sequence[Sidecar] = ()
    recipe: dict[str, Any] = field(default_factory=dict)
    is_made_by_machine: bool = False
    parents: Sequence[Video] = ()
    adder: User | None = None  # who brings it, where that may be somebody else of the channel's team


def add_file(  # noqa: PLR0913  (the contract between rooms; `NewFile` says all of it)
    path: Path | str,
    *,
    owner: User,
    channel: Channel | None = None,
    title: str = "",
    visibility: str = Visibility.PRIVATE.value,
    origin: Origin = "upload",
    move: bool = False,
    sidecars: Sequence[Sidecar] = (),
    name: str = "",
    adder: User | None = None,
) -> Added:
    """Add a file for its owner and queue its reading. The same file again gives the same video.

    Args:
        move: take the file away from `path` instead of copying it; a refused file stays where it is.
        sidecars: `(path, language)` of subtitle files that belong to it.

    Raises:
        NotFound, UnreadableMedia, MediaTooLarge, DiskFull: see their sentences.
    """
    given = NewFile(
        Path(path), owner, channel=channel, title=title, visibility=visibility, origin=origin, move=move,
        sidecars=tuple(sidecars), name=name, adder=adder,
    )  # fmt: skip
    return add_new_file(given)


def add_new_file(given: NewFile) -> Added:
    """Add a file described in full; see `add_file`."""
    settings = config.current()
    check_simple(given.visibility)
    facts = check_source(given.path, settings)
    sha256 = sha256_of(given.path)
    known = Video.objects.filter(owner=given.owner, sha256=sha256).first()
    _refuse_another_channels(known, given)
    if known is not None and known.original_path.exists():
        return _seen_before(known, given)
    check_room(settings, for_bytes=facts.st_size)
    video = known or _new_row(given, sha256, facts.st_size)
    with work_folder(settings, f"add-{video.public_id}") as folder, ExitStack() as undo:
        draft = folder / video.public_id
        draft.mkdir()
        take_sidecars(given.sidecars, draft)
        take_file(given.path, draft / video.original_path.name, move=given.move, facts=facts)
        undo.callback(_give_back, video, given, folder)
        put_in_place(draft, video.folder, trash=folder / "trash")
        added = _store(video, given, folder)
        undo.pop_all()
        return added


def _refuse_another_channels(known: Video | None, given: NewFile) -> None:
    """A team's editor adds for the channel's holder, and is not handed what the holder keeps in other channels."""
    if known is not None and given.adder is not None and not can_edit(given.adder, known):
        raise Conflict("this file is in the library of the channel's holder already", hint="ask them where it is")


def _give_back(video: Video, given: NewFile, folder: Path) -> None:
    """After a failure take the unstored folder away again, and return a moved file to where it was."""
    if video.folder.exists():
        video.folder.rename(folder / video.public_id)
    if given.move and not given.path.exists():
        (folder / video.public_id / video.original_path.name).rename(given.path)


def _new_row(given: NewFile, sha256: str, size_bytes: int) -> Video:
    """Return the row, not stored yet."""
    name = clean_name(given.name or given.path.name)
    return Video(
        public_id=new_public_id(),
        owner=given.owner,
        channel=given.channel or channel_of(given.owner),
        title=(given.title.strip() or title_from_name(name))[:300],
        description=given.description,
        tags=list(given.tags),
        visibility=given.visibility,
        first_public_at=timezone.now() if given.visibility == Visibility.PUBLIC else None,
        sha256=sha256,
        size_bytes=size_bytes,
        original_name=name,
        original_suffix=safe_suffix(name),
        origin=given.origin,
        licence=given.licence,
        recipe=given.recipe,
        is_made_by_machine=given.is_made_by_machine,
        comments=config.current().comments_of_new_videos(),
    )


def _store(video: Video, given: NewFile, folder: Path) -> Added:
    """Store the row with its first job; when the same file was added at the same time, keep that one instead."""
    try:
        _store_row(video, given.parents)
    except IntegrityError:
        video.folder.rename(folder / "lost")
        return _seen_before(Video.objects.get(owner=given.owner, sha256=video.sha256), given)
    return Added(video, is_new=True)


@patient
def _store_row(video: Video, parents: Sequence[Video] = ()) -> None:
    with transaction.atomic():
        video.state, video.error_kind, video.error_message = VideoState.PROCESSING, "", ""
        video.machine_mark = mark_of(video, parents)
        video.save()
        video.parents.add(*parents)
        enqueue("probe", video=video)


def _seen_before(video: Video, given: NewFile) -> Added:
    """Attach subtitle files that are new to a video that is held already; one that failed gets another try.

    One that its owner deleted comes back from the trash.
    """
    if video.state == VideoState.TRASHED:
        restore_video(video, by=given.owner)
    has_new = bool(given.sidecars) and copy_sidecars(given.sidecars, video) > 0
    if video.state == VideoState.FAILED:
        _store_row(video)
    elif has_new and not _is_to_be_read(video):
        enqueue("read", video=video)
    if given.move:
        given.path.unlink(missing_ok=True)
    return Added(video, is_new=False)


def _is_to_be_read(video: Video) -> bool:
    """Return whether the `read` stage is still to come by itself; it takes what lies in the folder by then."""
    return Job.objects.filter(video=video, kind__in=("probe", "analyse"), state__in=ACTIVE).exists()
