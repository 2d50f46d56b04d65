"""`clips`: every moment of a light-box as a clip of its own, exact to the frame, in one zip."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from kinora.errors import InputError
from kinora.library.access import can_watch
from kinora.library.files import check_room, put_in_place
from kinora.library.lightbox import items_for
from kinora.library.lightbox_export import file_name_of
from kinora.library.lightbox_models import ExportState, LightboxExport, LightboxItem
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work, facts_of
from kinora.media.cut_clip import Cut, Cutting, cut_clip
from kinora.timebase import Span, format_timecode


def run(work: Work) -> Outcome:
    """Cut what the light-box holds now and its owner may watch, clip by clip into the zip."""
    made = LightboxExport.objects.select_related("lightbox__owner").filter(pk=work.job.payload["export"]).first()
    if made is None:
        return Outcome(write=lambda: ())
    items, _ = items_for(made.lightbox.owner, made.lightbox)
    if not items:
        raise InputError("there is nothing in this light-box that its owner may watch")
    zipped = work.folder / "clips.zip"
    listed: list[dict[str, Any]] = []
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_STORED) as archive:
        for number, item in enumerate(items):
            name = _file_name(number + 1, item)
            cut = _cut(work, item, number, len(items))
            archive.write(cut.path, name)
            cut.path.unlink()
            listed.append(_entry(name, item, cut))
        archive.writestr("clips.json", json.dumps({"clips": listed}, ensure_ascii=False, indent=2))

    def write() -> Sequence[Next]:
        row = LightboxExport.objects.filter(pk=made.pk).first()
        if row is None or not all(can_watch(made.lightbox.owner, item.video) for item in items):
            return ()
        size_bytes = zipped.stat().st_size if zipped.exists() else row.path.stat().st_size
        if zipped.exists():  # absent only where an attempt was cut off between move and commit
            put_in_place(zipped, row.path, trash=work.trash)
        row.videos.set({item.video_id for item in items})
        row.state, row.num_clips, row.size_bytes = ExportState.DONE, len(items), size_bytes
        row.error_message, row.finished_at = "", timezone.now()
        row.save()
        return ()

    return Outcome(write=write, result={"num_clips": len(items)})


def _cut(work: Work, item: LightboxItem, number: int, num_items: int) -> Cut:
    check_room(work.settings)
    folder = work.folder / "cut"
    folder.mkdir(exist_ok=True)
    told = f"Clip {number + 1} of {num_items}"
    work.report(number / num_items, told)
    cutting = Cutting(
        item.video.original_path,
        facts_of(item.video),
        work.settings,
        on_progress=lambda done: work.report((number + done) / num_items, told),
        cancel=work.cancel,
    )
    return cut_clip(cutting, Span(item.start_seconds, item.end_seconds), folder / "clip.mp4")


def _file_name(number: int, item: LightboxItem) -> str:
    at = format_timecode(int(item.start_seconds)).replace(":", ".")
    suffix = Path("x.mp4" if item.video.facts.get("video") else "x.m4a").suffix
    return f"{number:02d} {file_name_of(item.video.title)} {at}{suffix}"


def _entry(name: str, item: LightboxItem, cut: Cut) -> dict[str, Any]:
    return {
        "file": name,
        "video": item.video.public_id,
        "title": item.video.title,
        "asked_start_seconds": item.start_seconds,
        "asked_end_seconds": item.end_seconds,
        "start_seconds": round(cut.start_seconds, 6),
        "end_seconds": round(cut.end_seconds, 6),
        "num_frames": cut.num_frames,
        "note": item.note,
    }
