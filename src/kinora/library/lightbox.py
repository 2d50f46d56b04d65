"""Light-boxes: collect moments, put them in order, write notes, share the list. Exports: `lightbox_export.py`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.library.access import can_watch
from kinora.library.files import printable
from kinora.library.lightbox_models import Lightbox, LightboxItem
from kinora.library.models import User, Video, new_token
from kinora.timebase import Span

MAX_BOXES = 200  # a person
MAX_ITEMS = 500  # a light-box
MAX_NOTE_CHARACTERS = 2_000
FIRST_NAME = "My light-box"
_MOMENT_SECONDS = 5.0  # of a moment given by its start alone
_LEAST_SECONDS = 0.04
_MOMENT = re.compile(r"([A-Za-z0-9_-]{1,16})@(\d{1,7}(?:\.\d{1,6})?)(?:-(\d{1,7}(?:\.\d{1,6})?))?")


def boxes_of(user: User) -> QuerySet[Lightbox]:
    """Return a person's light-boxes, last changed first, with `num_items`."""
    return Lightbox.objects.filter(owner=user).annotate(num_items=Count("items")).order_by("-updated_at", "-id")


def box_named(user: User, public_id: str) -> Lightbox:
    """Return one of a person's light-boxes.

    Raises:
        NotFound: there is none of theirs.
    """
    row = Lightbox.objects.select_related("owner").filter(owner=user, public_id=public_id[:16]).first()
    if row is None or len(public_id) > 16:
        raise NotFound(f"there is no light-box {public_id[:16]!r} of yours", hint="/lightboxes lists them")
    return row


def shared_box(token: str) -> Lightbox:
    """Return the light-box that is shared by this link.

    Raises:
        NotFound: none is.
    """
    rows = Lightbox.objects.select_related("owner").filter(owner__is_active=True)
    row = rows.filter(share_token=token).first() if 40 <= len(token) <= 64 else None
    if row is None:
        raise NotFound("there is no such light-box", hint="its owner may have taken the link back")
    return row


def make_box(user: User, name: str) -> Lightbox:
    """Make an empty light-box.

    Raises:
        InputError: no name, or too many.
    """
    if Lightbox.objects.filter(owner=user).count() >= MAX_BOXES:
        raise InputError(f"you have {MAX_BOXES} light-boxes, which is the most", hint="delete one at /lightboxes")
    return Lightbox.objects.create(owner=user, name=_name(name))


def rename(box: Lightbox, name: str) -> None:
    """Give a light-box another name."""
    box.name = _name(name)
    _touch(box)


def share(box: Lightbox, *, is_shared: bool) -> None:
    """Give a light-box a link, or take it back: a later one is another link."""
    if is_shared != bool(box.share_token):
        box.share_token = new_token() if is_shared else None
    _touch(box)


def share_url(box: Lightbox) -> str:
    """Return the link that a light-box is shared by, empty where it is private."""
    return f"{config.current().site_url}/l/{box.share_token}" if box.share_token else ""


def items_for(user: Any, box: Lightbox) -> tuple[list[LightboxItem], int]:
    """Return the moments that this person may watch, in their order, and how many more there are."""
    rows = list(box.items.select_related("video", "video__channel", "video__owner"))
    shown = [item for item in rows if can_watch(user, item.video)]
    return shown, len(rows) - len(shown)


def item_of(box: Lightbox, item_id: int) -> LightboxItem:
    """Return one moment of a light-box.

    Raises:
        NotFound: the box has none of that number.
    """
    row = LightboxItem.objects.select_related("video").filter(lightbox=box, pk=item_id).first()
    if row is None:
        raise NotFound(f"the light-box has no moment {item_id}")
    return row


def moment_named(user: Any, moment: str) -> tuple[Video, Span]:
    """Return what `VIDEO@START-END` (or `VIDEO@START`) names.

    Raises:
        InputError: not of that form, or not inside the video. NotFound: no video that this person may watch.
    """
    found = _MOMENT.fullmatch(moment)
    if not found:
        raise InputError(f"{moment[:40]!r} is no moment; accepted: VIDEO@START-END in seconds")
    video = Video.objects.select_related("channel", "owner").filter(public_id=found[1]).first()
    if video is None or not can_watch(user, video):
        raise NotFound(f"there is no video {found[1]!r} that you may see")
    start = float(found[2])
    return video, _span_in(video, start, float(found[3]) if found[3] else start + _MOMENT_SECONDS)


def add_moment(user: Any, box: Lightbox, moment: str, note: str = "") -> LightboxItem:
    """Put a moment at the end of a light-box; one that is there already stays where it is.

    Raises:
        InputError, NotFound: as `moment_named`; or the box is full.
    """
    video, span = moment_named(user, moment)
    with transaction.atomic():
        Lightbox.objects.select_for_update().get(pk=box.pk)
        same = {"video": video, "start_seconds": span.start_seconds, "end_seconds": span.end_seconds}
        existing = box.items.filter(**same).first()
        if existing is not None:
            return existing
        if box.items.count() >= MAX_ITEMS:
            raise InputError(f"the light-box holds {MAX_ITEMS} moments, which is the most", hint="begin another one")
        place = (box.items.aggregate(last=Max("place"))["last"] or 0) + 1
        item = LightboxItem.objects.create(lightbox=box, place=place, note=_note(note), **same)
        _touch(box)
    return item


