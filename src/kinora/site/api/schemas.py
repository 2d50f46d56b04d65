"""The shapes of the API, as its OpenAPI document shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast

from ninja import Field, Schema

from kinora.library.models import Job, Video
from kinora.library.status import StageStatus, stages_of
from kinora.library.studio.licences import licence_url

VisibilityName = Literal["public", "unlisted", "private", "password", "members", "scheduled"]
SimpleVisibility = Literal["public", "unlisted", "private", "members"]


class ErrorBody(Schema):
    kind: str
    message: str
    hint: str


class ErrorOut(Schema):
    """Every error has this shape."""

    error: ErrorBody


class VideoRef(Schema):
    id: str
    title: str
    path: str
    name: str


class ReasonOut(Schema):
    """Why a moment was found; `highlights` are half-open character ranges of `text`."""

    signal: str
    text: str
    score: float
    highlights: list[tuple[int, int]]


class HitOut(Schema):
    """A moment `[start_seconds, end_seconds)`."""

    video: VideoRef
    start_seconds: float
    end_seconds: float
    score: float
    url: str
    reasons: list[ReasonOut]


Sort = Literal["best", "newest", "oldest", "longest"]


class BesideIn(Schema):
    """What a search asks beside its words; moments as `VIDEO@SECONDS` or `VIDEO@START-END`."""

    sort: Sort = Field("best", description="Which moments come first")
    more_like: list[str] = Field([], max_length=20, description="Moments to find more of")
    less_like: list[str] = Field([], max_length=20, description="Moments to find less of")


class FoundOut(Schema):
    """What a search found, best first."""

    query: str
    took_ms: float
    hits: list[HitOut]
    notices: list[str]


class StageOut(Schema):
    kind: str
    label: str
    state: str
    progress: float
    message: str
    error: str
    job_id: int | None


class VideoOut(Schema):
    """One video; `stages` tells how far its reading is."""

    id: str
    title: str
    description: str
    tags: list[str]
    language: str
    channel: str
    visibility: VisibilityName
    publish_at: datetime | None
    state: str
    error_message: str
    is_playable: bool
    is_made_by_machine: bool
    ai: Literal["", "made", "altered", "declared"]
    category: str
    licence: str
    licence_url: str
    licence_text: str
    is_age_restricted: bool
    comments: Literal["on", "held", "off"]
    allows_download: bool
    duration_seconds: float
    width: int
    height: int
    published_at: datetime
    url: str
    manifest_url: str | None
    original_url: str
    stages: list[StageOut] | None = None

    @classmethod
    def of(cls, video: Video, site_url: str, *, with_stages: bool = False) -> VideoOut:
        """Return the shape of a row, with absolute addresses."""
        media = f"{site_url}/media/{video.public_id}"
        return cls(
            id=video.public_id, title=video.title, description=video.description, tags=list(video.tags),
            language=video.language, channel=video.channel.handle,
            visibility=cast("VisibilityName", video.visibility), publish_at=video.publish_at, state=video.state,
            error_message=video.error_message, is_playable=bool(video.playback),
            is_made_by_machine=video.is_made_by_machine, ai=cast("Any", video.machine_mark), category=video.category,
            licence=video.licence, licence_url=licence_url(video.licence), licence_text=video.licence_text,
            is_age_restricted=video.is_age_restricted, comments=cast("Any", video.comments),
            allows_download=video.allows_download,
            duration_seconds=video.duration_seconds, width=video.width, height=video.height,
            published_at=video.published_at, url=f"{site_url}/watch/{video.public_id}",
            manifest_url=f"{media}/hls/main.m3u8" if video.renditions.exists() else None,
            original_url=f"{media}/original",
            stages=[stage_out(stage) for stage in stages_of(video)] if with_stages else None,
        )  # fmt: skip


def stage_out(stage: StageStatus) -> StageOut:
    return StageOut(**stage.to_json())


class VideosOut(Schema):
    videos: list[VideoOut]
    total: int


class AddedOut(Schema):
    """`is_new` is false when the same file was there already."""

    video: VideoOut
    is_new: bool


class PasswordIn(Schema):
    password: str = Field(max_length=200)


class OpenedOut(Schema):
    """What opens a video behind a password: send it as `X-Video-Tokens: ID=TOKEN`."""

    id: str
    token: str


class DetailsIn(Schema):
    """What may be changed; what is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=300)
    description: str | None = Field(None, max_length=20_000)
    tags: list[str] | None = Field(None, max_length=50)
    language: str | None = Field(None, max_length=16)
    visibility: VisibilityName | None = None
    password: str | None = Field(None, min_length=4, max_length=200, description="With the visibility `password`")
    publish_at: datetime | None = Field(None, description="With the visibility `scheduled`; with its time zone")
    category: str | None = Field(None, max_length=20)
    licence: str | None = Field(None, max_length=60)
    licence_text: str | None = Field(None, max_length=5000, description="The terms, where the licence is `Own terms`")
    is_age_restricted: bool | None = None
    comments: Literal["on", "held", "off"] | None = None
    allows_download: bool | None = None
    declares_ai: bool | None = Field(None, description="Say that AI made or altered it; the ledger's word stays")


class ShotOut(Schema):
    start_seconds: float
    end_seconds: float
    start_frame: int
    end_frame: int
    transition: str


class ShotsOut(Schema):
    shots: list[ShotOut]


class CueOut(Schema):
    start_seconds: float
    end_seconds: float
    text: str
    speaker: str


class TrackOut(Schema):
    """A viewer's text track with its cues."""

    id: int
    language: str
    label: str
    source: str
    cues: list[CueOut]


class TranscriptOut(Schema):
    tracks: list[TrackOut]


class JobOut(Schema):
    id: int
    kind: str
    state: str
    progress: float
    message: str
    error_kind: str
    error_message: str
    attempts: int
    video_id: str | None

    @classmethod
    def of(cls, job: Job) -> JobOut:
        return cls(
            id=job.pk, kind=job.kind, state=job.state, progress=job.progress, message=job.message,
            error_kind=job.error_kind, error_message=job.error_message, attempts=job.attempts,
            video_id=job.video.public_id if job.video else None,
        )  # fmt: skip


class JobsOut(Schema):
    jobs: list[JobOut]


class DoctorOut(Schema):
    findings: list[dict[str, Any]]
    is_healthy: bool


class ModelsOut(Schema):
    models: list[dict[str, Any]]
