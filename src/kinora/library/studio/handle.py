"""The verbs of the Python API for the studio: `Library` has them. See docs/studio.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kinora.errors import NotFound
from kinora.library.accounts import person_named
from kinora.library.details import Details, set_details
from kinora.library.find import Everyone
from kinora.library.models import Video
from kinora.library.studio.bulk import Changed, change_many
from kinora.library.studio.cut import begin_cut, plan_cut
from kinora.library.studio.imports import Wanted, begin_import, import_to_json
from kinora.library.studio.redo import redo
from kinora.library.studio.storage import Storage, storage_of


class StudioVerbs:
    """What an owner does with videos that are there."""

    def edit(self, video_id: str, details: Details) -> None:
        """Change what is said about a video; what is left out stays."""
        set_details(_video(video_id), **details)

    def change_many(self, video_ids: Sequence[str], action: str, value: str = "") -> Changed:
        """Do one thing to many videos; see `kinora.library.studio.bulk.ACTIONS`."""
        return change_many(Everyone(), video_ids, action, value)

    def storage(self, video_id: str) -> Storage:
        """Return what a video takes on the disk, part by part."""
        return storage_of(_video(video_id))

    def cut(
        self, video_id: str, keep: Sequence[tuple[float, float]], *, is_exact: bool = False, is_plan: bool = False
    ) -> dict[str, Any]:
        """Keep stretches of a video and take all else out; with `is_plan` only say what would come out."""
        video = _video(video_id)
        plan = plan_cut(video, keep, is_exact=is_exact)
        return plan.to_json() | ({} if is_plan else {"job": begin_cut(video, plan).pk})

    def import_from(
        self, address: str, *, is_list: bool = False, username: str = "", visibility: str = "private"
    ) -> dict[str, Any]:
        """Queue an import from an address for a person (the library's own account); return its documented JSON."""
        wanted = Wanted(address, is_list, visibility)
        return import_to_json(begin_import(person_named(username), wanted))

    def redo(self, video_id: str, stage: str) -> int:
        """Queue one stage of a video again; return the job's number."""
        return int(redo(_video(video_id), stage).pk)


def _video(video_id: str) -> Video:
    row = Video.objects.select_related("channel").filter(public_id=video_id).first()
    if row is None:
        raise NotFound(f"there is no video {video_id!r}", hint="kinora videos lists them")
    return row
