"""Do one stage of a video's way again: after a setting changed, a model came, or something looks wrong."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kinora import config
from kinora.errors import Conflict, InputError
from kinora.library.models import Job, JobState, OriginalState, Video, VideoState
from kinora.library.queue import ACTIVE, enqueue
from kinora.library.stages.encode import ladder_of
from kinora.library.stages.stage import facts_of

# What a person chooses from. A video that failed is begun anew by the retry of its failed stage.
REDONE = {
    "analyse": _("Shots, covers and on-screen words"),
    "read": _("Subtitles that came with the file"),
    "transcribe": _("Recognised speech"),
    "index": _("What search knows"),
    "encode": _("All qualities"),
    "copies": _("Where it also appears"),
}


def redo(video: Video, kind: str) -> Job:
    """Queue one stage again; what is there stays until the new is done, and people go on watching.

    Raises:
        InputError: no such stage, or one that this machine or this video has not.
        Conflict: the video is still on its way, or its file is gone.
    """
    if kind not in REDONE:
        raise InputError(f"{kind[:20]!r} is no stage that can be done again; accepted: {', '.join(REDONE)}")
    if video.state != VideoState.READY:
        raise Conflict("this video is not ready", hint="wait until it is, or retry the stage that failed")
    if kind != "index" and not video.original_path.exists():
        raise Conflict("the original of this video is not there", hint="replace its file")
    if kind == "read" and video.original_state == OriginalState.REDUCED:
        raise Conflict(
            "the original of this video was dropped, and its subtitles with it", hint="they stay as they are"
        )
    if kind == "transcribe" and config.current().speech_model == "off":
        raise InputError("no speech model is set on this machine", hint="set KINORA_SPEECH_MODEL")
    _refuse_running(video, kind)
    return enqueue(kind, video=video, payload=_payload(video, kind))


def _payload(video: Video, kind: str) -> dict[str, Any]:
    if kind != "encode":
        return {}
    return {"again": [rung.folder_name for rung in ladder_of(facts_of(video), config.current())]}


def _refuse_running(video: Video, kind: str) -> None:
    running = Job.objects.filter(video=video, kind=kind, state__in=ACTIVE)
    if running.filter(state=JobState.RUNNING).exists():
        raise Conflict("that is being done just now", hint="wait until it is done, or cancel it first")
