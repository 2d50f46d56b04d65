"""What the player is told about a video, and where it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language_info

from kinora.errors import InputError
from kinora.library.models import Chapter, Playback, SubtitleSource, SubtitleTrack, Video, WatchProgress
from kinora.site.content_types import content_type_of_original
from kinora.timebase import parse_timecode

HLS_TYPE = "application/vnd.apple.mpegurl"
SPEEDS = ("0.25", "0.5", "0.75", "1", "1.25", "1.5", "1.75", "2")
# Nobody wants to go on two seconds after the start, nor in the closing titles.
RESUME_FROM_SECONDS = 5.0
FINISHED_FRACTION = 0.95


@dataclass(frozen=True)
class Source:
    """Where the player gets its pictures; `signature` changes when there is more to play than before."""

    kind: str  # "", "original" or "hls"
    src: str
    type: str
    signature: str


def media_url(video: Video, file: str) -> str:
    """Return the address of a file of the video."""
    return f"/media/{video.public_id}/{file}"


def source_of(video: Video, *, heights: Sequence[int] | None = None) -> Source:
    """Return what can be played now; asks the database for the rungs unless they are given."""
    if video.playback == Playback.HLS:
        rungs = sorted(video.renditions.values_list("height", flat=True)) if heights is None else sorted(heights)
        signature = "hls:" + ",".join(str(height) for height in rungs)
        return Source("hls", media_url(video, "hls/main.m3u8"), HLS_TYPE, signature)
    if video.playback == Playback.ORIGINAL:
        content_type = content_type_of_original(video) or ""
        return Source("original", media_url(video, "original"), content_type, f"original:{video.sha256[:12]}")
    return Source("", "", "", "")


def player_data(video: Video, chapters: Sequence[Chapter], tracks: Sequence[SubtitleTrack]) -> dict[str, Any]:
    """Return the player's data as the page carries it in JSON."""
    labels = track_labels(tracks)
    return {
        "id": video.public_id,
        "title": video.title,
        "durationSeconds": video.duration_seconds,
        "frameRate": frame_rate_of(video),
        "source": asdict(source_of(video)),
        "scrub": media_url(video, "scrub/scrub.vtt") if video.has_scrub else "",
        "chapters": [
            {"start": chapter.start_seconds, "end": chapter.end_seconds, "title": chapter.title} for chapter in chapters
        ],
        "tracks": [{"id": track.pk, "language": track.language, "label": labels[track.pk]} for track in tracks],
    }


def track_labels(tracks: Sequence[SubtitleTrack]) -> dict[int, str]:
    """Return the names of text tracks as menus show them: the language, and what tells two of one language apart."""
    names = {track.pk: language_name(track.language) or track.label or "Subtitles" for track in tracks}
    labels = {}
    for track in tracks:
        name = names[track.pk]
        is_shared = sum(other == name for other in names.values()) > 1
        if track.source == SubtitleSource.SPEECH:
            labels[track.pk] = f"{name} (recognised)"
        elif is_shared and track.label and track.label != name:
            labels[track.pk] = f"{name} ({track.label})"
        else:
            labels[track.pk] = name
    return labels


def ordered_tracks(video: Video, accept_language: str) -> list[SubtitleTrack]:
    """Return the text tracks, the one that this viewer most likely reads first.

    Args:
        accept_language: the browser's header of that name, best first; the video's own language comes after those.
    """
    read = [part.split(";")[0].strip().split("-")[0].lower() for part in accept_language[:200].split(",")]
    wanted = [*read, video.language.split("-")[0].lower()]

    def place(track: SubtitleTrack) -> int:
        code = track.language.split("-")[0].lower()
        return wanted.index(code) if code and code in wanted else len(wanted)

    return sorted(video.subtitle_tracks.all(), key=place)


def language_name(code: str) -> str:
    """Return a language by its own name, or its code where the name is not known."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize() if code else ""
    except KeyError:
        return code


def frame_rate_of(video: Video) -> float:
    """Return frames a second for stepping; 25 where the file does not say."""
    rate = str((video.facts.get("video") or {}).get("frame_rate") or "")
    over, _, under = rate.partition("/")
    try:
        frames_a_second = float(over) / float(under or 1)
    except (ValueError, ZeroDivisionError):
        return 25.0
    return frames_a_second if 1 <= frames_a_second <= 240 else 25.0


def start_seconds_of(text: str, video: Video) -> float | None:
    """Return the second that an address asks for, None when it names none that lies in the video."""
    seconds = _seconds_in(text)
    is_inside = seconds is not None and (not video.duration_seconds or seconds < video.duration_seconds)
    return seconds if is_inside else None


def end_seconds_of(text: str, start_seconds: float | None, video: Video) -> float | None:
    """Return where the moment that an address asks for ends, None when it names no end that lies in the video."""
    seconds, length = _seconds_in(text), video.duration_seconds
    if seconds is None or seconds <= (start_seconds or 0.0):
        return None
    return seconds if not length or seconds <= length else None


def _seconds_in(text: str) -> float | None:
    try:
        return parse_timecode(text) if text else None
    except InputError:
        return None


def resume_seconds_of(progress: QuerySet[WatchProgress], video: Video) -> float | None:
    """Return where a person stopped watching, None when they are to begin at the start."""
    row = progress.filter(video=video).first()
    if row is None or row.is_finished or row.position_seconds < RESUME_FROM_SECONDS:
        return None
    return row.position_seconds


def is_finished_at(position_seconds: float, duration_seconds: float) -> bool:
    return duration_seconds > 0 and position_seconds >= duration_seconds * FINISHED_FRACTION
