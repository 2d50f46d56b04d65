"""Videos whose pictures another frame encoder made searchable, or none: they are indexed again in the background."""

from __future__ import annotations

import logging

from kinora.config import Settings
from kinora.errors import KinoraError
from kinora.library import queue
from kinora.library.models import Video
from kinora.library.pictures import kept_embeddings
from kinora.library.samples import load_samples
from kinora.moments.weights import frame_encoder_name

PRIORITY = 92  # after everything that somebody waits for
log = logging.getLogger("kinora.worker")


def queue_other_encoder(settings: Settings) -> int:
    """Queue the indexing of videos without vectors of the chosen frame encoder; return how many."""
    try:
        name = frame_encoder_name(settings)
    except KinoraError as error:
        log.warning("pictures stay as they were indexed: %s", error.message)
        return 0
    num_queued = 0
    for video in Video.objects.filter(indexed_revision__gt=0) if name else ():
        samples = load_samples(video.folder)
        if samples and kept_embeddings(video.folder, name, num_samples=len(samples)) is None:
            queue.enqueue("index", video=video, priority=PRIORITY)
            num_queued += 1
    return num_queued
