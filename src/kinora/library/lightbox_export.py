"""Export a light-box: as an edit or a list at once, as clips by a job. Only what its owner may watch is exported."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kinora import config
from kinora.errors import Conflict, InputError, NotFound
from kinora.library.access import can_watch
from kinora.library.find import path_of
from kinora.library.lightbox import box_to_json, items_for
from kinora.library.lightbox_lists import as_csv, as_m3u, frame_rate_of
from kinora.library.lightbox_models import ExportState, Lightbox, LightboxExport, LightboxItem
from kinora.library.models import User
from kinora.library.queue import ACTIVE, enqueue, request_cancel
from kinora.timebase import Span

FORMATS = {
    "otio": ("otio", "application/json"),
    "edl": ("edl", "text/plain; charset=utf-8"),
    "xml": ("xml", "application/xml"),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "m3u8": ("m3u8", "audio/x-mpegurl; charset=utf-8"),
    "json": ("json", "application/json"),
}
MAX_EXPORTS = 5  # of a light-box; older ones are deleted
_ODD = re.compile(r"[^\w\- ]+")


@dataclass(frozen=True)
class Exported:
    """A file made at once."""

    name: str
    content_type: str
    data: bytes


def export(
    user: Any, box: Lightbox, file_format: str, *, drop_frame: bool = False, with_paths: bool = False
) -> Exported:
    """Return a light-box as a file of a format of `FORMATS`, with what this person may watch.

    Args:
        with_paths: name films by their files on this machine, not by their address on the site.

    Raises:
        InputError: an unknown format, nothing to export, or drop-frame timecode at a rate without.
    """
    if file_format not in FORMATS:
        raise InputError(f"{file_format!r} is no format of a light-box; accepted: {', '.join(FORMATS)}, clips")
    items, _ = items_for(user, box)
    if not items:
        raise InputError("there is nothing in this light-box to export", hint="collect a moment first")
    suffix, content_type = FORMATS[file_format]
    text = _text(user, box, items, file_format, drop_frame=drop_frame, with_paths=with_paths)
    return Exported(f"{file_name_of(box.name)}.{suffix}", content_type, text.encode("utf-8"))


def _text(
    user: Any, box: Lightbox, items: list[LightboxItem], file_format: str, *, drop_frame: bool, with_paths: bool
) -> str:
    if file_format == "csv":
        return as_csv(items)
    if file_format == "m3u8":
        return as_m3u(box.name, items, [media_url_of(item, with_paths=with_paths) for item in items])
    if file_format == "json":
        return json.dumps(box_to_json(user, box), ensure_ascii=False, indent=2) + "\n"
    from kinora.library import lightbox_timeline as timeline  # here, so that pages do not load what makes edits

    cutouts = [
        timeline.Cutout(
            name=item.video.title, note=item.note, media_url=media_url_of(item, with_paths=with_paths),
            media_name=item.video.original_name, frame_rate=frame_rate_of(item),
            duration_seconds=item.video.duration_seconds, span=Span(item.start_seconds, item.end_seconds),
            has_picture=bool(item.video.facts.get("video")),
        )
        for item in items
    ]  # fmt: skip
    if file_format == "edl":
        return timeline.as_edl(box.name, cutouts, drop_frame=drop_frame)
    return timeline.as_otio(box.name, cutouts) if file_format == "otio" else timeline.as_fcp_xml(box.name, cutouts)


def media_url_of(item: LightboxItem, *, with_paths: bool) -> str:
    """Return where an editor finds the film: its file here, or its original on the site."""
    if with_paths:
        return path_of(item.video).resolve().as_uri()
    return f"{config.current().site_url}/media/{item.video.public_id}/original"


def order_clips(box: Lightbox) -> LightboxExport:
    """Queue the cutting of one clip a moment; while one is being made, return that one.

    Raises:
        InputError: nothing in it that its owner may watch.
    """
    items, _ = items_for(box.owner, box)
    if not items:
        raise InputError("there is nothing in this light-box to export", hint="collect a moment first")
    with transaction.atomic():
        Lightbox.objects.select_for_update().get(pk=box.pk)
        waiting = box.exports.filter(state=ExportState.QUEUED, job__state__in=ACTIVE).first()
        if waiting is not None:
            return waiting
        made = LightboxExport.objects.create(lightbox=box, num_clips=len(items))
        made.job = enqueue("clips", payload={"export": made.pk}, dedupe_key=f"clips:{made.pk}")
        made.save()
        _forget_old(box)
    return made


def export_named(user: User, public_id: str) -> LightboxExport:
    """Return an export of a person's own light-box.

    Raises:
        NotFound: there is none of theirs.
    """
    rows = LightboxExport.objects.select_related("lightbox", "lightbox__owner", "job")
    row = rows.filter(lightbox__owner=user, public_id=public_id[:16]).first()
    if row is None:
        raise NotFound(f"there is no export {public_id[:16]!r} of yours")
    return row


def check_downloadable(user: User, made: LightboxExport) -> None:
    """Refuse a zip that is not there, or that holds what this person may not watch any more.

    Raises:
        NotFound: it is not made (yet). Conflict: a video in it is private now.
    """
    if made.state != ExportState.DONE or not made.path.is_file():
        raise NotFound("these clips are not there", hint="wait until they are cut, or cut them again")
    if not all(can_watch(user, video) for video in made.videos.select_related("owner")):
        raise Conflict("a video of these clips is not for you to see any more", hint="cut the clips again")


def delete_export(made: LightboxExport) -> None:
    """Stop the cutting, and delete the zip."""
    if made.job is not None:
        request_cancel(made.job)
    path = made.path
    made.delete()
    path.unlink(missing_ok=True)


def export_to_json(made: LightboxExport) -> dict[str, Any]:
    job, is_done = made.job, made.state == ExportState.DONE
    address = f"{config.current().site_url}/api/v1/lightboxes/{made.lightbox.public_id}/clips/{made.public_id}"
    return {
        "id": made.public_id,
        "state": made.state,
        "progress": 1.0 if is_done else job.progress if job else 0.0,
        "message": job.message if job and not is_done else "",
        "num_clips": made.num_clips,
        "size_bytes": made.size_bytes,
        "error": made.error_message,
        "download_url": f"{address}/file" if is_done else "",
    }


def file_name_of(name: str) -> str:
    """Return a name that every file system takes."""
    return " ".join(_ODD.sub(" ", name).split())[:80] or "light-box"


def _forget_old(box: Lightbox) -> None:
    for old in list(box.exports.exclude(state=ExportState.QUEUED)[MAX_EXPORTS:]):
        delete_export(old)