def collect(user: User, moment: str, box_id: str = "") -> tuple[Lightbox, bool]:
    """Put a moment into a light-box, or take it out where it is in; the last changed box (or a first one) unless named.

    Returns:
        the light-box, and whether the moment is in it now.
    """
    box = box_named(user, box_id) if box_id else boxes_of(user).first() or make_box(user, FIRST_NAME)
    video, span = moment_named(user, moment)
    held = box.items.filter(video=video, start_seconds=span.start_seconds, end_seconds=span.end_seconds)
    if held.exists():
        held.delete()
        _touch(box)
        return box, False
    add_moment(user, box, moment)
    return box, True


def change_item(
    item: LightboxItem, *, note: str | None = None, start_seconds: float | None = None, end_seconds: float | None = None
) -> None:
    """Change a moment's note or its ends.

    Raises:
        InputError: a note that is too long, or ends that are not inside the video.
    """
    if note is not None:
        item.note = _note(note)
    if start_seconds is not None or end_seconds is not None:
        start = item.start_seconds if start_seconds is None else start_seconds
        span = _span_in(item.video, start, item.end_seconds if end_seconds is None else end_seconds)
        item.start_seconds, item.end_seconds = span.start_seconds, span.end_seconds
        same = {"video": item.video, "start_seconds": span.start_seconds, "end_seconds": span.end_seconds}
        if LightboxItem.objects.filter(lightbox=item.lightbox, **same).exclude(pk=item.pk).exists():
            raise InputError("the same moment is in this light-box already")
    item.save()
    _touch(item.lightbox)


def remove_item(item: LightboxItem) -> None:
    """Take a moment out of its light-box."""
    item.delete()
    _touch(item.lightbox)


def put_in_order(box: Lightbox, item_ids: Sequence[int]) -> None:
    """Put the moments in this order; those that are not named come after, as they were.

    Raises:
        InputError: a number that is no moment of the box, or one that comes twice.
    """
    with transaction.atomic():
        Lightbox.objects.select_for_update().get(pk=box.pk)
        held = list(box.items.values_list("pk", flat=True))
        if len(set(item_ids)) != len(item_ids) or not set(item_ids) <= set(held):
            raise InputError("the order names a moment twice, or one that is not in this light-box")
        order = [*item_ids, *(pk for pk in held if pk not in set(item_ids))]
        rows = [LightboxItem(pk=pk, place=place) for place, pk in enumerate(order, start=1)]
        LightboxItem.objects.bulk_update(rows, ["place"])
        _touch(box)


def delete_box(box: Lightbox) -> None:
    """Delete a light-box and the files exported of it."""
    paths = [export.path for export in box.exports.all()]
    box.delete()
    for path in paths:
        path.unlink(missing_ok=True)


def box_to_json(user: Any, box: Lightbox) -> dict[str, Any]:
    """Return the documented JSON; moments that this person may not watch are only counted."""
    items, num_hidden = items_for(user, box)
    is_owner = getattr(user, "pk", None) == box.owner_id
    return {
        "id": box.public_id,
        "name": box.name,
        "share_url": share_url(box) if is_owner else "",
        "updated_at": box.updated_at.isoformat(),
        "num_hidden": num_hidden,
        "items": [item_to_json(item) for item in items],
    }


def item_to_json(item: LightboxItem) -> dict[str, Any]:
    video, start = item.video, item.start_seconds
    return {
        "id": item.pk,
        "video": {"id": video.public_id, "title": video.title},
        "start_seconds": round(start, 3),
        "end_seconds": round(item.end_seconds, 3),
        "note": item.note,
        "url": f"{config.current().site_url}/watch/{video.public_id}?t={start:.2f}",
    }


def _span_in(video: Video, start: float, end: float) -> Span:
    length = video.duration_seconds
    end = min(end, length) if length else end
    if not 0 <= start < end or end - start < _LEAST_SECONDS / 2:
        raise InputError(
            f"a moment can't go from {start:.2f} to {end:.2f} seconds of a video of {length:.2f}",
            hint="its start must lie before its end, inside the video",
        )
    return Span(round(start, 3), round(end, 3))


def _name(given: str) -> str:
    name = " ".join(printable(given.replace("\n", " ")).split())
    if not name or len(name) > 120:
        raise InputError("a light-box needs a name of 1 to 120 characters")
    return name


def _note(given: str) -> str:
    note = "\n".join(printable(line) for line in given.strip().splitlines())
    if len(note) > MAX_NOTE_CHARACTERS:
        raise InputError(f"the note has {len(note)} characters; accepted: at most {MAX_NOTE_CHARACTERS}")
    return note


def _touch(box: Lightbox) -> None:
    box.updated_at = timezone.now()
    box.save()
