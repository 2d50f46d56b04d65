"""What a stage gets and what it gives: the work is done first, in `folder`; rows and moves come after, in one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.limits import Limits
from kinora.errors import NotFound
from kinora.library.models import Job, Video
from kinora.library.queue import Next
from kinora.media.facts import MediaFile

_FACTS = TypeAdapter(MediaFile)


@dataclass(frozen=True)
class Work:
    """One job to do. `folder` is the job's own, gone when the job ends; `report` takes a fraction and a sentence."""

    job: Job
    settings: Settings
    folder: Path
    cancel: CancelToken
    report: Callable[[float, str], None]

    @property
    def video(self) -> Video:
        """Return the video's row as it was when the job began.

        Raises:
            NotFound: the video is deleted.
        """
        if self.job.video is None:
            raise NotFound("the video was deleted")
        return self.job.video

    @property
    def trash(self) -> Path:
        """Return where replaced files go; it is emptied when the job ends."""
        return self.folder / "trash"


@dataclass(frozen=True)
class Outcome:
    """What is left to do when the work is done: `write` stores rows and moves files while the lease is held.

    It returns the jobs that follow. It may run twice (a process killed before the commit), with the same effect.
    """

    write: Callable[[], Sequence[Next]]
    result: dict[str, Any] = field(default_factory=dict)


Stage = Callable[[Work], Outcome]


def facts_of(video: Video) -> MediaFile:
    """Return the facts that the `probe` stage stored."""
    return _FACTS.validate_python(video.facts)


def facts_to_json(facts: MediaFile) -> dict[str, Any]:
    stored: dict[str, Any] = _FACTS.dump_python(facts, mode="json")
    return stored


def limits_for(work: Work, *, cpu_per_second: float, output_bytes: int) -> Limits:
    """Return the limits of one pass over the video: a fixed start-up and a multiple of its length."""
    duration_seconds = max(10.0, work.video.duration_seconds)
    cpu_seconds = 120.0 + cpu_per_second * duration_seconds
    return Limits(
        cpu_seconds=cpu_seconds,
        wall_seconds=600.0 + 4 * cpu_seconds,
        memory_bytes=work.settings.ffmpeg_memory_bytes,
        output_bytes=output_bytes,
    )
