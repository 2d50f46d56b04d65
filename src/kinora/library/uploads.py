"""Resumable uploads: the bytes on disk are the truth, and a whole upload becomes a video exactly once.

`uploads/<id>` holds what was received. Its lock is the file's own (`flock`), released by the kernel when its holder
dies. `uploads/<id>.d/` holds subtitle files that came along and, while the upload is entered, a second name of the
file: killed at any instant the bytes are still there, and entering them again gives the same video, because the library
knows files by content.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from kinora import config
from kinora.errors import Conflict, InputError, MediaTooLarge, NotFound
from kinora.library.access import can_edit, channel_for
from kinora.library.add import add_file
from kinora.library.files import as_kinora_error, check_room, clean_name, printable
from kinora.library.models import Upload, User, Video, Visibility
from kinora.library.moderation.quotas import require_room
from kinora.library.moderation.standing import require_standing
from kinora.library.patience import patient
from kinora.library.people.visibility import check_simple
from kinora.library.upload_sidecars import folder_of, sidecars_of_upload

LIFETIME = timedelta(days=7)  # of an upload that is not finished, counted from its last byte
REMEMBERED = timedelta(days=1)  # how long a finished upload still answers a late question
MAX_OPEN_UPLOADS = 500
_BLOCK_BYTES = 2**20
_BLOCKS_BETWEEN_SYNCS = 64


class UploadBusy(Conflict):
    """Another request is writing this upload now."""

    http_status = 423


class WrongOffset(Conflict):
    """The bytes sent do not begin where the received ones end."""


def begin(owner: User, *, name: str, size_bytes: int, options: dict[str, Any]) -> Upload:
    """Make an upload that waits for its first byte.

    Raises:
        InputError, MediaTooLarge, DiskFull: no usable name or an empty file; over the limit; no room.
    """
    require_standing(owner)
    settings = config.current()
    shown = clean_name(name)
    if size_bytes <= 0:
        raise InputError(f"{shown} is empty", hint="choose the file again; a video has at least one byte")
    if size_bytes > settings.max_upload_bytes:
        raise MediaTooLarge(
            f"{shown} has {size_bytes:,} bytes; this site accepts at most {settings.max_upload_bytes:,}",
            hint="make it smaller, or ask the administrator to raise KINORA_MAX_UPLOAD_BYTES",
        )
    if Upload.objects.filter(owner=owner, video=None, error_message="").count() >= MAX_OPEN_UPLOADS:
        raise Conflict(f"you have {MAX_OPEN_UPLOADS} unfinished uploads", hint="finish or discard some first")
    kept = checked_options(options)
    if kept["replaces"]:
        _replaced_video(owner, kept)
    channel_for(owner, kept["channel"])
    require_room(owner, size_bytes)
    check_room(settings, for_bytes=size_bytes)
    settings.uploads_dir.mkdir(parents=True, exist_ok=True)
    upload = Upload(owner=owner, name=shown, size_bytes=size_bytes, options=kept)
    upload.path.touch(mode=0o600)
    upload.save()
    return upload


def checked_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return title, visibility, the file's time of change and the video it replaces as they may be kept.

    Raises:
        InputError: an unknown visibility.
    """
    visibility = check_simple(printable(str(options.get("visibility") or Visibility.PRIVATE)))
    return {
        "title": printable(str(options.get("title") or ""))[:300],
        "visibility": visibility,
        "modified": printable(str(options.get("modified") or ""))[:20],
        "replaces": printable(str(options.get("replaces") or ""))[:16],
        "channel": printable(str(options.get("channel") or ""))[:40],
    }


def upload_of(owner: User, upload_id: str) -> Upload:
    """Return the person's own upload; somebody else's is not told apart from none.

    Raises:
        NotFound: no such upload of theirs.
    """
    upload = Upload.objects.select_related("video").filter(owner=owner, public_id=upload_id).first()
    if upload is None:
        raise NotFound("There is no such upload.", hint="It may have been cancelled or have expired; begin again.")
    return upload


def received_bytes(upload: Upload) -> int:
    """Return how many bytes have arrived: the file's size, or all of them once it is a video.

    Raises:
        NotFound: the bytes are gone.
    """
    if upload.video_id is not None:
        return upload.size_bytes
    try:
        return upload.path.stat().st_size
    except FileNotFoundError as error:
        raise NotFound("The bytes of this upload are gone.", hint="Begin the upload again.") from error


def expires_at(upload: Upload) -> datetime:
    return upload.updated_at + LIFETIME


@contextmanager
def exclusive(upload: Upload, *, wait_seconds: float = 2.0) -> Iterator[BinaryIO]:
    """Hold the upload's lock and give its file, opened for appending.

    Raises:
        UploadBusy: another request holds it for longer than `wait_seconds`.
        NotFound: the bytes are gone.
    """
    try:
        file = upload.path.open("r+b", buffering=0)
    except FileNotFoundError as error:
        raise NotFound("The bytes of this upload are gone.", hint="Begin the upload again.") from error
    with file:
        _lock(file, time.monotonic() + wait_seconds)
        file.seek(0, os.SEEK_END)
        yield file


