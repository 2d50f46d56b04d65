"""Light-boxes: collect moments, order, note, share and export them; for the person whose they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Query

from kinora.library import lightbox
from kinora.library import lightbox_export as exports
from kinora.library.lightbox_models import LightboxExport
from kinora.site.api.auth import ANYONE, SIGNED_IN, caller
from kinora.site.api.schemas import ErrorOut
from kinora.site.lightbox_files import serve_clips, serve_export

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 404, 409, 422, 507), ErrorOut)


class ItemVideo(Schema):
    id: str
    title: str


class ItemOut(Schema):
    """A moment `[start_seconds, end_seconds)`."""

    id: int
    video: ItemVideo
    start_seconds: float
    end_seconds: float
    note: str
    url: str


class BoxOut(Schema):
    """`num_hidden` moments are of videos that the caller may not watch; `share_url` is empty where it is private."""

    id: str
    name: str
    share_url: str
    updated_at: datetime
    num_hidden: int
    items: list[ItemOut]


class BoxesOut(Schema):
    lightboxes: list[BoxOut]


class BoxIn(Schema):
    name: str = Field(..., min_length=1, max_length=120)
    moments: list[str] = Field([], max_length=500, description="VIDEO@START-END in seconds")


class BoxChangeIn(Schema):
    """What is left out stays; `order` names moments by their ids, those left out come after."""

    name: str | None = Field(None, min_length=1, max_length=120)
    is_shared: bool | None = Field(None, description="Give it a link; off takes the link back for good")
    order: list[int] | None = Field(None, max_length=500)


class MomentIn(Schema):
    moment: str = Field(..., max_length=60, description="VIDEO@START-END in seconds")
    note: str = Field("", max_length=2000)


class ItemChangeIn(Schema):
    note: str | None = Field(None, max_length=2000)
    start_seconds: float | None = Field(None, ge=0)
    end_seconds: float | None = Field(None, gt=0)


class ClipsOut(Schema):
    """Clips being cut, or done: then `download_url` gives the zip."""

    id: str
    state: str
    progress: float
    message: str
    num_clips: int
    size_bytes: int
    error: str
    download_url: str


@router.get("", response={200: BoxesOut, **REFUSALS}, summary="List your light-boxes")
def list_boxes(request: HttpRequest) -> dict[str, Any]:
    """Return the caller's own, last changed first."""
    user = caller(request)
    return {"lightboxes": [lightbox.box_to_json(user, box) for box in lightbox.boxes_of(user)]}


@router.post("", response={201: BoxOut, **REFUSALS}, summary="Make a light-box")
def make(request: HttpRequest, body: BoxIn) -> Status[dict[str, Any]]:
    """Make one, with moments in their order."""
    user = caller(request)
    for moment in body.moments:
        lightbox.moment_named(user, moment)
    box = lightbox.make_box(user, body.name)
    for moment in body.moments:
        lightbox.add_moment(user, box, moment)
    return Status(201, lightbox.box_to_json(user, box))


@router.get("/shared/{token}", auth=ANYONE, response={200: BoxOut, **REFUSALS}, summary="Read a shared light-box")
def read_shared(request: HttpRequest, token: str) -> dict[str, Any]:
    """Return what is shared by a link, as far as the caller may watch it."""
    return lightbox.box_to_json(caller(request), lightbox.shared_box(token))


@router.get("/{box_id}", response={200: BoxOut, **REFUSALS}, summary="Read a light-box")
def read(request: HttpRequest, box_id: str) -> dict[str, Any]:
    """Return one of the caller's own."""
    user = caller(request)
    return lightbox.box_to_json(user, lightbox.box_named(user, box_id))


@router.patch("/{box_id}", response={200: BoxOut, **REFUSALS}, summary="Rename, order or share a light-box")
def change(request: HttpRequest, box_id: str, body: BoxChangeIn) -> dict[str, Any]:
    """Change what is given."""
    user = caller(request)
    box = lightbox.box_named(user, box_id)
    if body.order is not None:
        lightbox.put_in_order(box, body.order)
    if body.name is not None:
        lightbox.rename(box, body.name)
    if body.is_shared is not None:
        lightbox.share(box, is_shared=body.is_shared)
    return lightbox.box_to_json(user, box)


