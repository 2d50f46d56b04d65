"""Bring an account's zip into this site: channels, videos with their words and subtitles, playlists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kinora.errors import Conflict, DiskFull, InputError, KinoraError
from kinora.library.access import can_edit
from kinora.library.accounts import channel_of
from kinora.library.add import NewFile, add_new_file
from kinora.library.chapters import set_chapters
from kinora.library.details import set_details
from kinora.library.models import Channel, User, Video
from kinora.library.people import channels
from kinora.library.people.parcel_format import (
    MAX_SUBTITLES_BYTES,
    AccountData,
    ChannelData,
    Parcel,
    PlaylistData,
    VideoData,
    open_target,
)
from kinora.library.people.visibility import SIMPLE
from kinora.library.studio.categories import CATEGORIES
from kinora.library.subtitles import add_subtitles
from kinora.library.watching.playlists import PlaylistChanges, make_playlist, put_in

OnStep = Callable[[float, str], None]
_MAX_TOLD = 200  # sentences of a report


@dataclass
class Report:
    """What was brought in, and what was not and why."""

    num_channels: int = 0
    num_videos: int = 0
    num_known: int = 0  # files that were here already
    num_playlists: int = 0
    refused: list[str] = field(default_factory=list)

    def refuse(self, what: str, error: KinoraError) -> None:
        if len(self.refused) < _MAX_TOLD:
            self.refused.append(f"{what[:100]}: {error.message}")

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def bring_in(owner: User, parcel: Parcel, folder: Path, *, on_step: OnStep) -> Report:
    """Enter all that a checked zip holds; what can't be taken is told in the report and the rest goes on.

    What is in the library already is left as it is, so that a job that was cut off may begin again.

    Raises:
        InputError: no `account.json` of a version that is known.
        DiskFull: there is no room; nothing more is entered.
    """
    account, report = parcel.read_json("account.json", AccountData), Report()
    homes = {data.handle: _channel(owner, data, parcel, report) for data in account.channels}
    entered: dict[str, Video] = {}
    ids = parcel.video_ids()
    for number, video_id in enumerate(ids):
        on_step(number / max(1, len(ids)), f"Video {number + 1} of {len(ids)}")
        try:
            entered[video_id] = _video(owner, parcel, video_id, folder, homes, report)
        except DiskFull:
            raise
        except KinoraError as error:
            report.refuse(f"video {video_id}", error)
    for playlist in account.playlists:
        _playlist(owner, playlist, entered, report)
    return report


def _channel(owner: User, data: ChannelData, parcel: Parcel, report: Report) -> Channel:
    """Return the person's channel of that handle, made where they have none; their first one where it can't be."""
    own = Channel.objects.filter(owner=owner, handle=data.handle).first()
    if own is not None:
        return own
    try:
        channel = _new_channel(owner, data)
        links = channels.clean_links([{key: str(value) for key, value in link.items()} for link in data.links])
        channels.change_channel(
            channel, owner, name=data.name, handle=channel.handle, description=data.description, links=links
        )
        report.num_channels += 1
        for kind in channels.SIZES:
            name = f"channels/{data.handle}/{kind}.jpg"
            if parcel.has(name):
                channels.set_picture(channel, owner, kind, parcel.read(name, 2**23))
    except KinoraError as error:
        report.refuse(f"channel {data.handle}", error)
        return Channel.objects.filter(owner=owner, handle=data.handle).first() or channel_of(owner)
    return channel


def _new_channel(owner: User, data: ChannelData) -> Channel:
    try:
        return channels.make_channel(owner, data.name, data.handle)
    except Conflict:
        return channels.make_channel(owner, data.name, f"{data.handle[:30]}-{owner.pk}")


def _video(
    owner: User, parcel: Parcel, video_id: str, folder: Path, homes: dict[str, Channel], report: Report
) -> Video:
    data = parcel.read_json(f"videos/{video_id}/video.json", VideoData)
    if data.id != video_id:
        raise InputError(f"video.json says that it is of {data.id}")
    path = folder / video_id / data.original
    with open_target(path) as target:
        parcel.copy(f"videos/{video_id}/{data.original}", target.write)
    added = add_new_file(
        NewFile(
            path, owner, channel=homes.get(data.channel), name=data.original_name, title=data.title,
            visibility=data.visibility if data.visibility in SIMPLE else "private", move=True, origin="import",
            is_made_by_machine=data.is_made_by_machine,
        )
    )  # fmt: skip
    if not added.is_new:
        report.num_known += 1
        return added.video
    _words(added.video, data)
    for track in data.subtitles:
        read = parcel.read(f"videos/{video_id}/{track.file}", MAX_SUBTITLES_BYTES)
        add_subtitles(added.video, read, f"{track.label or track.language or 'subtitles'}.vtt", track.language)
    report.num_videos += 1
    return added.video


def _words(video: Video, data: VideoData) -> None:
    set_details(
        video, description=data.description, tags=data.tags, language=data.language or None,
        category=data.category if data.category in CATEGORIES else "",
        is_age_restricted=data.is_age_restricted, **_licence(data),
    )  # fmt: skip
    if data.chapters:
        set_chapters(video, [(mark.start_seconds, mark.title) for mark in data.chapters])


def _licence(data: VideoData) -> dict[str, Any]:
    return {"licence": data.licence, "licence_text": data.licence_text} if data.licence else {}


def _playlist(owner: User, data: PlaylistData, entered: dict[str, Video], report: Report) -> None:
    videos = [entered[name] for name in data.videos if name in entered and can_edit(owner, entered[name])]
    if not videos:
        return
    try:
        made = make_playlist(owner, data.title, PlaylistChanges(description=data.description))
        for video in videos:
            put_in(made, video)
        report.num_playlists += 1
    except KinoraError as error:
        report.refuse(f"playlist {data.title}", error)
