"""`transcribe`: words from speech, where a speech model is set and its weights are at hand."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.library.details import content_changed
from kinora.library.models import SubtitleSource, Video
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work
from kinora.library.subtitles import NewTrack, store_track
from kinora.moments.speech import transcribe


def run(work: Work) -> Outcome:
    """Recognise speech; a video whose language nobody named gets the one that was heard."""
    language, cues = transcribe(
        work.video.original_path,
        work.settings,
        on_progress=work.report,
        cancel=work.cancel,
        duration_seconds=work.video.duration_seconds,
    )
    label = "Recognised speech"
    track = NewTrack(SubtitleSource.SPEECH, work.settings.speech_model, tuple(cues), language, label)

    def write() -> Sequence[Next]:
        video = work.video
        if not cues:
            return ()
        video.subtitle_tracks.filter(source=SubtitleSource.SPEECH).exclude(source_key=track.source_key).delete()
        store_track(video, track)
        Video.objects.filter(pk=video.pk, language="").update(language=language[:16])
        content_changed(video)
        return ()

    return Outcome(write=write, result={"num_cues": len(cues), "language": language})
