"""Subtitles in the editor: a draft that is kept as it is typed, and a track once it is saved."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kinora.errors import Conflict, InputError, NotFound
from kinora.library.details import content_changed
from kinora.library.files import printable
from kinora.library.models import Cue, SubtitleSource, SubtitleTrack, User, Video
from kinora.library.patience import patient
from kinora.library.studio.models import SubtitleDraft
from kinora.library.subtitles import NewTrack, edited_key, store_track
from kinora.moments import moment
from kinora.moments.language import normalise_language

NEW = "new"
MAX_CUES = 20_000
MAX_TEXT = 2000
_LONGEST_SECONDS = 10**6


@dataclass(frozen=True)
class Edited:
    """Subtitles as the editor holds them; `key` is the track's number or "new"."""

    key: str
    language: str
    label: str
    cues: tuple[moment.Cue, ...]
    version: int = 0  # of the draft; 0: there is none
    is_draft: bool = False

    def to_json(self) -> dict[str, Any]:
        cues = [cue_to_json(cue) for cue in self.cues]
        told = {name: getattr(self, name) for name in ("key", "language", "label", "version", "is_draft")}
        return {**told, "cues": cues}


def cue_to_json(cue: moment.Cue) -> dict[str, Any]:
    return {"start": cue.start_seconds, "end": cue.end_seconds, "text": cue.text, "speaker": cue.speaker}


def cues_from_json(given: object) -> tuple[moment.Cue, ...]:
    """Return cues in the order of their times.

    Raises:
        InputError: one is none, ends before it starts, or there are too many; the sentence has its number.
    """
    if not isinstance(given, list) or len(given) > MAX_CUES:
        raise InputError(f"these are no subtitles; accepted: a list of at most {MAX_CUES} cues")
    cues = [_cue(one, number) for number, one in enumerate(given, start=1)]
    return tuple(sorted(cues, key=lambda cue: (cue.start_seconds, cue.end_seconds)))


def _cue(given: object, number: int) -> moment.Cue:
    if not isinstance(given, Mapping):
        raise InputError(f"cue {number} is none; accepted: start, end, text, speaker")
    start, end = _seconds(given.get("start"), number), _seconds(given.get("end"), number)
    if not start < end:
        raise InputError(f"cue {number} ends at {end:g} s, not after its start at {start:g} s")
    text = _text(given.get("text", ""), number)
    return moment.Cue(round(start, 3), round(end, 3), text, printable(_text(given.get("speaker", ""), number))[:120])


def _seconds(given: object, number: int) -> float:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or not math.isfinite(given) or not 0 <= given < _LONGEST_SECONDS:  # type: ignore[operator,arg-type]
        raise InputError(f"a time of cue {number} is {str(given)[:20]!r}; expected seconds from 0")
    return float(given)  # type: ignore[arg-type]


def _text(given: object, number: int) -> str:
    if not isinstance(given, str) or len(given) > MAX_TEXT:
        raise InputError(f"the text of cue {number} can't be kept; accepted: at most {MAX_TEXT} characters")
    return "\n".join(printable(line) for line in given.splitlines()).strip()


def edited(video: Video, user: User, key: str) -> Edited:
    """Return what the editor shows: this person's draft where there is one, else the track.

    Raises:
        NotFound: the video has no such track.
    """
    track = _track(video, key)
    draft = SubtitleDraft.objects.filter(video=video, user=user, track_key=key).first()
    if draft is not None:
        cues = cues_from_json(draft.cues)
        return Edited(key, draft.language, draft.label, cues, draft.version, is_draft=True)
    if track is None:
        return Edited(key, video.language, "", ())
    rows = track.cues.values_list("start_seconds", "end_seconds", "text", "speaker")
    return Edited(key, track.language, track.label, tuple(moment.Cue(*row) for row in rows))


@patient
def keep_draft(video: Video, user: User, given: Edited) -> int:
    """Keep a draft and return its version, which the next one must name.

    Raises:
        Conflict: another window kept a later one.
    """
    _track(video, given.key)
    cues = [cue_to_json(cue) for cue in given.cues]
    values: dict[str, Any] = {"language": given.language[:16], "label": given.label[:120], "cues": cues}
    with transaction.atomic():
        draft = SubtitleDraft.objects.select_for_update().filter(video=video, user=user, track_key=given.key).first()
        if (draft.version if draft else 0) != given.version:
            raise Conflict(
                "these subtitles were changed in another window", hint="open them again; both versions can be exported"
            )
        if draft is None:
            track = _track(video, given.key)
            draft = SubtitleDraft(video=video, user=user, track=track, track_key=given.key, version=0)
        for name, value in values.items():
            setattr(draft, name, value)
        draft.version += 1
        draft.save()
    return draft.version


def drop_draft(video: Video, user: User, key: str) -> None:
    """Go back to what is saved."""
    SubtitleDraft.objects.filter(video=video, user=user, track_key=key).delete()


@patient
def save_track(video: Video, user: User | None, given: Edited) -> SubtitleTrack:
    """Make the subtitles a track of the video; the draft ends, and search learns the words.

    A track that was read from the file, a subtitle file or speech becomes the editor's: reading again leaves it alone.

    Raises:
        InputError: there is no cue. NotFound: the video has no such track.
    """
    if not given.cues:
        raise InputError("there is no cue", hint="add one, or delete the track")
    label = printable(given.label)[:120]
    with transaction.atomic():
        track = _track(video, given.key)
        language = normalise_language(given.language) or printable(given.language)[:16]
        if track is None:
            source, key = SubtitleSource.STUDIO, f"new-{secrets.token_hex(6)}"
        elif track.source in (SubtitleSource.UPLOAD, SubtitleSource.STUDIO):
            source, key = SubtitleSource(track.source), track.source_key
        else:
            source, key = SubtitleSource.STUDIO, edited_key(track.source, track.source_key)
            SubtitleTrack.objects.filter(pk=track.pk).update(source=source, source_key=key)
        row = store_track(video, NewTrack(source, key, given.cues, language, label or language or "Subtitles"))
        if user is not None:
            drop_draft(video, user, given.key)
        content_changed(video)
    return row


def cues_of(track: SubtitleTrack) -> list[moment.Cue]:
    rows = Cue.objects.filter(track=track).values_list("start_seconds", "end_seconds", "text", "speaker")
    return [moment.Cue(*row) for row in rows]


def track_of(video: Video, track_id: int) -> SubtitleTrack:
    """Return one of the video's tracks.

    Raises:
        NotFound: it has no such track.
    """
    row = SubtitleTrack.objects.filter(video=video, pk=track_id).first()
    if row is None:
        raise NotFound("this video has no such subtitles")
    return row


def _track(video: Video, key: str) -> SubtitleTrack | None:
    if key == NEW:
        return None
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        raise NotFound("this video has no such subtitles")
    return track_of(video, int(key))
