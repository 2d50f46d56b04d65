"""What a browser may be told that an original is: decided by what was read in the file, never by its name."""

from __future__ import annotations

from kinora.library.models import Video

# FFmpeg's name of a container → (with pictures, sound only). What is missing here is offered as a download.
_TYPES = {
    "mp4": ("video/mp4", "audio/mp4"),
    "mov": ("video/mp4", "audio/mp4"),
    "webm": ("video/webm", "audio/webm"),
    "matroska": ("video/x-matroska", "audio/x-matroska"),
    "ogg": ("video/ogg", "audio/ogg"),
    "mp3": ("audio/mpeg", "audio/mpeg"),
    "wav": ("audio/wav", "audio/wav"),
    "flac": ("audio/flac", "audio/flac"),
    "aac": ("audio/aac", "audio/aac"),
    "mpegts": ("video/mp2t", "video/mp2t"),
    "mpeg": ("video/mpeg", "video/mpeg"),
    "avi": ("video/x-msvideo", "video/x-msvideo"),
}


def content_type_of_original(video: Video) -> str | None:
    """Return the media type of the original, or None when a browser should only save it."""
    names = str(video.facts.get("format_name", "")).split(",")
    # FFmpeg reads WebM and Matroska with one reader that calls itself "matroska,webm".
    if "webm" in names and not video.original_suffix.lower().endswith(".webm"):
        names = ["matroska"]
    elif "webm" in names:
        names = ["webm"]
    for name in names:
        if name in _TYPES:
            return _TYPES[name][0 if video.facts.get("video") else 1]
    return None