def _lock(file: BinaryIO, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise UploadBusy("This upload is being written by another request.", hint="Try again.") from None
            time.sleep(0.05)


def append(upload: Upload, *, offset: int, num_bytes: int, read: Callable[[int], bytes]) -> int:
    """Write what `read(size)` gives from `offset` on and return the new offset; an early end keeps what came.

    Raises:
        WrongOffset, MediaTooLarge, DiskFull: see their sentences; nothing, or only whole blocks, was written.
    """
    with exclusive(upload) as file:
        held = file.tell()
        if offset != held:
            raise WrongOffset(f"{held} bytes were received, but the next ones were sent for {offset}", hint="ask again")
        if offset + num_bytes > upload.size_bytes:
            raise MediaTooLarge(
                f"{offset + num_bytes} bytes were sent for a file of {upload.size_bytes}", hint="begin the upload again"
            )
        try:
            _write_blocks(file, num_bytes, read)
        finally:
            os.fsync(file.fileno())
            held = file.tell()
            _note_received(upload, held)
    return held


@patient
def _note_received(upload: Upload, num_bytes: int) -> None:
    upload.received_bytes = num_bytes
    upload.save(update_fields=["received_bytes", "updated_at"])


def _write_blocks(file: BinaryIO, num_bytes: int, read: Callable[[int], bytes]) -> None:
    left, num_blocks, settings = num_bytes, 0, config.current()
    while left > 0 and (block := read(min(_BLOCK_BYTES, left))):
        if num_blocks % 8 == 0:
            check_room(settings, for_bytes=len(block))
        _write_all(file, block)
        left -= len(block)
        num_blocks += 1
        if num_blocks % _BLOCKS_BETWEEN_SYNCS == 0:
            os.fsync(file.fileno())


def _write_all(file: BinaryIO, block: bytes) -> None:
    view = memoryview(block)
    try:
        while view:
            view = view[file.write(view) :]
    except OSError as error:
        raise as_kinora_error(error) from error


def finish(upload: Upload) -> Upload:
    """Turn a whole upload into a video, once; an unfinished or finished one is returned as it is.

    A file that can't be taken is set aside with its sentence; want of room is raised, and finishing may be asked again.

    Raises:
        DiskFull, UploadBusy: try again later.
    """
    if upload.video_id is not None or upload.error_message or received_bytes(upload) < upload.size_bytes:
        return upload
    try:
        with exclusive(upload, wait_seconds=0.5):
            upload.refresh_from_db()
            if upload.video_id is None and not upload.error_message:
                _enter(upload)
    except NotFound:
        upload.refresh_from_db()  # another request finished it between the question and the lock
    return upload


def _enter(upload: Upload) -> None:
    options = dict(upload.options)
    try:
        upload.video = _replace(upload, options) if options["replaces"] else _add(upload, options)
    except InputError as error:
        _set_aside(upload, error)
        return
    _save(upload, "video")
    upload.path.unlink(missing_ok=True)
    shutil.rmtree(folder_of(upload), ignore_errors=True)
    upload.refresh_from_db(fields=["options"])
    if upload.options != options:  # somebody typed a title or chose a visibility meanwhile
        _tell_video(upload)


def _add(upload: Upload, options: dict[str, Any]) -> Video:
    channel = channel_for(upload.owner, str(options.get("channel", "")))
    added = add_file(
        _second_name(upload),
        owner=channel.owner,
        channel=channel,
        adder=upload.owner,
        title=options["title"],
        visibility=options["visibility"],
        move=True,
        sidecars=sidecars_of_upload(upload),
        name=upload.name,
    )
    return added.video


def _replace(upload: Upload, options: dict[str, Any]) -> Video:
    from kinora.library.replace import replace_file

    video = _replaced_video(upload.owner, options)
    replace_file(video, _second_name(upload), move=True, name=upload.name)
    return video


def _replaced_video(owner: User, options: dict[str, Any]) -> Video:
    """Return the video whose file is replaced.

    Raises:
        NotFound: it is gone, or not this person's to change.
    """
    video = Video.objects.filter(public_id=options["replaces"]).first()
    if video is None or not can_edit(owner, video):
        raise NotFound("The video to be given another file is not among yours.", hint="Add the file as a new video.")
    return video


def _second_name(upload: Upload) -> Path:
    """Return a name of the file that may be moved away while the upload keeps its own."""
    place = folder_of(upload) / "whole" / upload.name[:60]
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        try:
            place.hardlink_to(upload.path)
        except OSError:  # a file system without hard links: the bytes are there twice for a moment
            draft = folder_of(upload) / "draft"
            shutil.copyfile(upload.path, draft)
            draft.replace(place)
    return place


def _set_aside(upload: Upload, error: InputError) -> None:
    upload.error_message = f"{error.message}. {error.hint}".strip(". ") + "."
    _save(upload, "error_message")
    upload.path.unlink(missing_ok=True)
    shutil.rmtree(folder_of(upload), ignore_errors=True)


@patient
def _save(upload: Upload, field: str) -> None:
    upload.save(update_fields=[field, "updated_at"])


def change_options(upload: Upload, options: dict[str, Any]) -> None:
    """Keep a new title or visibility; a file that is a video already gets it there."""
    upload.options = checked_options({**upload.options, **options})
    _save(upload, "options")
    upload.refresh_from_db()
    if upload.video_id is not None:
        _tell_video(upload)


def _tell_video(upload: Upload) -> None:
    from kinora.library.details import set_details

    if upload.video is None or upload.options["replaces"]:
        return
    title = upload.options["title"] or upload.video.title
    set_details(upload.video, title=title, visibility=upload.options["visibility"])


def discard(upload: Upload) -> None:
    """Forget an upload and its bytes; a video made from it stays."""
    upload.path.unlink(missing_ok=True)
    shutil.rmtree(folder_of(upload), ignore_errors=True)
    upload.delete()
