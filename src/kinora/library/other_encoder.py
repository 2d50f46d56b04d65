"""Videos whose pictures another frame encoder made searchable, or none: they are indexed again in the background.

A video's pictures have vectors of one encoder at a time. Until its turn comes, its pictures are found by the encoder
that looked at them, as long as that one is on this machine.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from kinora.config import Settings
from kinora.errors import KinoraError, WeightsMissing
from kinora.index.encoders import ALL_PICTURES
from kinora.index.index import Index
from kinora.library import queue
from kinora.library.models import Job, Video
from kinora.moments.frame_encoder import slug_of
from kinora.moments.weights import frame_encoder_name, frames_folder_named, remember_frames_folder

PRIORITY = 92  # after everything that somebody waits for
_JOBS_A_TRANSACTION = 500
log = logging.getLogger("kinora.worker")


@dataclass(frozen=True)
class FrameProgress:
    """How far the chosen frame encoder has come with the videos that have pictures.

    `waiting`: the others. `by_earlier`: how many of them an earlier encoder finds until then, by its name.
    `lost`: how many of them were looked at by an encoder that is not on this machine any more.
    """

    encoder: str
    num_videos: int
    num_done: int
    waiting: tuple[str, ...]
    by_earlier: dict[str, int]
    lost: dict[str, int]

    @property
    def is_complete(self) -> bool:
        return not self.waiting

    @property
    def sentence(self) -> str:
        """Return one line for people."""
        if self.is_complete:
            return f"{self.encoder} has looked at the pictures of all {self.num_videos} videos"
        line = f"{self.encoder} has looked at the pictures of {self.num_done} of {self.num_videos} videos"
        for name, number in self.by_earlier.items():
            line += f"; {number} are found by {name} until their turn comes"
        for name, number in self.lost.items():
            line += f"; {number} are not found by words until then: {name} is not on this machine any more"
        return line

    def to_json(self) -> dict[str, Any]:
        values = asdict(self) | {"num_waiting": len(self.waiting), "is_complete": self.is_complete}
        del values["waiting"]
        return values


def frame_progress(settings: Settings) -> FrameProgress | None:
    """Return how far the chosen frame encoder has come; `None` where it is off or nothing is indexed.

    Raises:
        WeightsMissing: its weights are not on this machine. IndexDamaged: the index can't be read.
    """
    name = frame_encoder_name(settings)
    if not name or not settings.index_dir.is_dir():
        return None
    held = Index.open(settings.index_dir, read_only=True).videos_by_encoder()
    all_videos, own = held.pop(ALL_PICTURES, frozenset()), held.pop(slug_of(name), frozenset())
    waiting = all_videos - own
    num_of = {other: len(videos & waiting) for other, videos in sorted(held.items()) if videos & waiting}
    here = {other for other in num_of if _is_here(settings, other)}
    return FrameProgress(
        encoder=name, num_videos=len(all_videos), num_done=len(all_videos & own), waiting=tuple(sorted(waiting)),
        by_earlier={other: number for other, number in num_of.items() if other in here},
        lost={other: number for other, number in num_of.items() if other not in here},
    )  # fmt: skip


def queue_other_encoder(settings: Settings) -> int:
    """Queue the indexing of videos without vectors of the chosen frame encoder; return how many."""
    try:
        progress = frame_progress(settings)
    except KinoraError as error:
        log.warning("pictures stay as they were indexed: %s", error.message)
        return 0
    if progress is None:
        return 0
    remember_frames_folder(settings)
    if not progress.is_complete:
        log.info("%s", progress.sentence)
    num_queued = 0
    for start in range(0, len(progress.waiting), _JOBS_A_TRANSACTION):
        some = progress.waiting[start : start + _JOBS_A_TRANSACTION]
        with transaction.atomic():
            for video in Video.objects.filter(indexed_revision__gt=0, public_id__in=some):
                queue.enqueue("index", video=video, priority=PRIORITY)
                num_queued += 1
    return num_queued


def is_looking_again() -> bool:
    """Return whether videos wait to be looked at again; one question to the database, for pages."""
    return Job.objects.filter(kind="index", priority=PRIORITY, state__in=queue.ACTIVE).exists()


def _is_here(settings: Settings, slug: str) -> bool:
    try:
        frames_folder_named(settings, slug)
    except WeightsMissing:
        return False
    return True
