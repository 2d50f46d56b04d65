"""The fingerprints of the library's videos: where they lie, the index of them, and both kept in step with the rows."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kinora.config import Settings
from kinora.errors import IndexDamaged, UnreadableMedia
from kinora.index.landmarks import LandmarkIndex
from kinora.library import queue
from kinora.library.access import visible_to
from kinora.library.models import Video
from kinora.library.setup import file_lock
from kinora.moments.copy_prints import PRINTS_NAME, Prints
from kinora.search.copies import CopyShelves

log = logging.getLogger("kinora.worker")


def prints_folder(video: Video) -> Path:
    """Return where a video's fingerprints lie, or will; gone with all else when its file is replaced."""
    return video.folder / "prints" / PRINTS_NAME


def has_prints(video: Video) -> bool:
    return (prints_folder(video) / "duration.npy").exists()


def token_of(video: Video) -> str:
    """Return what names the file that fingerprints were taken of."""
    return video.sha256[:16]


def shelves(settings: Settings) -> CopyShelves:
    """Open the fingerprints for looking.

    Raises:
        IndexDamaged: their index can't be read; the worker makes it again.
    """
    folder = _folder(settings)
    pictures, sound = LandmarkIndex(folder / "pictures"), LandmarkIndex(folder / "sound")

    def prints_of(video_id: str) -> Prints | None:
        try:
            return Prints.load(settings.videos_dir / video_id / "prints" / PRINTS_NAME)
        except UnreadableMedia:
            return None

    return CopyShelves(pictures, sound, prints_of)


def wanted_for(user: Any, *, without: Video | None = None) -> Callable[[str, str], bool]:
    """Return whether a video, by identifier and token, is current and may be told to this person."""
    known: dict[str, str] = {}

    def is_wanted(video_id: str, token: str) -> bool:
        if without is not None and video_id == without.public_id:
            return False
        if video_id not in known:
            row = visible_to(user).filter(public_id=video_id).values_list("sha256", flat=True).first()
            known[video_id] = (row or "")[:16]
        return bool(token) and known[video_id] == token

    return is_wanted


def add_prints(settings: Settings, video: Video, prints: Prints) -> None:
    """Put a video's fingerprints into the index; one that can't be read is made again first."""
    with file_lock(settings.home / "copies.lock"):
        try:
            _add(settings, video, prints)
        except IndexDamaged as error:
            log.error("%s; it is made again", error.message)
            _make_again(settings)
            _add(settings, video, prints)


def tidy_prints(settings: Settings) -> None:
    """Leave out of the index what no row names any more; one that can't be read is made again.

    Parts that an earlier Kinora wrote are written again from the fingerprints, one at a time; till then they answer.
    """
    current = {name: sha256[:16] for name, sha256 in Video.objects.values_list("public_id", "sha256")}
    with file_lock(settings.home / "copies.lock"):
        try:
            for name in _KINDS:
                LandmarkIndex(_folder(settings) / name).keep(current)
        except IndexDamaged as error:
            log.error("%s; it is made again", error.message)
            _make_again(settings)
    for name in _KINDS:
        while _renewed(settings, name, current):
            log.info("a part of the index of copies (%s) was written again in the current version", name)


def _renewed(settings: Settings, name: str, current: Mapping[str, str]) -> bool:
    """Write one part of an earlier version again; others may add videos between two of them."""

    def codes_of(video_id: str, token: str) -> tuple[Any, Any] | None:
        if current.get(video_id) != token:
            return None
        try:
            prints = Prints.load(settings.videos_dir / video_id / "prints" / PRINTS_NAME)
        except UnreadableMedia as error:
            log.warning("%s", error.message)
            return None
        marks = prints.pictures if name == "pictures" else prints.sound
        return marks["code"], marks["seconds"]

    with file_lock(settings.home / "copies.lock"):
        return LandmarkIndex(_folder(settings) / name).renew(codes_of)


def queue_missing_prints() -> int:
    """Queue the fingerprinting of videos that were added before there was any; return how many."""
    missing = [video for video in Video.objects.filter(indexed_revision__gt=0) if not has_prints(video)]
    for video in missing:
        queue.enqueue("copies", video=video)
    return len(missing)


_KINDS = ("pictures", "sound")


def _add(settings: Settings, video: Video, prints: Prints) -> None:
    for name, marks in zip(_KINDS, (prints.pictures, prints.sound), strict=True):
        index = LandmarkIndex(_folder(settings) / name)
        index.add(video.public_id, token_of(video), marks["code"], marks["seconds"], prints.duration_seconds)


def _make_again(settings: Settings) -> None:
    shutil.rmtree(_folder(settings), ignore_errors=True)
    for video in Video.objects.order_by("pk").iterator():
        if has_prints(video):
            try:
                _add(settings, video, Prints.load(prints_folder(video)))
            except UnreadableMedia as error:
                log.warning("%s", error.message)


def _folder(settings: Settings) -> Path:
    return settings.home / "copies"
