"""One change to many videos: what may be changed so, and which videos refused it and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kinora.errors import InputError, KinoraError
from kinora.library.access import can_edit
from kinora.library.delete import delete_video
from kinora.library.details import clean_tags, set_details
from kinora.library.models import Video
from kinora.library.studio.redo import redo

MAX_VIDEOS = 500


@dataclass(frozen=True)
class Refused:
    """A video that stayed as it was, and the reason; its title is empty where it is not this person's to change."""

    id: str
    title: str
    reason: str


@dataclass(frozen=True)
class Changed:
    """What became of a change to many videos."""

    num_changed: int
    refused: tuple[Refused, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"num_changed": self.num_changed, "refused": [vars(one) for one in self.refused]}


def change_many(user: Any, video_ids: Sequence[str], action: str, value: str = "") -> Changed:
    """Do one thing to each of the videos that this person may change; a refusal leaves the others changed.

    Raises:
        InputError: no such action, no videos, or too many.
    """
    if action not in ACTIONS:
        raise InputError(f"{action[:40]!r} is nothing that is done to many; accepted: {', '.join(ACTIONS)}")
    wanted = list(dict.fromkeys(video_ids))
    if not 1 <= len(wanted) <= MAX_VIDEOS:
        raise InputError(f"{len(wanted)} videos are named; accepted: 1 to {MAX_VIDEOS}")
    rows = {row.public_id: row for row in Video.objects.select_related("channel").filter(public_id__in=wanted)}
    refused = [one for video_id in wanted if (one := _changed(user, rows.get(video_id), video_id, action, value))]
    return Changed(len(wanted) - len(refused), tuple(refused))


def _changed(user: Any, video: Video | None, video_id: str, action: str, value: str) -> Refused | None:
    if video is None or not can_edit(user, video):
        return Refused(video_id[:16], "", "there is no such video, or it is not yours to change")
    try:
        ACTIONS[action](video, value)
    except KinoraError as error:
        return Refused(video.public_id, video.title, error.message)
    return None


def _tags_of(value: str) -> list[str]:
    tags = clean_tags(value.split(","))
    if not tags:
        raise InputError("no tag is given", hint="separate them by commas")
    return tags


def _add_tags(video: Video, value: str) -> None:
    set_details(video, tags=[*video.tags, *_tags_of(value)])


def _remove_tags(video: Video, value: str) -> None:
    gone = {tag.casefold() for tag in _tags_of(value)}
    set_details(video, tags=[tag for tag in video.tags if tag.casefold() not in gone])


def _switch(value: str) -> bool:
    if value not in ("on", "off"):
        raise InputError(f"{value[:20]!r} is neither on nor off")
    return value == "on"


ACTIONS: dict[str, Callable[[Video, str], object]] = {
    "visibility": lambda video, value: set_details(video, visibility=value),
    "licence": lambda video, value: set_details(video, licence=value),
    "category": lambda video, value: set_details(video, category=value),
    "language": lambda video, value: set_details(video, language=value),
    "add-tags": _add_tags,
    "remove-tags": _remove_tags,
    "comments": lambda video, value: set_details(video, comments=value),
    "downloads": lambda video, value: set_details(video, allows_download=_switch(value)),
    "adults": lambda video, value: set_details(video, is_age_restricted=_switch(value)),
    "redo": lambda video, value: redo(video, value),
    "delete": lambda video, value: delete_video(video),
}
