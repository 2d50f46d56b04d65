"""The library as a Python object: what `kinora.open(home)` returns. See docs/python-api.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.library import adding, find, queue
from kinora.library.adding import Outcome
from kinora.library.copy_handle import CopyVerbs
from kinora.library.delete import delete_video
from kinora.library.figures.handle import FigureVerbs
from kinora.library.history_handle import HistoryVerbs
from kinora.library.lightbox_handle import LightboxVerbs
from kinora.library.models import Job, JobState, Video
from kinora.library.moderation.handle import ModerationVerbs
from kinora.library.options import AddOptions
from kinora.library.people.handle import PeopleVerbs
from kinora.library.recommend.handle import RecommendVerbs
from kinora.library.saved_handle import SavedVerbs
from kinora.library.sharing_handle import SharingVerbs
from kinora.library.status import label_of, notices
from kinora.library.studio.handle import StudioVerbs
from kinora.library.take_handle import TakeVerbs
from kinora.library.watching.handle import WatchingVerbs
from kinora.library.webhooks.handle import WebhookVerbs
from kinora.media.facts import MediaFile
from kinora.search.asked import NOTHING_ELSE, Asked
from kinora.search.hit import Hit, VideoHits
from kinora.shots.shot import Shot

__all__ = ["AddOptions", "FoundMoments", "JobInfo", "Library", "LibraryStatus", "Outcome", "VideoInfo"]

OnProgress = Callable[[str, float, str], None]  # file name, fraction in [0, 1], what is being done


@dataclass(frozen=True)
class VideoInfo:
    """A video of the library as it was when asked."""

    id: str
    title: str
    state: str
    visibility: str
    duration_seconds: float
    width: int
    height: int
    created_at: datetime
    path: Path
    original_name: str
    error_kind: str
    error_message: str

    @classmethod
    def of(cls, row: Video) -> VideoInfo:
        return cls(
            row.public_id, row.title, row.state, row.visibility, row.duration_seconds, row.width, row.height,
            row.created_at, row.original_path, row.original_name, row.error_kind, row.error_message,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**told, "created_at": self.created_at.isoformat(), "path": str(self.path)}


@dataclass(frozen=True)
class JobInfo:
    """A job of the queue as it was when asked."""

    id: int
    kind: str
    label: str
    state: str
    progress: float
    message: str
    error_kind: str
    error_message: str
    attempts: int
    video_id: str
    video_title: str
    created_at: datetime

    @classmethod
    def of(cls, row: Job) -> JobInfo:
        video_id, title = (row.video.public_id, row.video.title) if row.video else ("", "")
        return cls(
            row.pk, row.kind, label_of(row.kind), row.state, row.progress, row.message, row.error_kind,
            row.error_message, row.attempts, video_id, title, row.created_at,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**told, "created_at": self.created_at.isoformat()}


@dataclass(frozen=True)
class FoundMoments:
    """What a search found, best first."""

    found: find.Found

    @property
    def query(self) -> str:
        return self.found.result.query

    @property
    def took_ms(self) -> float:
        return self.found.result.took_ms

    @property
    def hits(self) -> tuple[Hit, ...]:
        return self.found.result.hits

    @property
    def videos(self) -> tuple[VideoHits, ...]:
        """Return the same hits grouped by video."""
        return self.found.result.videos

    @property
    def notices(self) -> tuple[str, ...]:
        return self.found.result.notices

    def video(self, video_id: str) -> VideoInfo:
        """Return the video of a hit."""
        return VideoInfo.of(self.found.videos[video_id])

    def to_json(self) -> dict[str, Any]:
        return find.found_to_json(self.found)


@dataclass(frozen=True)
class LibraryStatus:
    """How the library stands."""

    num_videos: int
    num_ready: int
    num_waiting_jobs: int
    num_failed_jobs: int
    notices: tuple[str, ...]


class Library(
    PeopleVerbs,
    CopyVerbs,
    TakeVerbs,
    SavedVerbs,
    LightboxVerbs,
    SharingVerbs,
    HistoryVerbs,
    FigureVerbs,
    ModerationVerbs,
    StudioVerbs,
    WatchingVerbs,
    WebhookVerbs,
    RecommendVerbs,
):
    """A library of videos in one home. Whoever can read the home sees everything in it, private videos too."""

    def __init__(self, settings: config.Settings) -> None:
        self.settings = settings

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the database connection back; the library can still be used."""
        from django.db import connections

        connections.close_all()

    @property
    def home(self) -> Path:
        return self.settings.home

    def add(
        self,
        paths: Path | str | Iterable[Path | str],
        options: AddOptions | None = None,
        *,
        wait: bool = True,
        on_progress: OnProgress | None = None,
    ) -> list[VideoInfo]:
        """Add files, folders or globs, and return their videos; with `wait`, once they can be found.

        Without a running worker this process does the work itself.

        Raises:
            KinoraError: the first refused file's error; the others were added all the same.
        """
        outcomes = self.add_all(paths, options, wait=wait, on_progress=on_progress)
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
        return [self.get(outcome.video_id) for outcome in outcomes]

    def add_all(
        self,
        paths: Path | str | Iterable[Path | str],
        options: AddOptions | None = None,
        *,
        wait: bool = True,
        on_progress: OnProgress | None = None,
    ) -> list[Outcome]:
        """Like `add`, but give each file's own outcome, refused ones too."""
        given = [paths] if isinstance(paths, str | Path) else list(paths)
        return adding.add_all(self.settings, given, options or AddOptions(), wait=wait, on_progress=on_progress)

    def find(self, text: str, limit: int = 20, *, offset: int = 0, asked: Asked = NOTHING_ELSE) -> FoundMoments:
        """Return the moments that answer a query, best first; see docs/search.md for what it may hold.

        `asked` adds a picture, another order, and moments to find more or less of.
        """
        return FoundMoments(find.find(text, user=find.Everyone(), limit=limit, offset=offset, asked=asked))

    def look_alikes(self, picture: bytes | Path | str, limit: int = 20) -> FoundMoments:
        """Return the moments that look like a picture (PNG, JPEG or WebP; its bytes or its path)."""
        data = picture if isinstance(picture, bytes) else _bytes_of(Path(picture))
        return FoundMoments(find.look_alikes_of_picture(data, find.Everyone(), limit=limit))

    def look_alikes_of(self, video_id: str, seconds: float, limit: int = 20) -> FoundMoments:
        """Return the moments that look like a video's picture at an instant."""
        return FoundMoments(find.look_alikes_of_moment(self._row(video_id), seconds, find.Everyone(), limit=limit))

    def shots(self, path: Path | str) -> tuple[Shot, ...]:
        """Return the shots of any file, without adding it."""
        from kinora.library.look import shots_of_file  # here, so that finding does not load what reads files

        return shots_of_file(Path(path))

    def probe(self, path: Path | str) -> MediaFile:
        """Return the facts of any file, without adding it."""
        from kinora.library.look import probe_file

        return probe_file(Path(path))

    def videos(self) -> list[VideoInfo]:
        """Return every video, newest first."""
        return [VideoInfo.of(row) for row in Video.objects.order_by("-created_at", "-id")]

    def get(self, video_id: str) -> VideoInfo:
        """Return one video.

        Raises:
            NotFound: no video has this identifier.
        """
        return VideoInfo.of(self._row(video_id))

    def delete(self, video_id: str) -> None:
        """Delete a video, its files and all that was found in it."""
        delete_video(self._row(video_id))

    def jobs(self, state: str = "", limit: int = 50) -> list[JobInfo]:
        """Return the newest jobs, or the newest in a state."""
        if state and state not in JobState.values:
            raise InputError(f"{state!r} is no state of a job; accepted: {', '.join(JobState.values)}")
        rows = Job.objects.select_related("video").order_by("-id")
        return [JobInfo.of(row) for row in (rows.filter(state=state) if state else rows)[:limit]]

    def retry_job(self, job_id: int) -> JobInfo:
        """Queue a stopped job again."""
        return JobInfo.of(queue.retry(_job(job_id)))

    def cancel_job(self, job_id: int) -> JobInfo:
        """Stop a job."""
        queue.request_cancel(_job(job_id))
        return JobInfo.of(_job(job_id))

    def status(self) -> LibraryStatus:
        """Return how the library stands, and what is off on this machine."""
        return LibraryStatus(
            num_videos=Video.objects.count(),
            num_ready=Video.objects.filter(state="ready").count(),
            num_waiting_jobs=Job.objects.filter(state__in=queue.ACTIVE).count(),
            num_failed_jobs=Job.objects.filter(state=JobState.FAILED).count(),
            notices=tuple(notices(self.settings)),
        )

    def _row(self, video_id: str) -> Video:
        row = Video.objects.filter(public_id=video_id).first()
        if row is None:
            raise NotFound(f"there is no video {video_id!r}", hint="kinora videos lists them")
        return row


def _job(job_id: int) -> Job:
    row = Job.objects.select_related("video").filter(pk=job_id).first()
    if row is None:
        raise NotFound(f"there is no job {job_id}", hint="kinora jobs lists them")
    return row


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} can't be read: {error.strerror}") from error
