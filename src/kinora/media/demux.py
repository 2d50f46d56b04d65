"""Open a stranger's file with PyAV: only from disk, only containers of video and sound, only bearable pictures.

For use inside confined children; the allow-lists here are the layer that holds on every machine.
"""

from __future__ import annotations

from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from kinora.errors import UnreadableMedia
from kinora.media.formats import ACCEPTED, FORMAT_WHITELIST

MAX_PIXELS = 8192 * 4608

_NOT_A_FILM = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image | Disposition.dependent


def open_media(path: Path, *, max_pixels: int = MAX_PIXELS) -> InputContainer:
    """Open a file for reading.

    Raises:
        UnreadableMedia: no container of the allow-list is in it.
    """
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": FORMAT_WHITELIST,
        "max_pixels": str(max_pixels),
        "max_streams": "1000",
    }
    try:
        return av.open(f"file:{Path(path).absolute()}", "r", options=options, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise UnreadableMedia(
            f"{Path(path).name} is no video or sound file that can be read", hint=f"accepted: {ACCEPTED}"
        ) from error


def main_video(container: InputContainer) -> VideoStream | None:
    """Return the stream that is the film: the largest picture that is no cover art, thumbnail or part of another."""
    films = [stream for stream in container.streams.video if is_film(stream)]
    return max(films, key=_rank, default=None)


def is_film(stream: VideoStream) -> bool:
    """Return whether a picture stream is moving pictures of its own, not an attached or dependent picture."""
    return not stream.disposition & _NOT_A_FILM and stream.codec_context is not None


def main_audio(container: InputContainer) -> AudioStream | None:
    """Return the sound to listen to: the one marked as default, else the first that can be decoded."""
    usable = [stream for stream in container.streams.audio if stream.codec_context is not None]
    return max(usable, key=lambda stream: (bool(stream.disposition & Disposition.default), -stream.index), default=None)


def zero_seconds(container: InputContainer) -> float:
    """Return the file's own time of what is 0 here: its first picture, or first sound where there is none."""
    stream = main_video(container) or main_audio(container)
    if stream is None or stream.start_time is None or stream.time_base is None:
        return 0.0
    return float(stream.start_time * stream.time_base)


def _rank(stream: VideoStream) -> tuple[int, bool, int]:
    context = stream.codec_context
    return context.width * context.height, bool(stream.disposition & Disposition.default), -stream.index
