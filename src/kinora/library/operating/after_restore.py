"""What the rows of a restored library must forget, and what is made again because no file of it came back."""

from __future__ import annotations

from django.db import transaction

from kinora.library.models import Playback, Rendition, Upload, Video, VideoState
from kinora.library.queue import enqueue


def forget_uploads() -> int:
    """Forget uploads that were on their way: their bytes are in no backup; return how many."""
    return Upload.objects.filter(video=None).delete()[0]


def make_again() -> tuple[int, int]:
    """Queue the making of renditions whose files did not come back; return how many videos there are, and of those."""
    num_videos = num_queued = 0
    for video in Video.objects.exclude(state=VideoState.FAILED).iterator(chunk_size=500):
        num_videos += 1
        if Rendition.objects.filter(video=video).exists() and not (video.folder / "hls" / "main.m3u8").exists():
            _begin_again(video)
            num_queued += 1
    return num_videos, num_queued


def _begin_again(video: Video) -> None:
    with transaction.atomic():
        Rendition.objects.filter(video=video).delete()
        if video.playback == Playback.HLS:
            Video.objects.filter(pk=video.pk).update(playback=Playback.NONE)
            Video.objects.filter(pk=video.pk, state=VideoState.READY).update(state=VideoState.PROCESSING)
            enqueue("preview", video=video)
        enqueue("encode", video=video)
