"""Taking an account along: a zip ordered, made by a job, fetched once; and one brought in. The jobs' own parts too."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from kinora import config
from kinora.errors import Conflict, NotFound
from kinora.library.community.models import Comment
from kinora.library.files import check_room
from kinora.library.models import Channel, SubtitleTrack, User, Video
from kinora.library.people.channels import SIZES, picture_path
from kinora.library.people.models import AccountExport, AccountImport, ParcelState
from kinora.library.people.parcel_format import FORMAT, VERSION
from kinora.library.queue import ACTIVE, enqueue, request_cancel
from kinora.library.watching.models import Playlist, Subscription
from kinora.moments.moment import Cue
from kinora.moments.subtitles import cues_to_webvtt

KEPT = timedelta(days=7)  # an export that nobody fetched
MAX_KEPT = 3  # exports of a person
OnBytes = Callable[[int], None]


def order_export(owner: User) -> AccountExport:
    """Queue the making of a zip; while one is being made, return that one.

    Raises:
        DiskFull: there is no room for it.
    """
    check_room(config.current(), for_bytes=size_of(owner))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        waiting = AccountExport.objects.filter(owner=owner, state=ParcelState.QUEUED, job__state__in=ACTIVE).first()
        if waiting is not None:
            return waiting
        made = AccountExport.objects.create(owner=owner)
        made.job = enqueue("account_out", payload={"export": made.pk}, dedupe_key=f"account_out:{made.pk}")
        made.save(update_fields=["job"])
    for old in list(AccountExport.objects.filter(owner=owner)[MAX_KEPT:]):
        delete_export(old)
    return made


def size_of(owner: User) -> int:
    """Return about how many bytes a person's zip will have."""
    sizes = Video.objects.filter(owner=owner).values_list("size_bytes", flat=True)
    return sum(sizes) + 2**20


def take_export(owner: User, public_id: str) -> tuple[BinaryIO, int]:
    """Open a person's zip for its one download, with its size; from now on it is gone.

    Raises:
        NotFound: none of theirs, not made yet, or fetched already.
    """
    with transaction.atomic():
        row = AccountExport.objects.select_for_update().filter(owner=owner, public_id=public_id[:16]).first()
        if row is None or row.state != ParcelState.DONE or row.fetched_at is not None or not row.path.is_file():
            raise NotFound("There is no such export to fetch.", hint="Each can be fetched once; order another.")
        file = row.path.open("rb")
        AccountExport.objects.filter(pk=row.pk).update(fetched_at=timezone.now())
    row.path.unlink(missing_ok=True)  # its bytes stay readable through `file` until that is closed
    return file, row.size_bytes


def delete_export(row: AccountExport) -> None:
    """Stop the making of a zip, and delete it."""
    if row.job is not None:
        request_cancel(row.job)
    path = row.path
    row.delete()
    path.unlink(missing_ok=True)


def sweep_exports() -> int:
    """Delete the zips that nobody fetched for a week; return how many."""
    old = list(AccountExport.objects.filter(state=ParcelState.DONE, created_at__lt=timezone.now() - KEPT))
    for row in old:
        delete_export(row)
    return len(old)


def begin_import(owner: User, write_to: Callable[[Path], None]) -> AccountImport:
    """Keep a zip that somebody brought, and queue its reading; `write_to` puts its bytes at a path.

    Raises:
        Conflict: another one of theirs is being read.
    """
    if AccountImport.objects.filter(owner=owner, state=ParcelState.QUEUED, job__state__in=ACTIVE).exists():
        raise Conflict("another zip of yours is being read", hint="wait until it is done")
    row = AccountImport(owner=owner)
    row.path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_to(row.path)
        with transaction.atomic():
            row.save()
            row.job = enqueue("account_in", payload={"import": row.pk}, dedupe_key=f"account_in:{row.pk}")
            row.save(update_fields=["job"])
    except BaseException:
        row.path.unlink(missing_ok=True)
        raise
    return row


# What lies in the zip.


def write_parcel(owner: User, path: Path, *, on_bytes: OnBytes) -> int:
    """Write a person's whole zip; return the number of videos. `on_bytes` hears of each block of an original."""
    num_videos = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account.json", _json(account_to_json(owner)))
        for channel in Channel.objects.filter(owner=owner):
            for kind in SIZES:
                picture = picture_path(channel, kind)
                if picture is not None and picture.is_file():
                    archive.write(picture, f"channels/{channel.handle}/{kind}.jpg", zipfile.ZIP_STORED)
        for video in Video.objects.filter(owner=owner).select_related("channel").order_by("id").iterator(50):
            num_videos += _write_video(archive, video, on_bytes)
    return num_videos


