"""The studio over REST: one change to many videos, storage, a stage done again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.params.functions import File

from kinora.library.studio.bulk import ACTIONS, MAX_VIDEOS, change_many
from kinora.library.studio.cut import begin_cut, plan_cut
from kinora.library.studio.redo import redo
from kinora.library.studio.storage import storage_of
from kinora.library.studio.thumbnail import choose_cover, choose_frame, choose_upload, forget_thumbnail
from kinora.media.images import MAX_BYTES
from kinora.site.api.auth import SIGNED_IN, caller
from kinora.site.api.lookup import video_to_edit
from kinora.site.api.schemas import ErrorOut, JobOut

router = Router(auth=SIGNED_IN)
REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 422), ErrorOut)


class ManyIn(Schema):
    """One thing to do to many videos."""

    videos: list[str] = Field(min_length=1, max_length=MAX_VIDEOS)
    action: str = Field(max_length=20, description=", ".join(ACTIONS))
    value: str = Field("", max_length=5000)


class RefusedOut(Schema):
    id: str
    title: str
    reason: str


class ChangedOut(Schema):
    num_changed: int
    refused: list[RefusedOut]


class PartOut(Schema):
    kind: str
    label: str
    size_bytes: int


class StorageOut(Schema):
    """What a video takes on the disk; the index's part is an estimate."""

    size_bytes: int
    parts: list[PartOut]


class CutIn(Schema):
    keep: list[tuple[float, float]] = Field(min_length=1, max_length=100, description="Stretches in seconds")
    is_exact: bool = Field(False, description="To the frame, by encoding anew")
    is_plan: bool = False


class ThumbnailIn(Schema):
    cover: int | None = Field(None, ge=0, le=1_000_000, description="The number of a shot")
    seconds: float | None = Field(None, ge=0, le=1_000_000)


@router.post("/videos/change", response={200: ChangedOut, **REFUSALS}, summary="Change many videos")
def change(request: HttpRequest, body: ManyIn) -> ChangedOut:
    """Do one thing to each; those that refused it stay as they were and are listed with the reason."""
    changed = change_many(caller(request), body.videos, body.action, body.value)
    return ChangedOut.model_validate(changed.to_json())


@router.get("/videos/{video_id}/storage", response={200: StorageOut, **REFUSALS}, summary="What a video takes")
def storage(request: HttpRequest, video_id: str) -> StorageOut:
    return StorageOut.model_validate(storage_of(video_to_edit(caller(request), video_id)).to_json())


@router.post("/videos/{video_id}/cut", response={200: dict[str, Any], **REFUSALS}, summary="Trim and cut")
def cut(request: HttpRequest, video_id: str, body: CutIn) -> dict[str, Any]:
    """Keep stretches and take all else out; with `is_plan` only say what would come out."""
    video = video_to_edit(caller(request), video_id)
    plan = plan_cut(video, body.keep, is_exact=body.is_exact)
    return plan.to_json() | ({} if body.is_plan else {"job": begin_cut(video, plan).pk})


@router.put("/videos/{video_id}/thumbnail", response={204: None, **REFUSALS}, summary="Choose the thumbnail")
def set_thumbnail(request: HttpRequest, video_id: str, body: ThumbnailIn) -> Status[None]:
    """Take a shot's cover or the frame at a second; with neither, the machine chooses again."""
    video = video_to_edit(caller(request), video_id)
    if body.cover is not None:
        choose_cover(video, body.cover)
    elif body.seconds is not None:
        choose_frame(video, body.seconds)
    else:
        forget_thumbnail(video)
    return Status(204, None)


@router.post("/videos/{video_id}/thumbnail", response={204: None, **REFUSALS}, summary="Send a thumbnail")
def send_thumbnail(request: HttpRequest, video_id: str, file: UploadedFile = File(...)) -> Status[None]:
    """Take PNG, JPEG, WebP or GIF."""
    choose_upload(video_to_edit(caller(request), video_id), bytes(file.read(MAX_BYTES + 1)))
    return Status(204, None)


@router.post("/videos/{video_id}/stages/{kind}", response={202: JobOut, **REFUSALS}, summary="Do a stage again")
def do_again(request: HttpRequest, video_id: str, kind: str) -> Status[JobOut]:
    """Queue one stage again: analyse, read, transcribe, index, encode or copies."""
    return Status(202, JobOut.of(redo(video_to_edit(caller(request), video_id), kind)))
