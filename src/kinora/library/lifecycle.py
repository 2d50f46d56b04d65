"""What a video's state follows from: its jobs. Called inside the transaction that changes a job."""

from __future__ import annotations

import shutil

from django.db import transaction
from django.utils import timezone

from kinora.errors import Cancelled, KinoraError, MediaTooLarge, UnreadableMedia, UnsupportedMedia
from kinora.library.lightbox_models import ExportState, LightboxExport
from kinora.library.models import Job, Playback, Take, TakeState, Video, VideoState
from kinora.library.notify_models import Delivery, DeliveryState
from kinora.library.people.models import AccountExport, ParcelState
from kinora.library.people.parcel_rows import parcel_was_stopped
from kinora.library.saved_appear import note_appearance
from kinora.library.webhooks.events import FAILED, PROCESSED, tell_of_video

# Without these a video can't be watched or found; the others only make it better.
NEEDED_KINDS = ("probe", "preview", "analyse", "read", "index")


# A file is refused for what it is: trying again can't help, so its bytes go and the row stays to tell why.
REFUSALS = (UnreadableMedia.__name__, UnsupportedMedia.__name__, MediaTooLarge.__name__)


def mark_ready(video: Video) -> None:
    """Make a video ready once it is playable and indexed; its row must be locked by the caller."""
    became_ready = (
        Video.objects.filter(pk=video.pk, state=VideoState.PROCESSING, indexed_revision__gt=0)
        .exclude(playback=Playback.NONE)
        .update(state=VideoState.READY)
    )
    if became_ready:
        tell_of_video(PROCESSED, video)
    note_appearance(video)


def job_was_stopped(job: Job, error: KinoraError) -> None:
    """A job was set aside or cancelled: a video that can't become ready without it has failed, and says why."""
    from kinora.library.studio.imports import import_was_stopped  # here: it needs the queue, which needs this

    if job.kind == "make":
        take_was_stopped(job, error)
    if job.kind == "deliver":
        delivery_was_stopped(job, error)
    if job.kind == "clips":
        export_was_stopped(job, error)
    if job.kind == "fetch":
        import_was_stopped(job, error.message, is_cancelled=isinstance(error, Cancelled))
    if job.kind in ("account_out", "account_in"):
        state = ParcelState.CANCELLED if isinstance(error, Cancelled) else ParcelState.FAILED
        parcel_was_stopped(job, state, error.message)
    if job.kind not in NEEDED_KINDS or job.video is None:
        return
    has_failed = Video.objects.filter(pk=job.video.pk, state=VideoState.PROCESSING).update(
        state=VideoState.FAILED, error_kind=error.kind, error_message=error.message
    )
    if has_failed:
        tell_of_video(FAILED, job.video, kind=error.kind, message=error.message[:1000])
    if job.kind == "probe" and error.kind in REFUSALS:
        folder = job.video.folder
        transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def delivery_was_stopped(job: Job, error: KinoraError) -> None:
    """A message could not be delivered; the log says why."""
    Delivery.objects.filter(job=job).exclude(state=DeliveryState.SENT).update(
        state=DeliveryState.FAILED, error_message=error.message[:1000], finished_at=timezone.now()
    )


def export_was_stopped(job: Job, error: KinoraError) -> None:
    """The clips of a light-box could not be cut, or a person stopped it."""
    state = ExportState.CANCELLED if isinstance(error, Cancelled) else ExportState.FAILED
    LightboxExport.objects.filter(job=job, state=ExportState.QUEUED).update(
        state=state, error_message=error.message[:1000], finished_at=timezone.now()
    )


def job_was_retried(job: Job) -> None:
    """A person queued a stopped job again: the video, take or message gets its chance back."""
    from kinora.library.studio.imports import import_was_retried  # here, as above

    if job.kind == "deliver":
        failed = Delivery.objects.filter(job=job, state=DeliveryState.FAILED)
        failed.update(state=DeliveryState.QUEUED, finished_at=None)
    if job.kind == "fetch":
        import_was_retried(job)
    if job.kind == "clips":
        stopped = LightboxExport.objects.filter(job=job).exclude(state=ExportState.DONE)
        stopped.update(state=ExportState.QUEUED, error_message="", finished_at=None)
    if job.kind == "account_out":
        AccountExport.objects.filter(job=job).exclude(state=ParcelState.DONE).update(state=ParcelState.QUEUED)
    if job.kind == "make":
        Take.objects.filter(job=job).exclude(state=TakeState.DONE).update(
            state=TakeState.QUEUED, error_kind="", error_message="", finished_at=None
        )
    if job.kind in NEEDED_KINDS and job.video_id is not None:
        Video.objects.filter(pk=job.video_id, state=VideoState.FAILED).update(
            state=VideoState.PROCESSING, error_kind="", error_message=""
        )


def take_was_stopped(job: Job, error: KinoraError) -> None:
    """A take's job ended without a clip: it failed, or a person paused or cancelled it, or took that back meanwhile."""
    from kinora.library.queue import enqueue

    take = Take.objects.select_for_update().filter(job=job, state=TakeState.QUEUED).first()
    if take is None:  # paused, cancelled or deleted: its row says so already
        return
    is_wanted = not Job.objects.filter(pk=job.pk, cancel_requested=True).exists()
    if isinstance(error, Cancelled) and is_wanted:
        again = enqueue("make", payload=job.payload, priority=job.priority)
        Take.objects.filter(pk=take.pk).update(job=again)
        return
    state = TakeState.CANCELLED if isinstance(error, Cancelled) else TakeState.FAILED
    Take.objects.filter(pk=take.pk).update(
        state=state, error_kind=error.kind, error_message=error.message, finished_at=timezone.now()
    )
