"""`preview`: make the video playable as soon as can be: the file itself, else the sound and the lowest rung."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.library.lifecycle import mark_ready
from kinora.library.models import Playback, Video
from kinora.library.queue import Next
from kinora.library.stages.encode import encode_into, keep_renditions, ladder_of
from kinora.library.stages.stage import Outcome, Work, facts_of
from kinora.media.ladder import first_playable, is_web_playable


def run(work: Work) -> Outcome:
    """Encode what is needed and nothing more."""
    facts = facts_of(work.video)
    if is_web_playable(facts):
        return Outcome(write=lambda: _write(work, Playback.ORIGINAL), result={"playback": "original"})
    rungs = first_playable(ladder_of(facts, work.settings))
    renditions = encode_into(work, facts, rungs)

    def write() -> Sequence[Next]:
        keep_renditions(work, renditions)
        return _write(work, Playback.HLS)

    return Outcome(write=write, result={"playback": "hls"})


def _write(work: Work, playback: Playback) -> Sequence[Next]:
    Video.objects.filter(pk=work.video.pk).update(playback=playback)
    mark_ready(work.video)
    return ()
