"""A video's text tracks: added by people, or read by the `read` and `transcribe` stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from kinora.errors import NotFound
from kinora.library.details import content_changed
from kinora.library.files import clean_name
from kinora.library.models import Cue, SubtitleSource, SubtitleTrack, Video
from kinora.library.patience import patient
from kinora.moments import moment
from kinora.moments.language import normalise_language
from kinora.moments.subtitles import parse_subtitles


@dataclass(frozen=True)
class NewTrack:
    """Cues with what names them; a track with the same `source` and `source_key` is replaced."""

    source: SubtitleSource
    source_key: str
    cues: tuple[moment.Cue, ...]
    language: str = ""
    label: str = ""


def add_subtitles(video: Video, data: bytes, name: str, language: str = "") -> SubtitleTrack:
    """Add a subtitle file's words to a video; a file of the same name is replaced.

    Raises:
        SubtitlesRefused: no subtitle file that can be read.
    """
    shown = clean_name(name)[:200]
    track = NewTrack(
        SubtitleSource.UPLOAD, shown, tuple(parse_subtitles(data, shown)), normalise_language(language), shown[:120]
    )
    return _add(video, track)


@patient
def _add(video: Video, track: NewTrack) -> SubtitleTrack:
    with transaction.atomic():
        row = store_track(video, track)
        content_changed(video)
    return row


@patient
def delete_subtitles(video: Video, track_id: int) -> None:
    """Delete one of a video's text tracks.

    Raises:
        NotFound: the video has no such track.
    """
    with transaction.atomic():
        num_deleted, _ = SubtitleTrack.objects.filter(video=video, pk=track_id).delete()
        if not num_deleted:
            raise NotFound("this video has no such subtitles")
        content_changed(video)


def edited_key(source: str, source_key: str) -> str:
    """Return the key under which a track that was read from somewhere goes on once a person edited it."""
    return f"{source}:{source_key}"[:200]


def store_track(video: Video, track: NewTrack) -> SubtitleTrack:
    """Store a track and its cues, in the caller's transaction; doing it again leaves the same.

    What a person edited meanwhile stays as they left it.
    """
    key = edited_key(track.source, track.source_key)
    in_editor = SubtitleTrack.objects.filter(video=video, source=SubtitleSource.STUDIO, source_key=key).first()
    if in_editor is not None:
        return in_editor
    row, _ = SubtitleTrack.objects.update_or_create(
        video=video,
        source=track.source,
        source_key=track.source_key[:200],
        defaults={"language": track.language[:16], "label": track.label[:120]},
    )
    row.cues.all().delete()
    Cue.objects.bulk_create(_rows(row, track.cues), batch_size=500)
    return row


def _rows(row: SubtitleTrack, cues: Iterable[moment.Cue]) -> list[Cue]:
    return [
        Cue(
            track=row,
            start_seconds=cue.start_seconds,
            end_seconds=cue.end_seconds,
            text=cue.text.replace("\x00", ""),  # PostgreSQL takes no zero character
            speaker=cue.speaker.replace("\x00", "")[:120],
        )
        for cue in cues
    ]
