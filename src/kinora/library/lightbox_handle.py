"""The verbs of the Python API for light-boxes: `Library` has them. See docs/light-box.md."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kinora import config
from kinora.errors import InputError, error_named
from kinora.library import lightbox
from kinora.library.accounts import person_named
from kinora.library.adding import own_worker
from kinora.library.find import Everyone
from kinora.library.lightbox_export import FORMATS, export, export_to_json, order_clips
from kinora.library.lightbox_models import ExportState, Lightbox, LightboxExport

_LOOK_SECONDS = 0.25
OnClips = Callable[[float, str], None]


class LightboxVerbs:
    """Light-boxes of a person, of the library's own account when none is named; whoever has the files sees all."""

    settings: config.Settings

    def lightboxes(self, *, username: str = "") -> list[dict[str, Any]]:
        """Return a person's light-boxes with their moments, last changed first."""
        return [lightbox.box_to_json(Everyone(), box) for box in lightbox.boxes_of(person_named(username))]

    def make_lightbox(self, name: str, moments: Sequence[str] = (), *, username: str = "") -> dict[str, Any]:
        """Make a light-box with moments (`VIDEO@START-END`) and return it as the documented JSON."""
        box = lightbox.make_box(person_named(username), name)
        for moment in moments:
            lightbox.add_moment(Everyone(), box, moment)
        return lightbox.box_to_json(Everyone(), box)

    def add_to_lightbox(
        self, box_id: str, moments: Sequence[str], *, note: str = "", username: str = ""
    ) -> dict[str, Any]:
        """Put moments (`VIDEO@START-END`) at the end of a light-box."""
        box = lightbox.box_named(person_named(username), box_id)
        for moment in moments:
            lightbox.add_moment(Everyone(), box, moment, note)
        return lightbox.box_to_json(Everyone(), box)

    def remove_lightbox(self, box_id: str, *, username: str = "") -> dict[str, Any]:
        """Delete a light-box and its exported clips, and return what it was."""
        box = lightbox.box_named(person_named(username), box_id)
        told = lightbox.box_to_json(Everyone(), box)
        lightbox.delete_box(box)
        return told

    def export_lightbox(
        self, box_id: str, out: Path | str, *, drop_frame: bool = False, username: str = "",
        on_progress: OnClips | None = None,
    ) -> Path:  # fmt: skip
        """Write a light-box to a file: `.otio`, `.edl`, `.xml`, `.csv`, `.m3u8`, `.json`, or `.zip` (its clips).

        Films are named by their files on this machine. Clips are cut of what the light-box's owner may watch.

        Raises:
            InputError: another ending, or nothing to export.
        """
        target = Path(out)
        box = lightbox.box_named(person_named(username), box_id)
        if target.suffix == ".zip":
            return self._export_clips(box, target, on_progress)
        if target.suffix.lstrip(".") not in FORMATS:
            accepted = ", ".join(f".{name}" for name in FORMATS)
            raise InputError(f"{target.name!r} is no export of a light-box; accepted: {accepted}, .zip")
        made = export(Everyone(), box, target.suffix.lstrip("."), drop_frame=drop_frame, with_paths=True)
        target.write_bytes(made.data)
        return target

    def _export_clips(self, box: Lightbox, target: Path, on_progress: OnClips | None) -> Path:
        made = order_clips(box)
        with own_worker(self.settings):
            while made.state == ExportState.QUEUED:
                time.sleep(_LOOK_SECONDS)
                made.refresh_from_db()
                if on_progress and made.job is not None:
                    on_progress(made.job.progress, made.job.message)
        if made.state != ExportState.DONE:
            kind = made.job.error_kind if made.job else ""
            raise error_named(kind, made.error_message or "the clips could not be cut", hint="see: kinora jobs")
        shutil.copyfile(made.path, target)
        return target

    def clips_of_lightbox(self, box_id: str, *, username: str = "") -> list[dict[str, Any]]:
        """Return the clips that were cut of a light-box, newest first."""
        box = lightbox.box_named(person_named(username), box_id)
        return [export_to_json(row) for row in LightboxExport.objects.filter(lightbox=box).select_related("job")]
