"""`read`: the words that are there already: subtitle files and text tracks in the file."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import KinoraError, SubtitlesRefused
from kinora.library.details import content_changed
from kinora.library.models import SubtitleSource
from kinora.library.queue import Next
from kinora.library.sidecars import KeptSidecar, kept_sidecars
from kinora.library.stages.stage import Outcome, Work, facts_of
from kinora.library.subtitles import NewTrack, store_track
from kinora.media.facts import SubtitleTrack
from kinora.media.subtitle_text import embedded_cues
from kinora.moments.language import normalise_language
from kinora.moments.moment import Cue
from kinora.moments.subtitles import parse_subtitles, tidy_cues

log = logging.getLogger("kinora.worker")


def run(work: Work) -> Outcome:
    """Read every source of words; a subtitle file that can't be read is told and left out."""
    refused: list[str] = []
    sidecars = kept_sidecars(work.video)
    tracks = [*_from_sidecars(sidecars, refused), *_from_file(work, refused)]
    result = {"num_tracks": len(tracks), "refused": refused}

    def write() -> Sequence[Next]:
        following = _write(work, tracks)
        came_meanwhile = kept_sidecars(work.video) != sidecars
        return [*following, Next("read")] if came_meanwhile else following

    return Outcome(write=write, result=result)


def _from_sidecars(sidecars: Sequence[KeptSidecar], refused: list[str]) -> list[NewTrack]:
    tracks = []
    for kept in sidecars:
        try:
            cues = parse_subtitles(kept.path.read_bytes(), kept.name)
        except SubtitlesRefused as error:
            refused.append(error.message)
            continue
        tracks.append(NewTrack(SubtitleSource.SIDECAR, kept.path.name, tuple(cues), kept.language, kept.name))
    return tracks


def _from_file(work: Work, refused: list[str]) -> list[NewTrack]:
    """Read the text tracks inside the file; a broken one does not take the others with it."""
    tracks = []
    for track in facts_of(work.video).subtitles:
        if not track.is_text:
            continue
        try:
            cues = _embedded(work, track)
        except KinoraError as error:
            work.cancel.raise_if_cancelled()
            if error.is_retryable:
                raise
            refused.append(f"the text track {track.stream_index} can't be read: {error.message}")
            continue
        if cues:
            language, key = normalise_language(track.language), str(track.stream_index)
            tracks.append(NewTrack(SubtitleSource.EMBEDDED, key, tuple(cues), language, track.title))
    return tracks


def _embedded(work: Work, track: SubtitleTrack) -> list[Cue]:
    path = work.video.original_path
    limits = Limits(cpu_seconds=300, wall_seconds=1200, memory_bytes=2 * 2**30, output_bytes=64 * 2**20)
    found = confined_call(
        embedded_cues,
        arguments={"path": path, "stream_index": track.stream_index},
        limits=limits,
        read_paths=[path],
        write_dir=None,
        cancel=work.cancel,
    )
    return tidy_cues([Cue(start, end, text) for start, end, text in found])


def _write(work: Work, tracks: Sequence[NewTrack]) -> Sequence[Next]:
    video = work.video
    read_here = (SubtitleSource.SIDECAR, SubtitleSource.EMBEDDED)
    kept = [store_track(video, track).pk for track in tracks]
    video.subtitle_tracks.filter(source__in=read_here).exclude(pk__in=kept).delete()
    content_changed(video)
    following = [Next("index")]
    if work.settings.speech_model != "off" and facts_of(video).audio and not tracks:
        following.append(Next("transcribe"))
    return following
