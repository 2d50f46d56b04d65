"""Pictures of a video: at given seconds, every n seconds, or the sync frames only.

For use inside confined children. Seconds count from the first shown frame; pictures are upright, of square pixels,
tone-mapped when HDR, deinterlaced, over black where transparent. Damaged frames are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kinora.errors import UnreadableMedia
from kinora.media.film import Film, Shown
from kinora.media.picture import PictureMaker, Rgb

_STEP_SECONDS = 1e-6  # what rounding of timestamps may move a frame


@dataclass(frozen=True)
class Frame:
    """A picture and when it is first shown; the index is None where frames before it were not decoded."""

    seconds: float
    frame_index: int | None
    rgb: Rgb


def frames_at(path: Path, seconds: Iterable[float], *, height: int) -> Iterator[Frame]:
    """Yield, for each of `seconds` in the order given, the frame played then; rising order is fast.

    Before the first frame it is the first, after the last the last.

    Raises:
        UnreadableMedia: no picture can be decoded.
    """
    with Film(path) as film:
        maker = _maker(film, height)
        for wanted in seconds:
            shown = film.played_at(wanted)
            yield Frame(shown.seconds, shown.frame_index, maker.picture(shown.frame))


def frames_every(path: Path, every_seconds: float, *, height: int) -> Iterator[Frame]:
    """Yield the frames played at 0, n, 2n… seconds, in one pass through the file.

    Raises:
        UnreadableMedia: no picture can be decoded.
    """
    with Film(path) as film:
        maker = _maker(film, height)
        due, last = 0.0, None
        for shown in film.frames():
            while last is not None and shown.seconds > due + _STEP_SECONDS:
                yield Frame(last.seconds, last.frame_index, maker.picture(last.frame))
                due += every_seconds
            last = shown
        if last is not None and last.seconds + _STEP_SECONDS >= due:
            yield Frame(last.seconds, last.frame_index, maker.picture(last.frame))


def sync_frames(path: Path, *, height: int) -> Iterator[Frame]:
    """Yield the frames that decode by themselves; the others are not decoded, so this is fast.

    Raises:
        UnreadableMedia: no picture can be decoded.
    """
    with Film(path, only_sync_frames=True) as film:
        maker = _maker(film, height)
        for shown in film.frames():
            yield Frame(shown.seconds, None, maker.picture(shown.frame))


def _maker(film: Film, height: int) -> PictureMaker:
    if height < 1:
        raise UnreadableMedia(f"a picture can't be {height} pixels high; at least 1 is needed")
    first: Shown = film.first
    return PictureMaker(film.stream, first.frame, height=height)
