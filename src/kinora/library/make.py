"""Make clips: what a person asks for becomes takes, each with a job; a take that pleases is published as a video."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction

from kinora import config
from kinora.errors import Conflict, InputError
from kinora.generate.condition import Request, checked, request_from_json, request_to_json
from kinora.generate.operations import Material, operation
from kinora.generate.recipe import request_of
from kinora.library.access import can_use_take
from kinora.library.add import Added, NewFile, add_new_file
from kinora.library.files import check_room
from kinora.library.make_child import model_name
from kinora.library.make_given import bring_files, check_names, source_of
from kinora.library.make_model import folder_of_model
from kinora.library.make_sizes import decided
from kinora.library.models import Take, TakeState, User, Video, new_public_id
from kinora.library.moderation.standing import require_standing
from kinora.library.order import MAX_TAKES, Order
from kinora.library.patience import patient
from kinora.library.queue import enqueue

MAX_WAITING = 200  # a person's takes that wait or are paused


def make(order: Order, owner: User, viewer: Any = None) -> list[Take]:
    """Queue the takes of an order; `viewer` is whose rights count, the owner's unless given.

    Raises:
        WeightsMissing: the model is not here. InputError, NotFound, Conflict, DiskFull: see their sentences.
    """
    if not 1 <= order.num_takes <= MAX_TAKES:
        raise InputError(f"{order.num_takes} takes were asked for; accepted: 1 to {MAX_TAKES} at once")
    request = request_of_order(order, owner, owner if viewer is None else viewer)
    folder_of_model(request.model)
    seeds = range(request.seed, request.seed + order.num_takes)
    return _queued([replace(request, seed=seed) for seed in seeds], owner, order.publish_as)


def make_like(recipe: dict[str, Any], owner: User, viewer: Any = None, *, model: str = "") -> Take:
    """Queue the very same clip again, from the recipe that a file carries; a folder of its model may be given.

    Raises:
        NotFound: something that it was made from is not in this library.
    """
    request = request_of(recipe)
    own = config.current().video_model
    model = model or (own if request.model == model_name(own) else request.model)
    request = replace(request, model=model)
    check_names(json.loads(request_to_json(request)), owner, owner if viewer is None else viewer)
    folder_of_model(request.model)
    return _queued([request], owner, {})[0]


def make_again(take: Take, viewer: Any, *, seed: int) -> Take:
    """Queue a take's request once more with another seed.

    Raises:
        NotFound: something that it was made from is gone.
    """
    request = replace(request_in(take), seed=seed)
    check_names(take.request, take.owner, viewer)
    folder_of_model(request.model)
    return _queued([request], take.owner, {})[0]


def request_of_order(order: Order, owner: User, viewer: Any) -> Request:
    """Return the request of an order, its sources looked up with the viewer's rights."""
    material = Material(
        prompts=order.prompts,
        videos=tuple(source_of(given, owner, viewer) for given in order.videos),
        pictures=tuple((seconds, source_of(given, owner, viewer)) for seconds, given in order.pictures),
        keep=order.keep,
        is_finished=not order.is_as_made,
    )
    row = operation(order.operation or _operation_for(order))
    settings = replace(order.settings, model=order.settings.model or config.current().video_model)
    request = checked(row.request(material, checked(decided(settings, row.name, material))))
    if not any(prompt.text.strip() for prompt in request.prompts) and not (request.conditions or request.start):
        raise InputError("a clip needs words, a picture or a video to be made from", hint="say what is to be seen")
    return request


def _operation_for(order: Order) -> str:
    if order.videos:
        return "remix" if len(order.videos) == 1 else "connect"
    if len(order.prompts) > 1:
        return "storyboard"
    if order.pictures:
        return "image_to_video" if len(order.pictures) == 1 else "key_frames"
    return "text_to_image" if order.settings.seconds == 0 else "text_to_video"


def _queued(requests: Iterable[Request], owner: User, publish_as: dict[str, Any]) -> list[Take]:
    check_room(config.current())
    batch = new_public_id()
    takes = [
        Take(owner=owner, batch=batch, request=json.loads(request_to_json(request)), publish_as=publish_as)
        for request in requests
    ]
    waiting = Take.objects.filter(owner=owner, state__in=(TakeState.QUEUED, TakeState.PAUSED)).count()
    if waiting + len(takes) > MAX_WAITING:
        raise Conflict(f"{waiting} of your takes wait already; at most {MAX_WAITING} may", hint="cancel some first")
    for take in takes:
        take.folder.mkdir(parents=True)
        bring_files(take)
    try:
        _store(takes)
    except BaseException:
        for take in takes:
            shutil.rmtree(take.folder, ignore_errors=True)
        raise
    return takes


@patient
def _store(takes: list[Take]) -> None:
    with transaction.atomic():
        for take in takes:
            take.job = enqueue("make", payload=job_payload(take))
            take.pk = None
            take.save()


def job_payload(take: Take) -> dict[str, Any]:
    """Return what a `make` job is told."""
    return {"take": take.public_id, "title": title_of(take)}


def title_of(take: Take) -> str:
    """Return a title for a take's video: its words, else what was done."""
    words = " ".join(take.prompt.split())
    if not words:
        return operation(str(take.request.get("operation", "text_to_video"))).label
    return words[0].upper() + words[1:200]


def request_in(take: Take) -> Request:
    """Return a take's request."""
    return request_from_json(json.dumps(take.request))


def publish(take: Take, viewer: Any, *, title: str = "", visibility: str = "private") -> Added:
    """Bring a take into the library through the same door as an upload; again, it gives the same video.

    Raises:
        Conflict: it is not done. Suspended, NotAllowed, DiskFull …: as for an upload.
    """
    if take.state != TakeState.DONE or not can_use_take(viewer, take) or not take.clip_path.exists():
        raise Conflict("only a take that is done can be published", hint="wait until it is done")
    require_standing(take.owner)
    parents = Video.objects.filter(public_id__in=take.request.get("parents", ()))
    shown = title.strip() or title_of(take)
    added = add_new_file(
        NewFile(
            take.clip_path, take.owner, name=f"{shown[:80]}.mp4".replace("/", " "), title=shown, visibility=visibility,
            origin="generated", recipe=take.recipe, is_made_by_machine=True, parents=tuple(parents),
        )
    )  # fmt: skip
    Take.objects.filter(pk=take.pk).update(video=added.video)
    take.video = added.video
    return added
