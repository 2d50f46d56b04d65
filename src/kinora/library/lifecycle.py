"""What a video's state follows from: its jobs. Called inside the transaction that changes a job."""

from __future__ import annotations

import shutil

from django.db import transaction

from kinora.errors import KinoraError, MediaTooLarge, UnreadableMedia, UnsupportedMedia
from kinora.library.models import Job, Playback, Video, VideoState

# Without these a video can't be watched or found; the others only make it better.
NEEDED_KINDS = ("probe", "preview", "analyse", "read", "index")


# A file is refused for what it is: trying again can't help, so its bytes go and the row stays to tell why.
REFUSALS = (UnreadableMedia.__name__, UnsupportedMedia.__name__, MediaTooLarge.__name__)


def mark_ready(video: Video) -> None:
    """Make a video ready once it is playable and indexed; its row must be locked by the caller."""
    Video.objects.filter(pk=video.pk, state=VideoState.PROCESSING, indexed_revision__gt=0).exclude(
        playback=Playback.NONE
    ).update(state=VideoState.READY)


def job_was_stopped(job: Job, error: KinoraError) -> None:
    """A job was set aside or cancelled: a video that can't become ready without it has failed, and says why."""
    if job.kind not in NEEDED_KINDS or job.video is None:
        return
    Video.objects.filter(pk=job.video.pk, state=VideoState.PROCESSING).update(
        state=VideoState.FAILED, error_kind=error.kind, error_message=error.message
    )
    if job.kind == "probe" and error.kind in REFUSALS:
        folder = job.video.folder
        transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def job_was_retried(job: Job) -> None:
    """A person queued a stopped job again: the video gets its chance back."""
    if job.kind in NEEDED_KINDS and job.video_id is not None:
        Video.objects.filter(pk=job.video_id, state=VideoState.FAILED).update(
            state=VideoState.PROCESSING, error_kind="", error_message=""
        )
