"""Takes: ask for clips, see how far they are, steer them, fetch them, publish them."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponseBase
from ninja import Router, Status
from ninja.files import UploadedFile
from ninja.params.functions import File, Query

from kinora import config
from kinora.errors import MediaTooLarge, NotFound
from kinora.library import make, takes
from kinora.library.make_given import keep_picture
from kinora.library.make_plan import bill_of
from kinora.media.images import MAX_BYTES
from kinora.site.api.auth import SIGNED_IN, caller
from kinora.site.api.schemas import AddedOut, ErrorOut, VideoOut
from kinora.site.api.take_schemas import OrderIn, PictureOut, PlanOut, PublishIn, TakeOut, TakesOut
from kinora.site.take_files import serve_take_file

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 503, 507), ErrorOut)
_STEERING = {"pause": takes.pause, "resume": takes.resume, "cancel": takes.cancel, "first": takes.move_first}


@router.post("", response={201: TakesOut, **REFUSALS}, summary="Make clips")
def make_takes(request: HttpRequest, order: OrderIn) -> Status[TakesOut]:
    """Queue one take a seed; videos, takes and pictures are named, never paths."""
    made = make.make(order.order(), caller(request))
    return Status(201, TakesOut(takes=[TakeOut.of(take) for take in made], total=len(made)))


@router.post("/plan", response={200: PlanOut, **REFUSALS}, summary="Price clips before they are made")
def plan_takes(request: HttpRequest, order: OrderIn) -> dict[str, Any]:
    """Return the bill: frames, tokens, operations, and seconds where this machine was measured."""
    return bill_of(order.order(), caller(request), caller(request))


@router.post("/pictures", response={201: PictureOut, **REFUSALS}, summary="Send a picture for the next takes")
def send_picture(request: HttpRequest, picture: UploadedFile = File(...)) -> Status[PictureOut]:
    """Take a PNG, JPEG, WebP or GIF; its name is what `picture` of a take's order means, for two days."""
    if (picture.size or 0) > MAX_BYTES:
        raise MediaTooLarge(f"the picture has {picture.size} bytes; accepted: at most {MAX_BYTES}")
    return Status(201, PictureOut(picture=keep_picture(picture.read(), caller(request))))


@router.get("", response={200: TakesOut, **REFUSALS}, summary="List your takes, newest first")
def list_takes(
    request: HttpRequest,
    state: Literal["", "queued", "running", "paused", "done", "failed", "cancelled"] = "",
    limit: int = Query(50, ge=1, le=200),
    offset: int = Query(0, ge=0),
) -> TakesOut:
    """Return the caller's own takes."""
    rows = takes.takes_of(caller(request), state)
    return TakesOut(takes=[TakeOut.of(row) for row in rows[offset : offset + limit]], total=rows.count())


@router.get("/{take_id}", response={200: TakeOut, **REFUSALS}, summary="Read a take")
def read_take(request: HttpRequest, take_id: str) -> TakeOut:
    """Return one take."""
    return TakeOut.of(takes.take_of(caller(request), take_id))


@router.post("/{take_id}/publish", response={201: AddedOut, 200: AddedOut, **REFUSALS}, summary="Publish a take")
def publish_take(request: HttpRequest, take_id: str, body: PublishIn) -> Status[AddedOut]:
    """Bring the clip into the library by the same door as an upload, marked as made by a machine."""
    user = caller(request)
    added = make.publish(takes.take_of(user, take_id), user, title=body.title, visibility=body.visibility)
    told = AddedOut(video=VideoOut.of(added.video, config.current().site_url, with_stages=True), is_new=added.is_new)
    return Status(201 if added.is_new else 200, told)


@router.get("/{take_id}/{name}", response=REFUSALS, summary="Fetch a take's clip, preview or latents")
def take_file(
    request: HttpRequest, take_id: str, name: Literal["clip.mp4", "preview.webp", "latents.safetensors"]
) -> HttpResponseBase:
    """Return the clip, its moving preview while it is made, or its latents."""
    response = serve_take_file(request, takes.take_of(caller(request), take_id), name)
    if response is None:
        raise NotFound(f"the take has no {name} yet")
    return response


@router.post("/{take_id}/{name}", response={200: TakeOut, **REFUSALS}, summary="Pause, resume, cancel, put first")
def steer_take(request: HttpRequest, take_id: str, name: Literal["pause", "resume", "cancel", "first"]) -> TakeOut:
    """Change what the queue does with a take; `first` puts it before the caller's own that wait."""
    take = takes.take_of(caller(request), take_id)
    _STEERING[name](take)
    return TakeOut.of(takes.take_of(caller(request), take_id))


@router.delete("/{take_id}", response={204: None, **REFUSALS}, summary="Delete a take")
def delete_take(request: HttpRequest, take_id: str) -> Status[None]:
    """Delete the take and its files; its published video stays."""
    takes.delete(takes.take_of(caller(request), take_id))
    return Status(204, None)
