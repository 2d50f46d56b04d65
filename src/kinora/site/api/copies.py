"""Copies: where a video's stretches, or those of a file sent, reappear."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.files import UploadedFile
from ninja.params.functions import File

from kinora import config
from kinora.errors import MediaTooLarge
from kinora.library.copies import CopyReport, FoundCopy, copies_of_file, copies_of_video
from kinora.library.files import check_room, safe_suffix
from kinora.site.api.auth import SIGNED_IN, caller
from kinora.site.api.lookup import video_to_edit
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
_REFUSALS = dict.fromkeys((400, 401, 403, 404, 413, 422, 503, 507), ErrorOut)
MOST_BYTES = 512 * 2**20  # of a file asked about while somebody waits


class CopyVideoOut(Schema):
    id: str
    title: str


class StretchOut(Schema):
    """A stretch and where it reappears: seconds here, then there; `speed` is the other's over this one's."""

    start_seconds: float
    end_seconds: float
    other_start_seconds: float
    other_end_seconds: float
    score: float
    by: Literal["picture", "sound", "both"]
    speed: float
    is_mirrored: bool


class CopyOut(Schema):
    """`kind` says what the one asked about is to this video."""

    video: CopyVideoOut
    kind: Literal["exact", "near", "contains", "part_of", "overlaps"]
    score: float
    url: str
    stretches: list[StretchOut]


class CopiesOut(Schema):
    """Best first; `is_complete` is false while the video's fingerprints are not taken yet."""

    is_complete: bool
    copies: list[CopyOut]


@router.get(
    "/videos/{video_id}/copies", response={200: CopiesOut, **_REFUSALS}, summary="Where a video of yours reappears"
)
def copies_of_one(request: HttpRequest, video_id: str) -> CopiesOut:
    """Return the videos that you may find and that share stretches with a video of yours."""
    user = caller(request)
    return _out(copies_of_video(video_to_edit(user, video_id), user))


@router.post("/copies", response={200: CopiesOut, **_REFUSALS}, summary="Where a file's stretches reappear")
def copies_of_upload(request: HttpRequest, file: UploadedFile = File(...)) -> CopiesOut:
    """Return the videos that you may find and that share stretches with a file. The file is not kept."""
    if (file.size or 0) > MOST_BYTES:
        raise MediaTooLarge(
            f"the file has {file.size} bytes; at most {MOST_BYTES} are looked at while you wait",
            hint="send a shorter stretch, or add the file and ask for its copies",
        )
    settings = config.current()
    check_room(settings, for_bytes=file.size or 0)
    with tempfile.TemporaryDirectory(dir=settings.work_dir, prefix="copies-") as folder:
        path = Path(folder) / f"file{safe_suffix(file.name or '')}"
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        return _out(copies_of_file(path, caller(request)))


def _out(report: CopyReport) -> CopiesOut:
    return CopiesOut(is_complete=report.is_complete, copies=[_copy(one) for one in report.copies])


def _copy(one: FoundCopy) -> CopyOut:
    shown = one.to_json()
    first = one.stretches[0].other_start_seconds if one.stretches else 0.0
    return CopyOut(
        video=CopyVideoOut(id=one.video.public_id, title=one.video.title),
        kind=shown["kind"],
        score=shown["score"],
        url=f"{config.current().site_url}/watch/{one.video.public_id}?t={first:.1f}",
        stretches=shown["stretches"],
    )
