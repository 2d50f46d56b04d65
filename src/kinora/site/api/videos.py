"""Videos: list, add, read, change, replace, delete; their shots, transcripts and stages."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.http import HttpRequest
from ninja import Router, Status
from ninja.files import UploadedFile
from ninja.params.functions import File, Form, Query

from kinora import config
from kinora.errors import MediaTooLarge, NotAllowed
from kinora.library.access import channel_for, visible_to
from kinora.library.add import add_file
from kinora.library.details import set_details
from kinora.library.files import check_room
from kinora.library.models import Video
from kinora.library.moderation.quotas import require_room
from kinora.library.moderation.standing import require_standing
from kinora.library.moderation.trash import trash_video
from kinora.library.people.locks import open_with
from kinora.library.replace import replace_file
from kinora.library.subtitles import add_subtitles
from kinora.site.api.auth import ANYONE, SIGNED_IN, caller
from kinora.site.api.lookup import locked_video, video_to_edit, video_to_watch
from kinora.site.api.schemas import (
    AddedOut,
    CueOut,
    DetailsIn,
    ErrorOut,
    OpenedOut,
    PasswordIn,
    ShotOut,
    ShotsOut,
    SimpleVisibility,
    TrackOut,
    TranscriptOut,
    VideoOut,
    VideosOut,
)

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 507), ErrorOut)
MAX_SUBTITLES_BYTES = 10 * 2**20


@router.get("", auth=ANYONE, response={200: VideosOut, **REFUSALS}, summary="List videos, latest first")
def list_videos(
    request: HttpRequest,
    channel: str = Query("", max_length=40),
    limit: int = Query(50, ge=1, le=200),
    offset: int = Query(0, ge=0),
) -> VideosOut:
    """Return the videos that the caller may find."""
    rows = visible_to(caller(request)).select_related("channel").order_by("-published_at", "-id")
    rows = rows.filter(channel__handle=channel) if channel else rows
    site_url = config.current().site_url
    return VideosOut(videos=[VideoOut.of(row, site_url) for row in rows[offset : offset + limit]], total=rows.count())


@router.post("", response={201: AddedOut, 200: AddedOut, **REFUSALS}, summary="Add a video")
def add_video(
    request: HttpRequest,
    file: UploadedFile = File(...),
    subtitles: list[UploadedFile] = File([]),
    title: str = Form("", max_length=300),
    visibility: SimpleVisibility = Form("private"),
    channel: str = Form("", max_length=40),
) -> Status[AddedOut]:
    """Take a file, with subtitle files if there are any; 200 and `is_new: false` when it was there already.

    For large files over shaky lines use the resumable upload at `/uploads/` (tus 1.0).
    """
    user = caller(request)
    target = channel_for(user, channel)
    require_standing(user)
    require_room(target.owner, file.size or 0)
    with _on_disk(file) as path:
        added = add_file(
            path, owner=target.owner, adder=user, channel=target, title=title, visibility=visibility, move=True,
            name=file.name or "video",
        )  # fmt: skip
    for subtitle in subtitles:
        add_subtitles(added.video, _read_subtitles(subtitle), subtitle.name or "subtitles", "")
    body = AddedOut(video=VideoOut.of(added.video, config.current().site_url, with_stages=True), is_new=added.is_new)
    return Status(201 if added.is_new else 200, body)


@router.get("/{video_id}", auth=ANYONE, response={200: VideoOut, **REFUSALS}, summary="Read a video and its stages")
def read_video(request: HttpRequest, video_id: str) -> VideoOut:
    """Return one video."""
    return VideoOut.of(video_to_watch(caller(request), video_id), config.current().site_url, with_stages=True)


@router.patch("/{video_id}", response={200: VideoOut, **REFUSALS}, summary="Change a video's details")
def change_video(request: HttpRequest, video_id: str, details: DetailsIn) -> VideoOut:
    """Change what is given; the index follows."""
    video = video_to_edit(caller(request), video_id)
    set_details(video, **details.model_dump(exclude_unset=True, exclude_none=True))
    return VideoOut.of(_again(video), config.current().site_url, with_stages=True)


@router.delete("/{video_id}", response={204: None, **REFUSALS}, summary="Delete a video")
def remove_video(request: HttpRequest, video_id: str) -> Status[None]:
    """It vanishes at once; its trash keeps it for a while: `POST /trash/{video_id}/restore`."""
    trash_video(video_to_edit(caller(request), video_id), by=caller(request))
    return Status(204, None)


@router.post("/{video_id}/file", response={200: VideoOut, **REFUSALS}, summary="Replace a video's file")
def replace_video(request: HttpRequest, video_id: str, file: UploadedFile = File(...)) -> VideoOut:
    """Put another file in the place of this one; address and details stay."""
    video = video_to_edit(caller(request), video_id)
    with _on_disk(file) as path:
        replace_file(video, path)
    return VideoOut.of(_again(video), config.current().site_url, with_stages=True)


@router.post("/{video_id}/subtitles", response={200: TranscriptOut, **REFUSALS}, summary="Add a subtitle file")
def add_video_subtitles(
    request: HttpRequest, video_id: str, file: UploadedFile = File(...), language: str = Form("", max_length=16)
) -> TranscriptOut:
    """Take SRT, WebVTT, ASS or TTML."""
    video = video_to_edit(caller(request), video_id)
    add_subtitles(video, _read_subtitles(file), file.name or "subtitles", language)
    return _transcript_of(video)


@router.get("/{video_id}/shots", auth=ANYONE, response={200: ShotsOut, **REFUSALS}, summary="List a video's shots")
def shots(request: HttpRequest, video_id: str) -> ShotsOut:
    """Return the shots in order."""
    rows = video_to_watch(caller(request), video_id).shots.all()
    return ShotsOut(
        shots=[
            ShotOut(
                start_seconds=row.start_seconds, end_seconds=row.end_seconds, start_frame=row.start_frame,
                end_frame=row.end_frame, transition=row.transition,
            )
            for row in rows
        ]
    )  # fmt: skip


@router.post("/{video_id}/open", auth=ANYONE, response={200: OpenedOut, **REFUSALS}, summary="Give a video's password")
def open_video(request: HttpRequest, video_id: str, given: PasswordIn) -> OpenedOut:
    """Return a token; send it as `X-Video-Tokens: ID=TOKEN` to see the video. A new password makes it worthless."""
    video = locked_video(caller(request), video_id)
    token = open_with(video, given.password)
    if token is None:
        raise NotAllowed("that is not the password of this video")
    return OpenedOut(id=video.public_id, token=token)


@router.get(
    "/{video_id}/transcript", auth=ANYONE, response={200: TranscriptOut, **REFUSALS}, summary="Read what is said"
)
def transcript(request: HttpRequest, video_id: str) -> TranscriptOut:
    """Return the text tracks with their cues."""
    return _transcript_of(video_to_watch(caller(request), video_id))


def _transcript_of(video: Video) -> TranscriptOut:
    tracks = video.subtitle_tracks.prefetch_related("cues")
    return TranscriptOut(
        tracks=[
            TrackOut(
                id=track.pk, language=track.language, label=track.label, source=track.source,
                cues=[
                    CueOut(
                        start_seconds=cue.start_seconds, end_seconds=cue.end_seconds, text=cue.text, speaker=cue.speaker
                    )
                    for cue in track.cues.all()
                ],
            )
            for track in tracks
        ]
    )  # fmt: skip


@contextmanager
def _on_disk(file: UploadedFile) -> Iterator[Path]:
    """Give the upload as a file on the library's own disk, so that taking it is a rename."""
    settings = config.current()
    size_bytes = file.size or 0
    if size_bytes > settings.max_upload_bytes:
        raise MediaTooLarge(f"the file has {size_bytes} bytes; accepted: at most {settings.max_upload_bytes}")
    check_room(settings, for_bytes=size_bytes)
    with tempfile.TemporaryDirectory(prefix="api-", dir=settings.uploads_dir) as folder:
        path = Path(folder) / "file"
        with path.open("wb") as target:
            for block in file.chunks():
                target.write(block)
        yield path


def _read_subtitles(file: UploadedFile) -> bytes:
    if (file.size or 0) > MAX_SUBTITLES_BYTES:
        raise MediaTooLarge(f"the subtitle file has {file.size} bytes; accepted: at most {MAX_SUBTITLES_BYTES}")
    return bytes(file.read())


def _again(video: Video) -> Video:
    return Video.objects.select_related("channel").get(pk=video.pk)
