"""Find moments by words, by an uploaded picture, or by a frame of a video."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.files import UploadedFile
from ninja.params.functions import File, Form, Query

from kinora.errors import MediaTooLarge
from kinora.library import find
from kinora.search.asked import Asked
from kinora.site.api.auth import ANYONE, caller
from kinora.site.api.lookup import video_to_watch
from kinora.site.api.schemas import BesideIn, ErrorOut, FoundOut, Sort

router = Router(auth=ANYONE)
LANGUAGE = (
    'Words, "phrases", -words, cat OR dog, (groups), A THEN B within 30s, A WHILE B, said: shown: title: tag: color: '
    "like: in: by: lang: license: before: after: longer: shorter: has:speech has:text is:ai"
)
MAX_PICTURE_BYTES = 20 * 2**20
REFUSALS = {400: ErrorOut, 401: ErrorOut, 404: ErrorOut, 413: ErrorOut, 422: ErrorOut}


@router.get("/find", response={200: FoundOut, **REFUSALS}, summary="Find moments by words")
def find_moments(
    request: HttpRequest,
    q: str = Query(..., description=LANGUAGE),
    limit: int = Query(20, ge=1, le=find.MAX_LIMIT),
    offset: int = Query(0, ge=0, le=10_000),
    beside: BesideIn = Query(...),
) -> dict[str, Any]:
    """Return the moments that answer the query, best first; none when nothing matches."""
    asked = Asked(None, beside.sort, tuple(beside.more_like), tuple(beside.less_like))
    found = find.find(q, user=caller(request), limit=limit, offset=offset, asked=asked)
    return find.found_to_json(found, with_paths=False)


@router.post("/find", response={200: FoundOut, **REFUSALS}, summary="Find moments by a picture and words together")
def find_by_picture_and_words(
    request: HttpRequest,
    picture: UploadedFile = File(...),
    q: str = Form("", description=LANGUAGE),
    limit: int = Form(20, ge=1, le=find.MAX_LIMIT),
    sort: Sort = Form("best"),
) -> dict[str, Any]:
    """Take a PNG, JPEG or WebP picture of at most 20 MB; moments that answer the words and look like it come first."""
    asked = Asked(_bytes_of(picture), sort)
    found = find.find(q, user=caller(request), limit=limit, asked=asked)
    return find.found_to_json(found, with_paths=False)


def _bytes_of(picture: UploadedFile) -> bytes:
    if (picture.size or 0) > MAX_PICTURE_BYTES:
        raise MediaTooLarge(f"the picture has {picture.size} bytes; accepted: at most {MAX_PICTURE_BYTES}")
    return bytes(picture.read())


@router.post("/look-alikes", response={200: FoundOut, **REFUSALS}, summary="Find moments that look like a picture")
def look_alikes_of_picture(
    request: HttpRequest, picture: UploadedFile = File(...), limit: int = Query(20, ge=1, le=find.MAX_LIMIT)
) -> dict[str, Any]:
    """Take a PNG, JPEG or WebP picture of at most 20 MB."""
    found = find.look_alikes_of_picture(_bytes_of(picture), caller(request), limit=limit)
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
