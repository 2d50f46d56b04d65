"""Wait until a video can be watched and found, or say why it can't."""

from __future__ import annotations

import time
from collections.abc import Callable

from kinora.errors import DiskFull, KinoraError, NotFound, WorkerLost, error_named
from kinora.library.models import Job, JobState, Video, VideoState
from kinora.library.status import overall_progress, stages_of

_LOOK_SECONDS = 0.25


def wait_until_searchable(
    video: Video, timeout_seconds: float, on_progress: Callable[[float, str], None] | None = None
) -> None:
    """Return once the video is playable and indexed; a worker must be running.

    Raises:
        KinoraError: what the video failed with, a full disk, or `WorkerLost` when the time is over.
    """
    deadline = time.monotonic() + timeout_seconds
    while not is_settled(video):
        if on_progress:
            on_progress(overall_progress(video), stage_sentence(video))
        if time.monotonic() > deadline:
            raise WorkerLost(
                f"{video.title} is not searchable after {timeout_seconds:.0f} seconds", hint="see: kinora jobs"
            )
        time.sleep(_LOOK_SECONDS)
    if on_progress:
        on_progress(1.0, "")


def is_settled(video: Video) -> bool:
    """Return whether the video is ready.

    Raises:
        KinoraError: it never will be by itself: failed, deleted, or waiting for room on the disk.
    """
    state = Video.objects.filter(pk=video.pk).values_list("state", "error_kind", "error_message").first()
    if state is None:
        raise NotFound(f"{video.title} was deleted")
    if state[0] == VideoState.FAILED:
        raise error_of(state[1], state[2])
    waiting = Job.objects.filter(video=video, state=JobState.QUEUED, error_kind=DiskFull.__name__).first()
    if waiting is not None and state[0] != VideoState.READY:
        raise DiskFull(waiting.error_message, hint="make room; waiting work goes on by itself")
    return bool(state[0] == VideoState.READY)


def error_of(kind: str, message: str) -> KinoraError:
    """Return the error that a row keeps."""
    return error_named(kind, message, hint="see: kinora jobs --state failed")


def stage_sentence(video: Video) -> str:
    """Return what is being done for a video now."""
    for stage in stages_of(video):
        if stage.state == JobState.RUNNING:
            return stage.message or stage.label
    return "Waiting for its turn"
