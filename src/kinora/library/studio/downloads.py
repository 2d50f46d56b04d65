"""What of a video may be saved as a file: the original, and each rendition with its sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kinora.library.access import can_edit
from kinora.library.models import OriginalState, Playback, Rendition, Video

ORIGINAL, SOUND = "original", "sound"


@dataclass(frozen=True)
class Download:
    """One file to save; `name` is its part of the address, the size of a joined one is that of its parts."""

    name: str
    label: str
    size_bytes: int
    file_name: str


def may_download(user: Any, video: Video) -> bool:
    """Return whether this person, who may watch the video, may save it: its owner allows it, or they edit it."""
    return video.allows_download or can_edit(user, video)


def may_fetch_original(user: Any, video: Video) -> bool:
    """Return whether the original may be sent; where it is what the player plays, watching needs it."""
    return video.playback == Playback.ORIGINAL or may_download(user, video)


def downloads_of(video: Video) -> list[Download]:
    """Return what can be saved, the best first: while the file itself is played, it alone, without a question."""
    rows = list(video.renditions.all()) if video.playback == Playback.HLS else []
    sound = next((row for row in rows if row.height == 0), None)
    found = [Download(ORIGINAL, _original_label(video), video.size_bytes, video.original_name)]
    pictures = sorted((row for row in rows if row.height and row.codec == "h264"), key=lambda row: -row.height)
    found += [_picture(video, row, sound) for row in pictures]
    if sound is not None:
        found.append(Download(SOUND, _("Sound only (M4A)"), sound.size_bytes, f"{_stem(video)}.m4a"))
    return found


def download_named(video: Video, name: str) -> Download | None:
    return next((one for one in downloads_of(video) if one.name == name), None)


def folders_of(video: Video, download: Download) -> list[Path]:
    """Return the folders whose tracks make up a download that is not the original."""
    hls, sound = video.folder / "hls", video.folder / "hls" / "0p"
    if download.name == SOUND:
        return [sound]
    return [hls / f"{int(download.name)}p", *([sound] if sound.is_dir() else [])]


def _picture(video: Video, row: Rendition, sound: Rendition | None) -> Download:
    size_bytes = row.size_bytes + (sound.size_bytes if sound else 0)
    return Download(str(row.height), f"{row.height}p (MP4)", size_bytes, f"{_stem(video)} {row.height}p.mp4")


def _original_label(video: Video) -> str:
    if video.original_state == OriginalState.REDUCED:
        return _("Best quality kept")
    return _("Original file")


def _stem(video: Video) -> str:
    return Path(video.original_name).stem[:200] or "video"
