"""Put another file in a video's place: address, details and uploaded subtitles stay, everything read from it is new."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F

from kinora import config
from kinora.errors import Conflict
from kinora.ledger.record import sha256_of
from kinora.library.files import check_room, check_source, clean_name, safe_suffix, take_file, work_folder
from kinora.library.models import (
    Chapter,
    OriginalState,
    Playback,
    Rendition,
    ScreenText,
    Shot,
    SubtitleSource,
    Video,
    VideoState,
)
from kinora.library.patience import patient
from kinora.library.queue import drop_jobs_of, enqueue


def replace_file(video: Video, path: Path | str, *, move: bool = False, name: str = "") -> None:
    """Replace a video's file. A file that is refused changes nothing; the same file again changes nothing either.

    The new file gets a name of its own beside the old one, so that at every instant the row names a whole file.

    Raises:
        UnreadableMedia, UnsupportedMedia, MediaTooLarge, DiskFull: the new file can't be taken.
        Conflict: another video of the owner holds that file.
    """
    settings, source = config.current(), Path(path)
    facts = check_source(source, settings)
    sha256 = sha256_of(source)
    if sha256 == video.sha256:
        return
    if Video.objects.filter(owner=video.owner_id, sha256=sha256).exists():
        raise Conflict("another video of yours holds this very file", hint="delete that one first, or use it instead")
    check_room(settings, for_bytes=facts.st_size)
    _refuse_unreadable(source, settings)
    shown = clean_name(name or source.name)
    suffix = f".{sha256[:4]}{safe_suffix(shown)}"
    with work_folder(settings, f"replace-{video.public_id}") as folder:
        draft, old = folder / "new", video.original_path
        take_file(source, draft, move=move, facts=facts)
        place = video.folder / f"original{suffix}"
        video.folder.mkdir(exist_ok=True)
        draft.replace(place)
        with ExitStack() as undo:
            undo.callback(place.unlink, missing_ok=True)
            _switch(video, sha256=sha256, size_bytes=facts.st_size, original_name=shown, original_suffix=suffix)
            undo.pop_all()
        if old != place:
            old.unlink(missing_ok=True)


# Text tracks that people gave: they stay when the file is replaced.
_BY_PEOPLE = (SubtitleSource.UPLOAD, SubtitleSource.SIDECAR, SubtitleSource.STUDIO)


def _refuse_unreadable(path: Path, settings: config.Settings) -> None:
    from kinora.media.probe import probe  # here, because the site loads this module and must stay small

    probe(path, settings)


@patient
def _switch(video: Video, **entry: object) -> None:
    """Name the new file in the row, forget what was read from the old one, begin again: all or nothing."""
    try:
        with transaction.atomic():
            drop_jobs_of(video)
            Video.objects.filter(pk=video.pk).update(
                **entry, facts={}, duration_seconds=0.0, width=0, height=0, has_poster=False, has_scrub=False,
                thumbnail="", original_state=OriginalState.KEPT, playback=Playback.NONE,
                state=VideoState.PROCESSING, error_kind="", error_message="",
                revision=F("revision") + 1, indexed_revision=0,
            )  # fmt: skip
            for rows in (Shot, Chapter, ScreenText, Rendition):
                rows.objects.filter(video=video).delete()
            video.subtitle_tracks.exclude(source__in=_BY_PEOPLE).delete()
            enqueue("probe", video=video)
    except IntegrityError as error:
        raise Conflict("another video of yours holds this very file") from error
    video.refresh_from_db()
