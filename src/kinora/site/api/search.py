"""Find moments by words, by an uploaded picture, or by a frame of a video."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.files import UploadedFile
from ninja.params.functions import File, Query

from kinora.errors import MediaTooLarge
from kinora.library import find
from kinora.site.api.auth import ANYONE, caller
from kinora.site.api.lookup import video_to_watch
from kinora.site.api.schemas import ErrorOut, FoundOut

router = Router(auth=ANYONE)
MAX_PICTURE_BYTES = 20 * 2**20
REFUSALS = {400: ErrorOut, 401: ErrorOut, 404: ErrorOut, 413: ErrorOut, 422: ErrorOut}


@router.get("/find", response={200: FoundOut, **REFUSALS}, summary="Find moments by words")
def find_moments(
    request: HttpRequest,
    q: str = Query(
        ..., description='Words, "phrases", -words, said: shown: title: in: before: after: longer: shorter:'
    ),
    limit: int = Query(20, ge=1, le=find.MAX_LIMIT),
    offset: int = Query(0, ge=0, le=10_000),
) -> dict[str, Any]:
    """Return the moments that answer the query, best first; none when nothing matches."""
    found = find.find(q, user=caller(request), limit=limit, offset=offset)
    return find.found_to_json(found, with_paths=False)


@router.post("/look-alikes", response={200: FoundOut, **REFUSALS}, summary="Find moments that look like a picture")
def look_alikes_of_picture(
    request: HttpRequest, picture: UploadedFile = File(...), limit: int = Query(20, ge=1, le=find.MAX_LIMIT)
) -> dict[str, Any]:
    """Take a PNG, JPEG or WebP picture of at most 20 MB."""
    if (picture.size or 0) > MAX_PICTURE_BYTES:
        raise MediaTooLarge(f"the picture has {picture.size} bytes; accepted: at most {MAX_PICTURE_BYTES}")
    found = find.look_alikes_of_picture(picture.read(), caller(request), limit=limit)
    return find.found_to_json(found, with_paths=False)


@router.get(
    "/videos/{video_id}/look-alikes",
    response={200: FoundOut, **REFUSALS},
    summary="Find moments that look like a frame",
)
def look_alikes_of_moment(
    request: HttpRequest,
    video_id: str,
    t: float = Query(..., ge=0, description="Seconds into the video"),
    limit: int = Query(20, ge=1, le=find.MAX_LIMIT),
) -> dict[str, Any]:
    """Return moments that look like the picture at `t`."""
    user = caller(request)
    found = find.look_alikes_of_moment(video_to_watch(user, video_id), t, user, limit=limit)
    return find.found_to_json(found, with_paths=False)