def _write_video(archive: zipfile.ZipFile, video: Video, on_bytes: OnBytes) -> int:
    if not video.original_path.is_file():
        return 0
    folder = f"videos/{video.public_id}"
    tracks = list(video.subtitle_tracks.order_by("id"))
    archive.writestr(f"{folder}/video.json", _json(video_to_json(video, tracks)))
    for number, track in enumerate(tracks):
        rows = track.cues.values_list("start_seconds", "end_seconds", "text", "speaker")
        archive.writestr(f"{folder}/subtitles/{number}.vtt", cues_to_webvtt([Cue(*row) for row in rows]))
    _copy_original(archive, video.original_path, f"{folder}/original{video.original_path.suffix.lower()}", on_bytes)
    return 1


def _copy_original(archive: zipfile.ZipFile, source: Path, name: str, on_bytes: OnBytes) -> None:
    info = zipfile.ZipInfo.from_file(source, name, strict_timestamps=False)
    with source.open("rb") as file, archive.open(info, "w", force_zip64=True) as target:
        while block := file.read(2**20):
            target.write(block)
            on_bytes(len(block))


def account_to_json(owner: User) -> dict[str, Any]:
    """Return what `account.json` says: the profile, channels, playlists, comments, whom they follow."""
    return {
        "format": FORMAT, "version": VERSION, "made_at": timezone.now().isoformat(), "site": config.current().site_url,
        "profile": {"username": owner.username, "name": owner.first_name, "email": owner.email,
                    "joined_at": owner.date_joined.isoformat()},
        "channels": [_channel_to_json(channel) for channel in Channel.objects.filter(owner=owner).order_by("id")],
        "playlists": list(_playlists(owner)),
        "subscriptions": list(Subscription.objects.filter(user=owner).values_list("channel__handle", flat=True)),
        "comments": list(_comments(owner)),
    }  # fmt: skip


def _channel_to_json(channel: Channel) -> dict[str, Any]:
    return {name: getattr(channel, name) for name in ("handle", "name", "description", "links")}


def _playlists(owner: User) -> Iterator[dict[str, Any]]:
    for playlist in Playlist.objects.filter(owner=owner).order_by("id"):
        yield {
            "title": playlist.name, "description": playlist.description, "visibility": playlist.visibility,
            "videos": list(playlist.items.values_list("video__public_id", flat=True)),
        }  # fmt: skip


def _comments(owner: User) -> Iterator[dict[str, Any]]:
    rows = Comment.objects.filter(author=owner).exclude(state="deleted").select_related("thread__video").order_by("id")
    for row in rows.iterator(200):
        video = row.thread.video.public_id if row.thread.video else None
        yield {"video": video, "text": row.text, "created_at": row.created_at.isoformat()}


def video_to_json(video: Video, tracks: list[SubtitleTrack]) -> dict[str, Any]:
    """Return what `video.json` says; the password of a video is never in it."""
    plain = (
        "title", "description", "tags", "language", "licence", "licence_text", "category", "visibility",
        "is_age_restricted", "is_made_by_machine", "original_name", "sha256", "size_bytes", "duration_seconds",
    )  # fmt: skip
    told = {name: getattr(video, name) for name in plain}
    chapters = [{"start_seconds": mark.start_seconds, "title": mark.title} for mark in video.chapters.all()]
    return told | {
        "id": video.public_id, "channel": video.channel.handle, "published_at": video.published_at.isoformat(),
        "original": f"original{video.original_path.suffix.lower()}", "chapters": chapters, "recipe": video.recipe,
        "subtitles": [
            {"file": f"subtitles/{number}.vtt", "language": track.language, "label": track.label}
            for number, track in enumerate(tracks)
        ],
    }  # fmt: skip


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2, default=str)


def export_to_json(row: AccountExport) -> dict[str, Any]:
    """Return how far an export is."""
    return _state(row) | {"size_bytes": row.size_bytes, "is_fetched": row.fetched_at is not None}


def import_to_json(row: AccountImport) -> dict[str, Any]:
    """Return how far an import is, and what it brought in."""
    return _state(row) | {"report": row.report}


def _state(row: AccountExport | AccountImport) -> dict[str, Any]:
    job, is_done = row.job, row.state == ParcelState.DONE
    return {
        "id": row.public_id, "state": row.state, "progress": 1.0 if is_done else job.progress if job else 0.0,
        "message": job.message if job and not is_done else "", "error": row.error_message,
    }  # fmt: skip
