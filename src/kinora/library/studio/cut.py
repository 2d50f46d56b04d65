"""Trim and cut: what of a video is kept, what that will be to the frame before it is done, and the doing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import Conflict, InputError
from kinora.library.details import content_changed
from kinora.library.models import Job, SubtitleSource, SubtitleTrack, Video, VideoState
from kinora.library.patience import patient
from kinora.library.queue import ACTIVE, enqueue
from kinora.library.stages.stage import facts_of
from kinora.library.subtitles import NewTrack, edited_key, store_track
from kinora.media.facts import Chapter
from kinora.moments.moment import Cue
from kinora.timebase import Span

MAX_STRETCHES = 100
_SHORTEST_SECONDS = 0.1
_COPIED_IN_MP4 = {"h264", "hevc", "av1", "vp9", "mpeg4", "aac", "mp3", "ac3", "eac3", "opus", "flac", "alac"}


@dataclass(frozen=True)
class Plan:
    """What a cut will be: the stretches asked for, and those that come out; alike where it is encoded anew."""

    asked: tuple[Span, ...]
    kept: tuple[Span, ...]
    is_exact: bool
    notes: tuple[str, ...] = ()

    @property
    def duration_seconds(self) -> float:
        return sum(span.duration_seconds for span in self.kept)

    def to_json(self) -> dict[str, Any]:
        return {
            "is_exact": self.is_exact,
            "duration_seconds": round(self.duration_seconds, 3),
            "stretches": [
                {"asked": [asked.start_seconds, asked.end_seconds], "kept": [kept.start_seconds, kept.end_seconds]}
                for asked, kept in zip(self.asked, self.kept, strict=True)
            ],
            "notes": list(self.notes),
        }


def plan_cut(video: Video, keep: Sequence[tuple[float, float]], *, is_exact: bool) -> Plan:
    """Return what keeping these stretches gives; nothing is changed.

    Raises:
        InputError: stretches that are none, overlap, lie outside, or are all there is.
        Conflict: the video or its file is not ready for it.
    """
    if video.state != VideoState.READY or not video.original_path.exists():
        raise Conflict("this video can't be cut now", hint="wait until it is ready")
    asked = _stretches(keep, video.duration_seconds)
    facts = facts_of(video)
    notes = ["Other sound tracks and subtitle tracks inside the file are left out; subtitles shown here move along."]
    if is_exact:
        notes.append("Picture and sound are encoded anew: exact to the frame, slow, and a little less good.")
        return Plan(asked, asked, True, tuple(notes))
    if facts.video is None:
        return Plan(asked, asked, False, (*notes, "Nothing is encoded."))
    if facts.video.rotation_degrees:
        raise InputError("this video is turned by its file, which copying loses", hint="cut it exactly instead")
    from kinora.media.cut_copy import sync_seconds  # here: pages load no decoder

    times = confined_call(
        sync_seconds, arguments={"path": video.original_path}, read_paths=[video.original_path], write_dir=None,
        limits=Limits(cpu_seconds=300, wall_seconds=900, memory_bytes=2 * 2**30, output_bytes=2**20),
    )  # fmt: skip
    kept = tuple(Span(_key_before(times, span.start_seconds), span.end_seconds) for span in asked)
    if any(later.start_seconds < earlier.end_seconds for earlier, later in itertools.pairwise(kept)):
        raise InputError(
            "two stretches would overlap, since each begins at the key-frame before it",
            hint="cut exactly, or keep them as one",
        )
    notes.append("Nothing is encoded: each stretch begins at a key-frame and may end a few frames late.")
    return Plan(asked, kept, False, tuple(notes))


def begin_cut(video: Video, plan: Plan) -> Job:
    """Queue the cut; the file is put in the place of the old one once it is whole.

    Raises:
        Conflict: another cut of this video waits already.
    """
    key = cut_key(video)
    if Job.objects.filter(dedupe_key=key, state__in=ACTIVE).exists():
        raise Conflict("this video is being cut already", hint="wait until it is done")
    # Without the video itself: replacing its file drops its jobs, and this is not one of them.
    payload = {"video": video.public_id, "sha256": video.sha256, "is_exact": plan.is_exact,
               "keep": [[span.start_seconds, span.end_seconds] for span in plan.kept]}  # fmt: skip
    return enqueue("cut", payload=payload, dedupe_key=key)


def cut_key(video: Video) -> str:
    return f"cut:{video.public_id}"


def suffix_for(video: Video) -> str:
    """Return the ending of a file that holds the copied streams: MP4 where it can, else Matroska."""
    facts = facts_of(video)
    codecs = {facts.video.codec} if facts.video else set()
    codecs |= {track.codec for track in facts.audio[:1]}
    return ".mp4" if codecs <= _COPIED_IN_MP4 else ".mkv"


def moved_chapters(video: Video, kept: Sequence[Span]) -> list[Chapter]:
    """Return the chapters of what is kept, on the new clock."""
    found: list[Chapter] = []
    for row in video.chapters.all():
        spans = moved(Span(row.start_seconds, max(row.start_seconds, row.end_seconds)), kept)
        if spans:
            found.append(Chapter(spans[0].start_seconds, spans[-1].end_seconds, row.title))
    return found


def moved(span: Span, kept: Sequence[Span]) -> list[Span]:
    """Return where a stretch of the old film lies in the new one; several where a cut divides it."""
    found, before = [], 0.0
    for one in kept:
        start, end = max(span.start_seconds, one.start_seconds), min(span.end_seconds, one.end_seconds)
        if end - start >= _SHORTEST_SECONDS:
            found.append(Span(before + start - one.start_seconds, before + end - one.start_seconds))
        before += one.duration_seconds
    return found


@dataclass(frozen=True)
class MovedTrack:
    """A text track on the new clock."""

    language: str
    label: str
    source: str
    source_key: str
    cues: tuple[Cue, ...]


def moved_tracks(video: Video, kept: Sequence[Span]) -> list[MovedTrack]:
    """Return the text tracks of what is kept; a cue that a cut divides is in both parts."""
    return [_moved_track(track, kept) for track in video.subtitle_tracks.prefetch_related("cues")]


def _moved_track(track: SubtitleTrack, kept: Sequence[Span]) -> MovedTrack:
    cues = [
        Cue(span.start_seconds, span.end_seconds, cue.text, cue.speaker)
        for cue in track.cues.all()
        for span in moved(Span(cue.start_seconds, cue.end_seconds), kept)
    ]
    is_own = track.source in (SubtitleSource.UPLOAD, SubtitleSource.STUDIO)
    key = track.source_key if is_own else edited_key(track.source, track.source_key)
    source = track.source if is_own else SubtitleSource.STUDIO.value
    ordered = tuple(sorted(cues, key=lambda cue: cue.start_seconds))
    return MovedTrack(track.language, track.label, source, key, ordered)


@patient
def store_moved(video: Video, tracks: Sequence[MovedTrack], kept: Sequence[Span]) -> None:
    """Put the moved tracks in the place of the old ones, and the cut into the ledger."""
    with transaction.atomic():
        video.subtitle_tracks.all().delete()
        for track in tracks:
            if track.cues:
                source = SubtitleSource(track.source)
                store_track(video, NewTrack(source, track.source_key, track.cues, track.language, track.label))
        cuts = [*video.recipe.get("cuts", []), [[span.start_seconds, span.end_seconds] for span in kept]]
        Video.objects.filter(pk=video.pk).update(recipe={**video.recipe, "cuts": cuts})
        content_changed(video)


def _stretches(keep: Sequence[tuple[float, float]], duration_seconds: float) -> tuple[Span, ...]:
    if not 1 <= len(keep) <= MAX_STRETCHES:
        raise InputError(f"{len(keep)} stretches are given; accepted: 1 to {MAX_STRETCHES}")
    found: list[Span] = []
    for start, end in keep:
        until = min(end, duration_seconds)
        if not 0 <= start < until or until - start < _SHORTEST_SECONDS:
            raise InputError(f"{start:g} to {end:g} s is no stretch of the video; its length is {duration_seconds:g} s")
        if found and start < found[-1].end_seconds:
            raise InputError(f"the stretch from {start:g} s begins before the one above it ends")
        found.append(Span(start, until))
    if len(found) == 1 and found[0].duration_seconds > duration_seconds - _SHORTEST_SECONDS:
        raise InputError("that is the whole video", hint="keep less of it")
    return tuple(found)


def _key_before(times: Sequence[float], seconds: float) -> float:
    return max((time for time in times if time <= seconds + 1e-4), default=0.0)