@router.delete("/{box_id}", response={204: None, **REFUSALS}, summary="Delete a light-box")
def delete(request: HttpRequest, box_id: str) -> Status[None]:
    """Delete it and the clips cut of it; the videos stay."""
    lightbox.delete_box(lightbox.box_named(caller(request), box_id))
    return Status(204, None)


@router.post("/{box_id}/items", response={201: BoxOut, **REFUSALS}, summary="Collect a moment")
def add_item(request: HttpRequest, box_id: str, body: MomentIn) -> Status[dict[str, Any]]:
    """Put a moment that the caller may watch at the end; one that is there already stays where it is."""
    user = caller(request)
    box = lightbox.box_named(user, box_id)
    lightbox.add_moment(user, box, body.moment, body.note)
    return Status(201, lightbox.box_to_json(user, box))


@router.patch("/{box_id}/items/{item_id}", response={200: BoxOut, **REFUSALS}, summary="Change a moment")
def change_item(request: HttpRequest, box_id: str, item_id: int, body: ItemChangeIn) -> dict[str, Any]:
    """Change its note or its ends."""
    user = caller(request)
    box = lightbox.box_named(user, box_id)
    lightbox.change_item(lightbox.item_of(box, item_id), **body.dict())
    return lightbox.box_to_json(user, box)


@router.delete("/{box_id}/items/{item_id}", response={204: None, **REFUSALS}, summary="Take a moment out")
def remove_item(request: HttpRequest, box_id: str, item_id: int) -> Status[None]:
    """Take a moment out of the light-box."""
    lightbox.remove_item(lightbox.item_of(lightbox.box_named(caller(request), box_id), item_id))
    return Status(204, None)


@router.get("/{box_id}/export", response=REFUSALS, summary="Export as an edit or a list")
def export(
    request: HttpRequest,
    box_id: str,
    file_format: Literal["otio", "edl", "xml", "csv", "m3u8", "json"] = Query(..., alias="format"),
    drop_frame: bool = Query(False, description="Of an EDL at 29.97 or 59.94 frames a second"),
) -> HttpResponse:
    """Return OpenTimelineIO, a CMX 3600 EDL, Final Cut Pro 7 XML, CSV, an extended M3U, or JSON."""
    user = caller(request)
    box = lightbox.box_named(user, box_id)
    return serve_export(exports.export(user, box, file_format, drop_frame=drop_frame))


@router.post("/{box_id}/clips", response={202: ClipsOut, **REFUSALS}, summary="Cut one clip a moment")
def order_clips(request: HttpRequest, box_id: str) -> Status[dict[str, Any]]:
    """Queue the cutting, exact to the frame, into one zip."""
    made = exports.order_clips(lightbox.box_named(caller(request), box_id))
    return Status(202, exports.export_to_json(made))


@router.get("/{box_id}/clips/{export_id}", response={200: ClipsOut, **REFUSALS}, summary="How far the clips are")
def read_clips(request: HttpRequest, box_id: str, export_id: str) -> dict[str, Any]:
    """Return how far they are."""
    return exports.export_to_json(_export(request, box_id, export_id))


@router.get("/{box_id}/clips/{export_id}/file", response=REFUSALS, summary="Fetch the clips")
def fetch_clips(request: HttpRequest, box_id: str, export_id: str) -> HttpResponseBase:
    """Return the zip: the clips in their order, and `clips.json` on what each holds."""
    return serve_clips(request, caller(request), _export(request, box_id, export_id))


@router.delete("/{box_id}/clips/{export_id}", response={204: None, **REFUSALS}, summary="Stop or delete the clips")
def delete_clips(request: HttpRequest, box_id: str, export_id: str) -> Status[None]:
    """Stop the cutting, or delete the zip."""
    exports.delete_export(_export(request, box_id, export_id))
    return Status(204, None)


def _export(request: HttpRequest, box_id: str, export_id: str) -> LightboxExport:
    user = caller(request)
    box, made = lightbox.box_named(user, box_id), exports.export_named(user, export_id)
    return exports.export_named(user, "") if made.lightbox_id != box.pk else made
